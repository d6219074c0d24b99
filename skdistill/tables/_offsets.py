"""Numbers that float32 would merge, and the offset and scale that keep them apart."""

import numpy as np

from skdistill.tables._forms import get_column

MERGED = 0.1  # share of a column's distinct values that may become equal to another
HELPS = 0.5  # an offset has to save as large a share of these
COARSE = 2e-6  # steps of float32, as a share of the column's spread, that are worth a word
SAME = 1e-14  # relative difference of floats that is round-off
LARGEST = np.finfo(np.float32).max
NARROW = 1e-30  # spread below which float32 has no inverse widths of bins
WHOLE = 2**24  # float32 holds whole numbers up to this
INNER = 0.05, 0.5, 0.95  # quantiles of distinct values: a stray one, as 0 for unknown, has no say


def find_offset(values):
    """Say how the numbers of a column, NaN where one is missing, are kept apart in float32.

    Returns offset and scale, by which ``(x - offset) * scale``, computed in float64, keeps more
    values apart than x does and is near 1, or None where float32 has x well enough; and the share
    of the distinct values that become equal to another all the same, 0 for few.
    """
    with np.errstate(over="ignore"):
        distinct = distinct_numbers(values)
        if len(distinct) < 2:
            return None, 0.0
        x = distinct.astype(np.float64)
        low, middle, high = np.quantile(x, INNER)
        spread = high - low or 1.0  # of integers that float64 merges, too
        merged = _merged(distinct)
        if spread >= NARROW and not _is_noticeable(distinct, merged, spread):
            return None, 0.0
        unit = 10.0 ** np.ceil(np.log10(spread))
        offset = float(np.trunc(middle / unit) * unit) + 0.0
        scale = float(2.0 ** min(-np.round(np.log2(spread)), 1000)) if spread < NARROW else 1.0
        after = _merged((x - offset) * scale)
    if spread < NARROW or merged - after > HELPS * merged:
        return (offset, scale), after if after > MERGED else 0.0
    return None, merged


def merged_columns(X):
    """Yield columns of a sparse matrix, and the share of numbers that float32 makes equal."""
    entries, X = X.tocoo(), X.tocsc()
    for j in np.unique(entries.col[np.abs(entries.data) > WHOLE]):
        if merged := merged_share(get_column(X, j)):
            yield j, merged


def merged_share(values):
    """Return the share of distinct values that float32 makes equal to another; 0 for few."""
    distinct = distinct_numbers(values)
    if len(distinct) < 2:
        return 0.0
    merged = _merged(distinct)
    spread = float(distinct[-1]) - float(distinct[0])
    return merged if _is_noticeable(distinct, merged, spread) else 0.0


def distinct_numbers(values):
    """Return the sorted distinct values of a column; empty where float32 plainly holds all."""
    if values.dtype.kind in "iu":
        if len(values) == 0 or max(-int(values.min()), int(values.max())) <= WHOLE:
            return values[:0]
        values = np.sort(values)
        return values[np.append(True, values[1:] != values[:-1])]
    if values.dtype.kind != "f":
        return np.zeros(0)
    values = np.sort(values[np.abs(values) <= LARGEST])
    apart = SAME * np.abs(values[[0, -1]]).max() if len(values) else 0.0
    return values[np.append(True, np.diff(values) > apart)] if len(values) else values


def _merged(distinct):
    rounded = distinct.astype(np.float32)
    return np.count_nonzero(rounded[1:] == rounded[:-1]) / len(distinct)


def _is_noticeable(distinct, merged, spread):
    steps = np.spacing(np.abs(distinct[[0, -1]].astype(np.float32)).max())
    return merged > MERGED and steps > COARSE * spread
