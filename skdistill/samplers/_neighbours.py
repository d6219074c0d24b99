"""Nearest neighbours in tables of mixed types: exact, or approximate when there are many rows."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

MAX_EXACT = 50_000  # rows; beyond, neighbours are approximate
MAX_REFERENCE = 20_000  # rows among which they are then looked for without faiss
MAX_ONE_HOT = 16  # dimensions of a category; if it has more levels they share these
OUTER = 0.005  # quantiles at which numbers are cut off, so that outliers do not set the scale
LISTS = 2  # times the root of the number of rows: lists of faiss's inverted file
PROBES = 8  # of them are searched for a row
TRAINED_PER_LIST = 40
CHUNK = 8_192  # rows that are points at once
ALIGNMENT = 16  # zeros fill points up to a multiple, which faiss compares many times faster


class Embedding:
    """Turns rows into points whose distances make sense.

    Numbers get a variance of about 1. Two levels, or missing and known, are at distance 1, of
    which more levels than `MAX_ONE_HOT` keep about as much: they are random directions.

    Parameters
    ----------
    rows : float32 array of shape (n_samples, n_features)
        As `reader` reads them; scales are learned from these.
    reader : ColumnReader
    rng : numpy.random.Generator
    """

    def __init__(self, rows, reader, rng):
        self._columns = [
            _Levels(len(reader.levels[j]) + 2, rng) if j in reader.levels else _Scale(rows[:, j])
            for j in range(rows.shape[1])
        ]
        width = sum(column.width for column in self._columns)
        self._width = width if width < ALIGNMENT else -(-width // ALIGNMENT) * ALIGNMENT

    def __call__(self, rows):
        """Return points, a float32 array of shape (n_samples, n_dimensions)."""
        out = np.zeros((len(rows), self._width), dtype=np.float32)
        first = 0
        for x, column in zip(rows.T, self._columns, strict=True):
            column.place(x, out[:, first : first + column.width])
            first += column.width
        return out


class _Levels:
    def __init__(self, n_levels, rng):
        self.width = min(n_levels, MAX_ONE_HOT)
        directions = np.eye(n_levels)
        if n_levels > self.width:
            directions = rng.standard_normal((n_levels, self.width))
            directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        self._directions = (directions / 2**0.5).astype(np.float32)

    def place(self, codes, out):
        out[:] = self._directions[codes.astype(np.intp)]


class _Scale:
    def __init__(self, x):
        known = x[~np.isnan(x)].astype(np.float64)
        self.width = 1 if len(known) == len(x) else 2
        self._low, self._high = -np.inf, np.inf
        if len(known):
            low, high = np.quantile(known, [OUTER, 1 - OUTER])
            if low < high:
                self._low, self._high = low, high
        known = known.clip(self._low, self._high)
        self._mean = known.mean() if len(known) else 0.0
        self._std = (known.std() if len(known) else 0.0) or 1.0

    def place(self, x, out):
        absent = np.isnan(x)
        z = (x.astype(np.float64).clip(self._low, self._high) - self._mean) / self._std
        out[:, 0] = np.where(absent, 0, z)
        out[:, 1:] = absent[:, None]


def nearest_neighbours(rows, embed, rng):
    """Return the position of each row's nearest neighbour, which is never itself.

    Beyond `MAX_EXACT` rows, neighbours are approximate: by an inverted file of faiss, or where
    that is not installed the nearest of `MAX_REFERENCE` random rows.

    Parameters
    ----------
    rows : float32 array of shape (n_samples, n_features)
    embed : Embedding
    rng : numpy.random.Generator

    Returns
    -------
    neighbours : int array of shape (n_samples,)
    """
    n = len(rows)
    if n <= MAX_EXACT:
        return _look_up(_exact(rows, embed, np.arange(n)), rows, embed)
    try:
        import faiss
    except ImportError:
        some = np.sort(rng.choice(n, MAX_REFERENCE, replace=False))
        return _look_up(_exact(rows, embed, some), rows, embed)
    return _look_up(_approximate(faiss, rows, embed, rng), rows, embed)


def _exact(rows, embed, reference):
    finder = NearestNeighbors(n_neighbors=2).fit(embed(rows[reference]))
    return lambda points: reference[finder.kneighbors(points, return_distance=False)]


def _approximate(faiss, rows, embed, rng):
    n = len(rows)
    n_lists = int(LISTS * n**0.5)
    sample = np.sort(rng.choice(n, min(n, TRAINED_PER_LIST * n_lists), replace=False))
    points = embed(rows[sample])
    index = faiss.index_factory(points.shape[1], f"IVF{n_lists},SQ8")
    index.cp.seed = int(rng.integers(2**31))
    index.train(points)
    for some in _chunks(n):
        index.add(embed(rows[some]))
    index.nprobe = PROBES
    return lambda points: index.search(points, 2)[1]


def _look_up(two_nearest, rows, embed):
    neighbours = np.empty(len(rows), dtype=np.intp)
    for some in _chunks(len(rows)):
        pairs = two_nearest(embed(rows[some]))
        itself = pairs[:, 0] == np.arange(some.start, some.stop)
        neighbours[some] = np.where(itself, pairs[:, 1], pairs[:, 0])
    return neighbours


def _chunks(n):
    return [slice(first, min(first + CHUNK, n)) for first in range(0, n, CHUNK)]
