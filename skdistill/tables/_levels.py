"""The levels of a category column, and what a column of hardly any levels looks like."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from skdistill.tables._kinds import count_texts

SOME = 1000  # texts that are looked at
MOSTLY = 0.9  # share of the distinct texts that have to look alike
OWN = 0.9  # distinct texts a row from which a column names its rows
BARE = r"[+-]?(\d{1,3}([.,' \u00a0]\d{3})+|\d+)?([.,]\d+)?([eE][+-]?\d+)?"
SYMBOL = r"[$€£¥₹%‰°]{1,2}C?"
BEFORE = rf"(?P<before>(?:[A-Z]{{3}}|{SYMBOL})\s*)?"
BEHIND = rf"(?P<behind>\s*{SYMBOL}|\s+[a-zA-Z]{{1,4}})?"
NUMBER_TEXT = re.compile(BEFORE + BARE + BEHIND)
CURRENCIES = "EUR USD GBP CHF JPY CNY INR CAD AUD BRL SEK NOK DKK PLN".split()
DAY_FORMATS = "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y", "%d %b %Y", "%b %d, %Y"


@dataclass(frozen=True)
class Levels:
    """How the rows of a category column spread over its levels."""

    kept: tuple[str, ...]  # levels of enough rows, sorted
    rare: dict[str, int]  # rows of each other level
    n_rows: int  # whose value is known

    def __post_init__(self):
        if not isinstance(self.kept, tuple) or not isinstance(self.rare, dict):
            raise ValueError("Levels are a tuple of texts, and counts of rare ones by text.")
        counts = (*self.rare.values(), self.n_rows)
        texts = all(isinstance(text, str) for some in (self.kept, self.rare) for text in some)
        if not texts or not all(isinstance(n, int) and n >= 0 for n in counts):
            raise ValueError("Levels are texts, and rows are counted.")

    @classmethod
    def of(cls, column, min_rows):
        """Return the levels of a column; one of fewer than `min_rows` rows is rare."""
        counts = count_texts(column)
        kept = tuple(sorted(text for text, n in counts.items() if n >= min_rows))
        rare = {text: n for text, n in counts.items() if n < min_rows}
        return cls(kept, rare, counts.total())

    @property
    def n_rare_rows(self):
        """Rows of rare levels."""
        return sum(self.rare.values())

    @property
    def looks(self):
        """What the rare levels look like: "numbers", "dates", "an identifier" or None."""
        some = list(islice(self.rare, SOME))
        if _are_numbers(some):
            return "numbers"
        if some and sum(map(_is_date, some)) / len(some) >= MOSTLY:
            return "dates"
        return "an identifier" if len(self.rare) > OWN * self.n_rows else None


def _are_numbers(texts):
    """Whether most texts are numbers, perhaps of one unit or in one currency."""
    found = [NUMBER_TEXT.fullmatch(text.strip()) for text in texts if re.search(r"\d", text)]
    around = Counter((match["before"], match["behind"]) for match in found if match)
    if not around or any(re.fullmatch(r"0\d+", text) for text in texts):
        return False  # digits of codes begin with a needless zero
    (((before, _), n),) = around.most_common(1)
    word = (before or "").strip()
    return n >= MOSTLY * len(texts) and (not word.isalpha() or word in CURRENCIES)


def _is_date(text):
    first = text.strip()[:10]
    if "-" in first and _parses(datetime.fromisoformat, text.strip()):
        return True
    day = text.strip().split("T")[0].rsplit(" ", text.count(":") > 0)[0]
    return any(_parses(datetime.strptime, day, form) for form in DAY_FORMATS)


def _parses(parse, *arguments):
    try:
        parse(*arguments)
    except ValueError:
        return False
    return True
