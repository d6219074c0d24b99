"""A student whose answers are probabilities of classes."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skdistill.layers import Classes
from skdistill.runtime._student import Student
from skdistill.tables import Table


class ClassifierStudent(Student):
    """A distilled classifier, ready to deploy: no teacher, no torch, no scikit-learn.

    Made by `skdistill.DistilledClassifier` (its attribute `student_`) or read from a file by
    `skdistill.load`.

    Parameters
    ----------
    reader : ColumnReader
        Turns a table into one float32 matrix.
    layers : tuple of Layer
        The net, from that matrix to probabilities.
    outputs : Classes
        The labels of the classes.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels, sorted.
    n_features_in_ : int
        Number of columns in fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names in fit; only when all were strings.

    Examples
    --------
    >>> import skdistill
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = skdistill.DistilledClassifier(random_state=0).fit(X, y)
    >>> clf.student_.predict(X[:2])
    array([0, 0])
    """

    outputs: Classes
    feature_names_in_: NDArray[Any]
    of = Classes

    @property
    def classes_(self) -> NDArray[Any]:
        """Class labels, sorted."""
        return self.outputs.labels

    def predict_proba(self, X: Table) -> NDArray[np.float64]:
        """Probability of each class.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            Array, sparse matrix, pandas or polars frame, with the columns of fit. A frame's
            column names must be those of fit, in the same order. Or rows: a dict of the values
            by column name (others are ignored), a list of them in the order of the columns, a
            row of a pandas frame, or a list of dicts or lists.

        Returns
        -------
        proba : float64 array of shape (n_samples, n_classes)
            Columns in the order of `classes_`.

        Raises
        ------
        ValueError
            If columns are missing, surplus or in another order, or a value is infinite.
        """
        return self.answers(X)

    def predict(self, X: Table) -> NDArray[Any]:
        """Most probable class of each row.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict_proba`.

        Returns
        -------
        labels : ndarray of shape (n_samples,)
            One of `classes_` for each row.
        """
        return self.outputs.decide(self.predict_proba(X))

    def predict_log_proba(self, X: Table) -> NDArray[np.float64]:
        """Logarithm of `predict_proba`, in nats.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict_proba`.

        Returns
        -------
        log_proba : float64 array of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def score(self, X: Table, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Share of rows whose predicted label is `y`.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict_proba`.
        y : array of shape (n_samples,) or (n_samples, 1)
            Class labels; a row of a class that was not in fit counts as wrong.
        sample_weight : array of shape (n_samples,) or None, default=None
            Weight of each row.

        Returns
        -------
        accuracy : float
            In [0, 1].

        Raises
        ------
        ValueError
            If lengths differ, or no label is one of `classes_`.
        """
        predicted, y = self.predict(X), np.asarray(y)
        n, y = len(predicted), y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
        weight = np.ones(n) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        for name, values in (("y", y), ("sample_weight", weight)):
            if values.shape != (n,):
                raise ValueError(f"{name} has shape {values.shape}, X {n} rows: one value a row.")
        if n and not set(y.tolist()) & set(self.classes_.tolist()):
            raise ValueError(
                f"No label of y is one of the classes {self.classes_.tolist()}: the first is "
                f"{y.tolist()[0]!r}. Pass labels of the type that fit was given."
            )
        return float(np.average(predicted == y, weights=weight))

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags

        tags = super().__sklearn_tags__()
        tags.estimator_type, tags.classifier_tags = "classifier", ClassifierTags()
        return tags
