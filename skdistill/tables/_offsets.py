"""Numbers that float32 would merge, and the offset and scale that keep them apart."""

import numpy as np

MERGED = 0.1  # share of a column's distinct values that may become equal to another
HELPS = 0.5  # an offset has to save as large a share of these
LARGEST = np.finfo(np.float32).max
NARROW = 1e-30  # spread below which float32 has no inverse widths of bins
WHOLE = 2**24  # float32 holds whole numbers up to this
INNER = 0.05, 0.5, 0.95  # quantiles of distinct values: a stray one, as 0 for unknown, has no say


def find_offset(values):
    """Say how the numbers of a column are kept apart in float32.

    Parameters
    ----------
    values : array of shape (n_samples,)
        Of any type of numbers; NaN is missing.

    Returns
    -------
    offset, scale : pair of float, or None
        ``(x - offset) * scale``, computed in float64, keeps more values apart than x does, and is
        near 1. None where float32 has x as it is.
    merged : float
        Share of the distinct values that become equal to another, in the better way.
    """
    values = values[np.abs(values) <= LARGEST] if values.dtype.kind == "f" else values
    narrow = values.dtype.kind == "f" and len(values) > 0 and bool(0 < np.ptp(values) < NARROW)
    with np.errstate(over="ignore"):
        if not narrow and _is_exact(values):
            return None, 0.0
        values = np.unique(values)
        merged = _merged(values)
        if not narrow and merged <= MERGED:
            return None, merged
        x = values.astype(np.float64)
        offset, scale = _place(x)
        after = _merged((x - offset) * scale)
    saves = narrow or merged - after > HELPS * merged
    return ((offset, scale), after) if saves else (None, merged)


def _is_exact(values):
    """Whether float32 plainly holds every value."""
    if values.dtype.kind in "iu" and len(values):
        return max(-int(values.min()), int(values.max())) <= WHOLE
    return np.array_equal(values.astype(np.float32), values)


def _merged(distinct):
    """Share of sorted distinct values that float32 does not tell from the one before."""
    rounded = distinct.astype(np.float32)
    return np.count_nonzero(rounded[1:] == rounded[:-1]) / len(distinct)


def _place(values):
    """Return a round offset near the values and, where they are narrow, a scale to about 1."""
    low, middle, high = np.quantile(values, INNER)
    spread = high - low or 1.0  # of integers that float64 merges, too
    unit = 10.0 ** np.ceil(np.log10(spread))
    scale = 2.0 ** min(-np.round(np.log2(spread)), 1000) if spread < NARROW else 1.0
    return float(np.trunc(middle / unit) * unit) + 0.0, float(scale)
