"""What each column of a table is taken for: a rule on counts of its cells."""

from dataclasses import dataclass, field

from skdistill.cli._cells import COMMA, ISO, NUMBER_HOWS, POINT, STORED
from skdistill.tables import CATEGORY, DATE, NUMBER

STRAYS = 0.1  # share of the filled cells that may be words among numbers, as "?" or "n/a"
ODD_STRAYS = 0.005  # and of those that hold digits, as codes do
OWN = 0.9  # share of different texts from which a column names its rows
MANY = 20  # rows from which that can be told
DENSE = 1.1  # whole numbers a row from which different ones number the rows
NEARLY_EMPTY = 0.05  # share of filled cells


@dataclass(frozen=True)
class Counts:
    """How the cells of a column spread; they are counted as they are, or as numbers."""

    n_rows: int
    n_filled: int
    n_distinct: int
    # by each way to read text: cells that can be, and those that cannot although they hold a digit
    fits: dict[str, tuple[int, int]] = field(default_factory=dict)
    n_codes: int = 0  # whole numbers that begin with a needless zero
    n_unlike: int = 0  # numbers that a decimal comma would change
    n_whole: int = 0
    span: float = 0.0  # from the lowest to the highest number


@dataclass(frozen=True)
class Taken:
    """What a column is taken for, and how its cells are read."""

    kind: str
    how: str | None = None  # how cells are read, as `read_as` has it
    n_strays: int = 0  # filled cells that become missing
    useless: str = ""  # why the column cannot teach
    words: tuple[str, ...] = ()  # what else there is to say


def take(kind, counts, decimal=POINT):
    """Return what a column of a table to learn from is taken for.

    Parameters
    ----------
    kind : str or None
        What the file says; None: it has text.
    counts : Counts
    decimal : str
        The sign of decimals where the column does not tell it.
    """
    taken = Taken(kind, STORED[kind]) if kind else _of_text(counts, decimal)
    useless = _useless(taken, counts)
    words = () if useless else (*taken.words, *_remarks(taken, counts))
    return Taken(taken.kind, taken.how, taken.n_strays, useless, words)


def refit(kind, counts, decimal=POINT):
    """Return how a column of text is read that held `kind` in fit; it may be useless.

    Parameters
    ----------
    kind, counts, decimal
        As in `take`.
    """
    hows = _hows(kind, counts, decimal)
    n_fit, n_odd = counts.fits[hows[0]]
    n_strays, useless = counts.n_filled - n_fit, ""
    if n_odd > ODD_STRAYS * counts.n_filled or (n_fit == 0 and n_strays >= MANY):
        useless = f"{n_strays:,} of {counts.n_filled:,} cells are none"
    elif kind == DATE and len(hows) > 1 and n_fit:
        useless = f"they may be {' or '.join(map(repr, hows))}: pass --dates"
    return Taken(kind, hows[0], n_strays, useless)


def _of_text(counts, decimal):
    for kind in (NUMBER, DATE):
        hows = _hows(kind, counts, decimal)
        n_fit, n_odd = counts.fits[hows[0]]
        n_strays = counts.n_filled - n_fit
        few = n_strays <= STRAYS * counts.n_filled and n_odd <= ODD_STRAYS * counts.n_filled
        are_codes = kind == NUMBER and counts.n_codes > ODD_STRAYS * counts.n_filled
        if not n_fit or not few or are_codes:
            continue
        if kind == DATE and len(hows) > 1:
            forms = " or ".join(map(repr, hows))
            return Taken(CATEGORY, words=(f"dates, which --dates {forms} tells apart",))
        return Taken(kind, hows[0], n_strays)
    return Taken(CATEGORY)


def _hows(kind, counts, decimal):
    """Return the ways in which the most cells of text can be read; for numbers, one."""
    hows = [how for how in counts.fits if (how in NUMBER_HOWS) == (kind == NUMBER)]
    most = max(counts.fits[how][0] for how in hows)
    best = [how for how in hows if counts.fits[how][0] == most]
    if kind == DATE:
        return best
    return [decimal] if decimal in best else best[:1]


def _useless(taken, counts):
    if counts.n_filled == 0:
        return "it is empty"
    if counts.n_distinct == 1 and counts.n_filled == counts.n_rows:
        return "all its cells are equal"
    if counts.n_filled < MANY:
        return ""
    if taken.kind == CATEGORY and counts.n_distinct > OWN * counts.n_filled:
        return f"an identifier or free text: {counts.n_distinct:,} different values"
    if taken.kind == NUMBER and _all_differ(counts) and counts.span < DENSE * counts.n_rows:
        return "row numbers"
    return ""


def _all_differ(counts):
    return counts.n_rows == counts.n_distinct == counts.n_whole


def _remarks(taken, counts):
    n_empty = counts.n_rows - counts.n_filled
    if counts.n_filled < NEARLY_EMPTY * counts.n_rows:
        yield f"nearly empty: {counts.n_filled:,} of {counts.n_rows:,} cells are filled"
    elif n_empty:
        yield f"{n_empty:,} empty"
    if taken.kind == CATEGORY:
        yield f"{counts.n_distinct:,} levels"
    if taken.kind == DATE and taken.how not in (ISO, STORED[DATE]):
        yield f"read as {taken.how}"
    if counts.n_unlike and counts.fits[POINT] == counts.fits[COMMA] and taken.kind == NUMBER:
        yield f"decimals by {taken.how!r}, unless --decimal says otherwise"
    if taken.kind == NUMBER and counts.n_rows >= MANY and _all_differ(counts):
        yield "whole and all different: --drop it if it is an identifier"
