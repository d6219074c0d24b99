"""Codes of categories: each known level, rare ones by hash, missing values, and all others."""

from functools import lru_cache
from typing import Any

import numpy as np

from skdistill.tables import is_missing, spelled

MANY = 100  # values of a column from which its distinct ones are asked for
REMEMBERED = 1 << 14  # texts whose hash is kept
MASK = 0xFFFFFFFF


class Codes(dict):
    """Code of every level, by its text; of missing values, and of whatever else is asked for.

    Texts that are no level share `n_buckets` codes by their hash; without, all are "other".
    """

    def __init__(self, levels, n_buckets=0):
        is_count = isinstance(n_buckets, int) and n_buckets >= 0
        if not is_count or not all(isinstance(level, str) for level in levels):
            raise ValueError("Levels are texts, and a number of buckets is a count.")
        super().__init__({level: code for code, level in enumerate(levels)})
        for code, level in enumerate(levels):  # older files have levels as they were written
            self.setdefault(spelled(level), code)
        self._n_levels, self._n_buckets = len(levels), n_buckets
        self[None] = len(levels) + n_buckets
        self._of_categories: tuple[Any, Any] = (None, None)

    def __missing__(self, value):
        if is_missing(value):
            return self[None]
        text = spelled(value)
        known = self.get(text)
        if known is not None:
            return known
        if self._n_buckets:
            return self._n_levels + murmur3(text) % self._n_buckets
        return self[None] + 1

    def of(self, column, label=""):
        """Return the codes of a column's values."""
        if hasattr(column, "categories"):  # a pandas categorical: its levels need not be strings
            return self._of_known(column.categories)[column.codes]
        if len(column) >= MANY and hasattr(column, "factorize") and column.dtype.type is str:
            places, texts = column.factorize()
            return self._of_each(texts)[places]
        values = column.to_numpy() if hasattr(column, "to_numpy") else column
        try:
            if len(values) >= MANY and getattr(values, "dtype", np.dtype("O")).kind in "fiu":
                distinct, places = np.unique(values, return_inverse=True)
                return self._of_each(distinct)[places]
            return np.array([self[value] for value in values], dtype=np.int64)
        except TypeError as error:
            raise ValueError(f"Column {label} held categories in fit, but now: {error}.") from None

    def _of_known(self, categories):
        known, codes = self._of_categories
        if known is not categories:
            codes = self._of_each(categories)
            self._of_categories = categories, codes
        return codes

    def _of_each(self, levels):
        """Return the code of each level, and at the end, at -1, that of missing values."""
        return np.array([*(self[level] for level in levels), self[None]])


@lru_cache(REMEMBERED)
def murmur3(text):
    """Return MurmurHash3_x86_32 of a text's UTF-8 bytes, seed 0, as an unsigned number."""
    data = text.encode("utf-8", "surrogatepass")
    state = 0
    for i in range(0, len(data), 4):
        block = data[i : i + 4]
        k = int.from_bytes(block, "little") * 0xCC9E2D51 & MASK
        state ^= _rotated(k, 15) * 0x1B873593 & MASK
        if len(block) == 4:
            state = (_rotated(state, 13) * 5 + 0xE6546B64) & MASK
    state ^= len(data)
    state = (state ^ state >> 16) * 0x85EBCA6B & MASK
    state = (state ^ state >> 13) * 0xC2B2AE35 & MASK
    return state ^ state >> 16


def _rotated(word, n):
    return (word << n | word >> 32 - n) & MASK
