"""How a fit reads its columns: what becomes of rare levels, and of numbers that float32 merges.

Levels of few rows never enter a student by name. Where they recur, their texts are hashed into as
many codes as keep them apart, 256 at most; no look is taken at answers. Elsewhere they are all
read as "other".
"""

import numpy as np

from skdistill.exceptions import warn
from skdistill.runtime import ColumnReader, murmur3
from skdistill.tables import column_names

HASHED = 0.2  # share of the rows from which rare levels are worth codes of their own
RECURRING = 3.0  # rows a rare level has to have on average
MOST_BUCKETS = 256
LOST = 0.5  # share of the rows whose level is lost that is worth a warning

REMEDIES = {
    "numbers": "If these are numbers written as text, make numbers of them, as in "
    "pandas.to_numeric(X[{label}], errors='coerce'), without units and thousands separators",
    "dates": "They look like dates written as text: make dates of them, by "
    "pandas.to_datetime(X[{label}])",
    "an identifier": "It looks like an identifier, which says nothing of other rows: drop it",
    None: "Group levels, or pass a smaller min_rows_per_level",
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

    A level of fewer than `min_rows` rows is rare.
    """
    share = levels.n_rare_rows / max(levels.n_rows, 1)
    if share < HASHED:
        return 0
    recurs = levels.n_rare_rows >= RECURRING * len(levels.rare)
    looks = levels.looks if share >= LOST else None
    if share >= LOST and (looks in ("numbers", "dates") or not recurs):
        how = "which share codes by their hash" if recurs else "which the student reads as one"
        warn(
            f"Column {label}: {share:.0%} of its rows are in levels of fewer than {min_rows} "
            f"rows, {how}. {REMEDIES[looks].format(label=label)}."
        )
    return fewest_collisions(levels.rare) if recurs else 0


def fewest_collisions(texts):
    """Return the smallest number of codes in which so few texts as possible share one by hash."""
    hashes = np.array([murmur3(text) for text in texts], dtype=np.uint64)
    sizes = np.arange(min(len(hashes), MOST_BUCKETS), MOST_BUCKETS + 1, dtype=np.uint64)
    return int(max(sizes, key=lambda size: (len(np.unique(hashes % size)), -int(size))))


def warn_of_merged(label, merged):
    """Warn that float32 makes a share of a column's distinct numbers equal to others."""
    warn(
        f"Column {label}: {merged:.0%} of its distinct numbers are equal to others in float32, "
        "which the student computes in, and no offset tells them apart. If it is an identifier, "
        "drop it; else make two columns of it, such as quotient and remainder."
    )
