"""A student whose answers are probabilities of labels, of which a row may have several."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skdistill.layers import Labels
from skdistill.runtime._student import Student
from skdistill.tables import Table


class MultilabelStudent(Student):
    """A distilled classifier of several labels a row: no teacher, no torch, no scikit-learn.

    Made by `skdistill.DistilledClassifier` (its attribute `student_`) or read from a file by
    `skdistill.load`.

    Parameters
    ----------
    reader : ColumnReader
        Turns a table into one float32 matrix.
    layers : tuple of Layer
        The net, from that matrix to probabilities.
    outputs : Labels
        How many labels there are.

    Attributes
    ----------
    classes_ : list of ndarray of shape (2,)
        For each label what it may be: 0 or 1.
    n_features_in_ : int
        Number of columns in fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names in fit; only when all were strings.

    Examples
    --------
    >>> import skdistill
    >>> from sklearn.datasets import make_multilabel_classification
    >>> X, Y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> clf = skdistill.DistilledClassifier(random_state=0).fit(X, Y)
    >>> clf.student_.predict(X[:2]).shape
    (2, 3)
    """

    outputs: Labels
    feature_names_in_: NDArray[Any]
    of = Labels

    @property
    def classes_(self) -> list[NDArray[np.int64]]:
        """For each label what it may be: 0 or 1."""
        return [np.arange(2) for _ in range(self.outputs.count)]

    def predict_proba(self, X: Table) -> NDArray[np.float64]:
        """Probability of each label.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            Array, sparse matrix, pandas or polars frame, with the columns of fit. A frame's
            column names must be those of fit, in the same order. Or rows: a dict of the values
            by column name (others are ignored), a list of them in the order of the columns, a
            row of a pandas frame, or a list of dicts or lists.

        Returns
        -------
        proba : float64 array of shape (n_samples, n_labels)
            Columns in the order of those of y.

        Raises
        ------
        ValueError
            If columns are missing, surplus or in another order, or a value is infinite.
        """
        return self.answers(X)

    def predict_log_proba(self, X: Table) -> NDArray[np.float64]:
        """Logarithm of `predict_proba`, in nats.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict_proba`.

        Returns
        -------
        log_proba : float64 array of shape (n_samples, n_labels)
            Columns in the order of those of y.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict(self, X: Table) -> NDArray[np.int64]:
        """Labels of each row: those that it more likely has than not.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict_proba`.

        Returns
        -------
        labels : int64 array of shape (n_samples, n_labels)
            1 where a row has a label, else 0.
        """
        return self.outputs.decide(self.predict_proba(X))

    def score(self, X: Table, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Share of rows that are given their labels and no others.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict_proba`.
        y : array of shape (n_samples, n_labels)
            1 where a row has a label, else 0.
        sample_weight : array of shape (n_samples,) or None, default=None
            Weight of each row.

        Returns
        -------
        accuracy : float
            In [0, 1].

        Raises
        ------
        ValueError
            If shapes differ.
        """
        predicted, y = self.predict(X), np.asarray(y)
        n = len(predicted)
        weight = np.ones(n) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        if y.shape != predicted.shape or weight.shape != (n,):
            raise ValueError(
                f"y has shape {y.shape} and sample_weight {weight.shape}, but predictions have "
                f"shape {predicted.shape}: a row has {self.outputs.words} and one weight."
            )
        return float(np.average((predicted == y).all(axis=1), weights=weight))

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags

        tags = super().__sklearn_tags__()
        tags.estimator_type = "classifier"
        tags.classifier_tags = ClassifierTags(multi_label=True)
        tags.target_tags.multi_output, tags.target_tags.single_output = True, False
        return tags
