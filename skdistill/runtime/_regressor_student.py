"""A student whose answers are numbers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skdistill.exceptions import warn
from skdistill.layers import Numbers
from skdistill.runtime._student import Student
from skdistill.tables import Table


class StudentOfNumbers(Student):
    """What students of numbers have in common: how they are scored."""

    def score(self, X: Table, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Coefficient of determination R² of the predictions.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict`.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Numbers to compare with.
        sample_weight : array of shape (n_samples,) or None, default=None
            Weight of each row.

        Returns
        -------
        r2 : float
            At most 1; 0 is what the mean of y gets. The mean over outputs. NaN, with a warning,
            for fewer than two rows.

        Raises
        ------
        ValueError
            If lengths differ, or a value is no finite number.
        """
        predicted, y = _columns(self.predict(X)), _columns(_as_numbers("y", y))
        if y.shape != predicted.shape:
            raise ValueError(
                f"y has shape {y.shape}, but predictions have shape {predicted.shape}: "
                f"a row has {self.outputs.words}."
            )
        weight = _as_numbers("sample_weight", 1.0 if sample_weight is None else sample_weight)
        if sample_weight is not None and weight.shape != (len(y),):
            raise ValueError(
                f"sample_weight has shape {weight.shape}, X {len(y)} rows: one value a row."
            )
        if len(y) < 2:
            warn(f"R² of {len(y)} rows is not defined: it is NaN. Score two rows or more.")
            return float("nan")
        return _determination(y, predicted, np.broadcast_to(weight, len(y)))

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import RegressorTags

        tags = super().__sklearn_tags__()
        tags.estimator_type, tags.regressor_tags = "regressor", RegressorTags()
        return tags


class RegressorStudent(StudentOfNumbers):
    """A distilled regressor, ready to deploy: no teacher, no torch, no scikit-learn.

    Made by `skdistill.DistilledRegressor` (its attribute `student_`) or read from a file by
    `skdistill.load`.

    Parameters
    ----------
    reader : ColumnReader
        Turns a table into one float32 matrix.
    layers : tuple of Layer
        The net, from that matrix to numbers.
    outputs : Numbers
        How many numbers a row is answered by.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns in fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names in fit; only when all were strings.

    Examples
    --------
    >>> import skdistill
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> reg = skdistill.DistilledRegressor(max_epochs=5, random_state=0).fit(X, y)
    >>> reg.student_.predict(X[:2]).shape
    (2,)
    """

    outputs: Numbers
    feature_names_in_: NDArray[Any]
    of = Numbers

    def predict(self, X: Table) -> NDArray[np.float64]:
        """Numbers of each row.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            Array, sparse matrix, pandas or polars frame, with the columns of fit. A frame's
            column names must be those of fit, in the same order. Or rows: a dict of the values
            by column name (others are ignored), a list of them in the order of the columns, a
            row of a pandas frame, or a list of dicts or lists.

        Returns
        -------
        predicted : float64 array of shape (n_samples,) or (n_samples, n_outputs)
            In the units of y, with its number of dimensions in fit.

        Raises
        ------
        ValueError
            If columns are missing, surplus or in another order, or a value is infinite.
        """
        return self.outputs.decide(self.answers(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = self.outputs.count > 1
        tags.target_tags.single_output = self.outputs.count == 1
        return tags


def _columns(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return numbers[:, None] if numbers.ndim == 1 else numbers


def _as_numbers(name: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} holds what is no number: {error}.") from None
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name} contains NaN or infinity. Leave such rows out.")
    return numbers


def _determination(
    y: NDArray[np.float64], predicted: NDArray[np.float64], weight: NDArray[np.float64]
) -> float:
    """Return R², the mean over outputs; a constant y gets 1 where it is met, else 0."""
    left = weight @ (y - predicted) ** 2
    total = weight @ (y - np.average(y, axis=0, weights=weight)) ** 2
    share = np.divide(left, total, out=(left > 0).astype(np.float64), where=total > 0)
    return float(np.mean(1 - share))
