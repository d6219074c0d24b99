"""The model that knows quantiles of labels, and no column."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class QuantilesOfNobody:
    """Answers the same quantiles about every row."""

    levels: np.ndarray
    quantiles: np.ndarray

    def predict(self, X):
        """Return the median of every row."""
        return np.full(X.shape[0], self.quantiles[np.searchsorted(self.levels, 0.5)])

    def predict_quantiles(self, X):
        """Return the quantiles of every row."""
        return np.tile(self.quantiles, (X.shape[0], 1))
