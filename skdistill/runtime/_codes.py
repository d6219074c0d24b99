"""Codes of categories: each known level, missing values, and all others."""

from typing import Any

import numpy as np

from skdistill.tables import is_missing

MANY = 100  # values of a column from which pandas is asked for its distinct ones


class Codes(dict):
    """Code of every level, by its text; of missing values, and of whatever else is asked for.

    Parameters
    ----------
    levels : sequence of str
    """

    def __init__(self, levels):
        super().__init__({level: code for code, level in enumerate(levels)})
        self[None] = len(levels)
        self._other = len(levels) + 1
        self._of_categories: tuple[Any, Any] = (None, None)

    def __missing__(self, value):
        return self.get(None if is_missing(value) else str(value), self._other)

    def of(self, column, label=""):
        """Return the codes of a column's values."""
        if hasattr(column, "categories"):  # a pandas categorical: its levels need not be strings
            return self._of_known(column.categories)[column.codes]
        if len(column) >= MANY and hasattr(column, "factorize") and column.dtype.type is str:
            places, texts = column.factorize()
            return self._of_each(texts)[places]
        values = column.to_numpy() if hasattr(column, "to_numpy") else column
        try:
            return list(map(self.__getitem__, values))
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
        return np.array([*(self[str(level)] for level in levels), self[None]])
