"""How a fit reads its columns: what becomes of rare levels, and of numbers that float32 merges.

Levels of few rows never enter a student by name. Where they recur, and look like nothing that
should have been a number or a date, their texts are hashed into as many codes as there are such
levels, 256 at most; no look is taken at answers. Elsewhere they are all read as "other".
"""

from skdistill.exceptions import warn
from skdistill.runtime._reader import ColumnReader
from skdistill.tables import column_names

HASHED = 0.2  # share of the rows from which rare levels are worth codes of their own
RECURRING = 3.0  # rows a rare level has to have on average
MOST_BUCKETS = 256
LOST = 0.8  # share of the rows whose level is lost that is worth a warning

REMEDIES = {
    "numbers": "looks like numbers written as text: make numbers of it, as in "
    "pandas.to_numeric(X[{label}], errors='coerce'), without units and thousands separators",
    "dates": "looks like dates written as text: make dates of it, by "
    "pandas.to_datetime(X[{label}])",
    "an identifier": "looks like an identifier, which says nothing of other rows: drop it",
    None: "has many levels and few rows of each: group levels, or pass a smaller "
    "min_rows_per_level",
}


def learn_reader(X, min_rows_per_level):
    """Return how the student reads the columns of `X`; warn of what it cannot read well."""
    return ColumnReader.learn(
        X,
        names=column_names(X),
        min_rows_per_level=min_rows_per_level,
        on_rare=hash_or_warn,
        on_merged=warn_of_merged,
    )


def hash_or_warn(label, levels, min_rows):
    """Return how many codes the rare levels of a column share by hash; 0: they are "other".

    Parameters
    ----------
    label : str
        What the column is called.
    levels : Levels
    min_rows : int
        A level of fewer rows is rare.
    """
    share = levels.n_rare_rows / max(levels.n_rows, 1)
    if share < HASHED:
        return 0
    looks = levels.looks
    if looks is None and levels.n_rare_rows >= RECURRING * len(levels.rare):
        return min(1 << (len(levels.rare) - 1).bit_length(), MOST_BUCKETS)
    if share >= LOST:
        warn(
            f"Column {label}: {share:.0%} of its rows are in levels of fewer than {min_rows} "
            f"rows, which the student reads as one. It {REMEDIES[looks].format(label=label)}."
        )
    return 0


def warn_of_merged(label, merged):
    """Warn that float32 holds a column's numbers badly.

    Parameters
    ----------
    label : str
    merged : float
        Share of its distinct values that become equal to another.
    """
    warn(
        f"Column {label}: {merged:.0%} of its distinct numbers are equal to others in float32, "
        "which the student computes in, and no offset tells them apart. If it is an identifier, "
        "drop it; else split it, for example into a part above and a part below a million."
    )
