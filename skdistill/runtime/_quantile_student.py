"""A student whose answers are quantiles of one number."""

import numpy as np
from numpy.typing import NDArray

from skdistill.layers import Quantiles
from skdistill.runtime._regressor_student import StudentOfNumbers
from skdistill.tables import Table


class QuantileStudent(StudentOfNumbers):
    """A distilled regressor of quantiles, ready to deploy: no teacher, no torch, no scikit-learn.

    Read from a file by `skdistill.load`. Quantiles of a row never cross.

    Parameters
    ----------
    reader : ColumnReader
        Turns a table into one float32 matrix.
    layers : tuple of Layer
        The net, from that matrix to quantiles.
    outputs : Quantiles
        Their levels.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns in fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names in fit; only when all were strings.
    """

    outputs: Quantiles
    of = Quantiles

    def predict(self, X: Table) -> NDArray[np.float64]:
        """Median of each row.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            Array, sparse matrix, pandas or polars frame, with the columns of fit. A frame's
            column names must be those of fit, in the same order. Or rows: a dict of the values
            by column name (others are ignored), a list of them in the order of the columns, a
            row of a pandas frame, or a list of dicts or lists.

        Returns
        -------
        predicted : float64 array of shape (n_samples,)
            In the units of y.

        Raises
        ------
        ValueError
            If columns are missing, surplus or in another order, or a value is infinite.
        """
        return self.outputs.decide(self.answers(X))

    def predict_quantiles(self, X: Table) -> NDArray[np.float64]:
        """All quantiles of each row.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict`.

        Returns
        -------
        quantiles : float64 array of shape (n_samples, n_quantiles)
            In the units of y, one column for each of ``outputs.levels``; none is below the
            column before.

        Raises
        ------
        ValueError
            If columns are missing, surplus or in another order, or a value is infinite.
        """
        return self.answers(X)

    def predict_interval(self, X: Table, coverage: float) -> NDArray[np.float64]:
        """Interval of each row that holds the number with a probability.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict`.
        coverage : float
            The probability: .9 is the interval from level .05 to level .95, both of which the
            student must have.

        Returns
        -------
        interval : float64 array of shape (n_samples, 2)
            Lower and upper end, in the units of y.

        Raises
        ------
        ValueError
            If the student lacks a level, or as in `predict`.
        """
        ends = self._ends(coverage)
        return self.answers(X)[:, ends]

    def _ends(self, coverage):
        """Return the positions of the levels at either end."""
        levels = self.outputs.levels
        pairs = [
            [low, high]
            for low, below in enumerate(levels)
            for high, above in enumerate(levels[low + 1 :], low + 1)
            if np.isclose(below + above, 1)
        ]
        for low, high in pairs:
            if np.isclose(levels[high] - levels[low], coverage):
                return [low, high]
        have = ", ".join(f"{levels[high] - levels[low]:.4g}" for low, high in pairs) or "none"
        low = (1 - coverage) / 2
        raise ValueError(
            f"coverage={coverage!r} needs the levels {low:.4g} and {1 - low:.4g}, but the student "
            f"has {', '.join(map(str, levels.tolist()))}. Coverages that it has: {have}. Fit with "
            "quantiles that have both."
        )
