"""Codes of categories: each known level, missing values, and all others."""

from typing import Any

import numpy as np


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
            return self._table(column.categories)[column.codes]
        values = column.to_numpy() if hasattr(column, "to_numpy") else column
        try:
            return [self[value] for value in values]
        except TypeError as error:
            raise ValueError(f"Column {label} held categories in fit, but now: {error}.") from None

    def _table(self, categories):
        """Return the code of each of a pandas categorical's categories, then of missing values."""
        known, table = self._of_categories
        if known is not categories:
            table = np.array([*(self[str(level)] for level in categories), self[None]])
            self._of_categories = categories, table
        return table


def is_missing(value):
    """Whether a single value stands for a missing one: None, NaN, NaT, NA."""
    return (
        value is None
        or (isinstance(value, float | np.floating) and value != value)
        or type(value).__name__ in ("NAType", "NaTType")
    )
