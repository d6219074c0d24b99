"""Nearest neighbours in tables of mixed types: exact, or approximate when there are many rows."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from skdistill.layers import CLIP
from skdistill.tables import row_marks

MAX_EXACT = 50_000  # rows; beyond, neighbours are approximate
MAX_REFERENCE = 20_000  # rows among which they are then looked for without faiss
MAX_ONE_HOT = 16  # dimensions of a category; if it has more levels they share these
NORMAL_RANGE = 1.349  # between the quartiles of a normal distribution of variance 1
LISTS = 2  # times the root of the number of rows: lists of faiss's inverted file
PROBES = 8  # of them are searched for a row
TRAINED_PER_LIST = 40
CHUNK = 8_192  # rows that are points at once
ALIGNMENT = 16  # zeros fill points up to a multiple, which faiss compares many times faster


class Embedding:
    """Turns rows into points whose distances make sense.

    Numbers are scaled by their quartiles, to a variance of about 1, and clipped smoothly. Two
    levels, or missing and known, are at distance 1, of which more levels than `MAX_ONE_HOT` keep
    about as much: they are random directions.
    """

    def __init__(self, rows, reader, rng):
        self._columns = [
            _Levels(reader.n_codes(j), rng) if j in reader.levels else _Scale(rows[:, j])
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
        self._center, self._spread = 0.0, 1.0
        if len(known):
            low, self._center, high = np.quantile(known, [0.25, 0.5, 0.75])
            self._spread = (high - low) / NORMAL_RANGE or known.std() or 1.0

    def place(self, x, out):
        absent = np.isnan(x)
        z = (x.astype(np.float64) - self._center) / self._spread
        out[:, 0] = np.where(absent, 0, z / np.sqrt(1 + (z / CLIP) ** 2))
        out[:, 1:] = absent[:, None]


def nearest_neighbours(rows, embed, rng):
    """Return the position of each row's nearest neighbour, which is never itself.

    Equal rows are each other's neighbours. Beyond `MAX_EXACT` distinct rows, other neighbours are
    approximate: by an inverted file of faiss, or where that is not installed the nearest of
    `MAX_REFERENCE` random rows.
    """
    neighbours, distinct, alone = _pair_equal(rows)
    if len(alone) == 0:
        return neighbours
    two_nearest = _finder(rows, embed, distinct, rng)
    for some in _chunks(alone):
        pairs = two_nearest(embed(rows[some]))
        neighbours[some] = np.where(pairs[:, 0] == some, pairs[:, 1], pairs[:, 0])
    return neighbours


def _pair_equal(rows):
    """Return the next of each row's equals, the first of all equals, and the rows without any.

    Without equal rows no list of an inverted file grows without bound.
    """
    marks = row_marks(rows)
    order = np.argsort(marks, kind="stable")
    marks = marks[order]
    start = np.flatnonzero(np.concatenate([[True], marks[1:] != marks[:-1]]))
    end = np.append(start[1:], len(rows)) - 1
    following = np.roll(order, -1)
    following[end] = order[start]
    neighbours = np.empty_like(order)
    neighbours[order] = following
    return neighbours, np.sort(order[start]), np.sort(order[start[start == end]])


def _finder(rows, embed, distinct, rng):
    """Return what gives for points the positions of their two nearest rows of `distinct`."""
    if len(distinct) <= MAX_EXACT:
        return _exact(embed(rows[distinct]), distinct)
    try:
        import faiss
    except ImportError:
        some = np.sort(rng.choice(distinct, MAX_REFERENCE, replace=False))
        return _exact(embed(rows[some]), some)
    return _approximate(faiss, rows, embed, distinct, rng)


def _exact(points, positions):
    finder = NearestNeighbors(n_neighbors=2).fit(points)
    return lambda points: positions[finder.kneighbors(points, return_distance=False)]


def _approximate(faiss, rows, embed, distinct, rng):
    n = len(distinct)
    n_lists = int(LISTS * n**0.5)
    sample = np.sort(rng.choice(distinct, min(n, TRAINED_PER_LIST * n_lists), replace=False))
    points = embed(rows[sample])
    codes = "SQ8" if points.shape[1] >= ALIGNMENT else "Flat"  # few numbers are worth their bits
    index = faiss.index_factory(points.shape[1], f"IVF{n_lists},{codes}")
    index.cp.seed = int(rng.integers(2**31))
    index.train(points)
    for some in _chunks(distinct):
        index.add(embed(rows[some]))
    index.nprobe = PROBES
    everywhere = faiss.SearchParametersIVF(nprobe=n_lists)

    def two_nearest(points):
        pairs = index.search(points, 2)[1]
        lacking = (pairs < 0).any(axis=1)  # the lists searched held less than two rows
        if lacking.any():
            pairs[lacking] = index.search(points[lacking], 2, params=everywhere)[1]
        return distinct[pairs]

    return two_nearest


def _chunks(positions):
    return [positions[first : first + CHUNK] for first in range(0, len(positions), CHUNK)]
