"""Student: a fitted, compact net of NumPy arrays alone."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, replace
from os import PathLike
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from skdistill._plumbing.described import Described
from skdistill._plumbing.words import size
from skdistill.layers import Layer, LinearOfMembers, Outputs, from_plain, to_plain
from skdistill.runtime._files import save, size_of
from skdistill.runtime._html import as_html
from skdistill.runtime._native import forward, prepare
from skdistill.runtime._reader import ColumnReader
from skdistill.runtime._shapes import check_shapes
from skdistill.tables import Table, is_sparse

ROWS_AT_ONCE = 8192  # bounds the memory of a large batch


@dataclass(frozen=True, eq=False)
class Student(Described, ABC):
    """A distilled student, ready to deploy: no teacher, no torch, no scikit-learn.

    There is one class for each meaning of its answers, such as `ClassifierStudent`. What makes
    the answers cannot be set anew, and its arrays are read-only; other attributes can be set.

    Parameters
    ----------
    reader : ColumnReader
        Turns a table into one float32 matrix.
    layers : tuple of Layer
        The net, from that matrix to the answers.
    outputs : Outputs
        What the answers are called.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns in fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names in fit; only when all were strings.
    """

    reader: ColumnReader
    layers: tuple[Layer, ...]
    outputs: Outputs
    _net: object = field(init=False, repr=False)
    _n_outputs: int = field(init=False, repr=False)

    of: ClassVar[type[Outputs]]

    def __new__(cls, reader: Any = None, layers: Any = None, outputs: Any = None) -> Self:
        """Make a student; what an older skdistill pickled cannot be one any more."""
        if cls is Student:
            raise TypeError(
                "A Student alone does not answer: those of classes, labels and numbers do. If "
                "this one was pickled by an older skdistill, save it there by student.save, and "
                "load that file here."
            )
        return super().__new__(cls)

    def __post_init__(self) -> None:
        if not isinstance(self.reader, ColumnReader) or not isinstance(self.outputs, self.of):
            raise ValueError(f"A {type(self).__name__} has a ColumnReader and {self.of.__name__}.")
        layers = self.layers if isinstance(self.layers, tuple) else ()
        if not layers or not all(isinstance(layer, Layer) for layer in layers):
            raise ValueError("A student's layers are a tuple of one Layer or more.")
        check_shapes(self.reader, self.layers, self.outputs)
        for part in (*self.layers, self.outputs):
            part.lock()
        if self.reader.names is not None:
            names = np.array(self.reader.names, dtype=object)
            self._prepare(feature_names_in_=names)
        n_columns, n_outputs = len(self.reader.kinds), self.outputs.n_outputs
        net = None if self.reader.sparse else prepare(self.layers, n_columns, n_outputs)
        self._prepare(_net=net, _n_outputs=n_outputs)

    @property
    def n_features_in_(self) -> int:
        """Number of columns in fit."""
        return len(self.reader.kinds)

    def answers(self, X: Table) -> NDArray[np.float64]:
        """Numbers of the last layer for each row.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            Array, sparse matrix, pandas or polars frame, with the columns of fit. A frame's
            column names must be those of fit, in the same order. Or rows: a dict of the values
            by column name (others are ignored), a list of them in the order of the columns, a
            row of a pandas frame, or a list of dicts or lists.

        Returns
        -------
        answers : float64 array of shape (n_samples, n_outputs)
            What `outputs` gives a name.

        Raises
        ------
        ValueError
            If columns are missing, surplus or in another order, or a value is infinite.

        Notes
        -----
        A row's answer is the same alone and in any batch. It is computed in float32 where the
        compiled extension serves, numbers in float64 from the last layer on, else in float64 by
        NumPy; the two differ by less than 1e-5, of the spread of numbers.
        """
        if is_sparse(X) and X.shape[0] > ROWS_AT_ONCE:
            X, starts = X.tocsr(), range(0, X.shape[0], ROWS_AT_ONCE)
            return np.concatenate([self.answers(X[s : s + ROWS_AT_ONCE]) for s in starts])
        if self._net is not None:
            rows = self.reader.gather(X)
            self.reader.warn_of_strangers(rows)
            answers = np.empty((len(rows), self._n_outputs))
            if forward(self._net, rows, answers):
                return answers
        rows = self.reader.read(X)
        self.reader.warn_of_strangers(rows)
        n = rows.shape[0]
        if n <= ROWS_AT_ONCE:
            return self._forward(rows)
        starts = range(0, n, ROWS_AT_ONCE)
        return np.concatenate([self._forward(rows[s : s + ROWS_AT_ONCE]) for s in starts])

    @abstractmethod
    def predict(self, X: Table) -> NDArray[Any]:
        """Decide what each row is.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `answers`.

        Returns
        -------
        predicted : ndarray of shape (n_samples, ...)
            In the words of `outputs`.
        """

    def shrink(self, n_members: int) -> Self:
        """Return a smaller student that has the first members only.

        Parameters
        ----------
        n_members : int
            How many of a "tabm" student's members to keep.

        Returns
        -------
        student : Student
            A new one; this one stays as it is.

        Raises
        ------
        ValueError
            If the student has no members, or not so many.
        """
        has = self._n_members
        if not has:
            raise ValueError('Only a student="tabm" has members to drop.')
        if not 1 <= n_members <= has:
            raise ValueError(f"n_members={n_members}, but the student has 1 to {has} to keep.")
        layers = tuple(layer.shrink(n_members) for layer in self.layers)
        return replace(self, layers=layers)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the student to one safetensors file, which `skdistill.load` reads.

        The file appears whole or not at all: it is written beside `path` and then renamed.

        Parameters
        ----------
        path : str or path-like
            Where to write.
        """
        save(self, path)

    def fit(self, X: Any, y: Any = None) -> Self:
        """Do nothing: a student is already trained. It is here for scikit-learn's tools.

        Parameters
        ----------
        X, y : object
            Ignored.

        Returns
        -------
        self : Student
            As it was.
        """
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return no parameters: a student is already trained.

        Parameters
        ----------
        deep : bool, default=True
            Ignored.

        Returns
        -------
        params : dict
            Empty.
        """
        return {}

    def set_params(self, **params: Any) -> Self:
        """Accept no parameters: a student is already trained.

        Parameters
        ----------
        **params : dict
            None may be given.

        Returns
        -------
        self : Student
            As it was.

        Raises
        ------
        ValueError
            If any is given.
        """
        if params:
            raise ValueError(f"A student has no parameters; got {sorted(params)}.")
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Return the description without objects of other classes, for those who trust few.

        With it goes what was set on the student, by users or by scikit-learn.
        """
        own = {"feature_names_in_", *(f.name for f in fields(self))}
        return {
            **{name: value for name, value in vars(self).items() if name not in own},
            "reader": self.reader.__getstate__(),
            "layers": tuple(to_plain(layer) for layer in self.layers),
            "outputs": to_plain(self.outputs),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        reader = ColumnReader(**state["reader"])
        layers = tuple(from_plain(layer) for layer in state["layers"])
        outputs = from_plain(state["outputs"])
        super().__setstate__({**state, "reader": reader, "layers": layers, "outputs": outputs})

    @np.errstate(under="ignore")
    def _forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    @property
    def _n_members(self):
        heads = [layer for layer in self.layers if isinstance(layer, LinearOfMembers)]
        return len(heads[0].bias) if heads else 0

    def __repr__(self) -> str:
        sizes = [layer.weight.shape[-2:] for layer in self.layers if hasattr(layer, "weight")]
        net = "→".join(str(n) for n in [*(s[0] for s in sizes[:1]), *(s[1] for s in sizes)])
        net = f"{self._n_members} x {net}" if self._n_members else net or "torch module"
        n_bytes = size_of(self)
        words = [f"{self.n_features_in_} columns", net, self.outputs.words]
        words += [] if n_bytes is None else [size(n_bytes)]
        return f"{type(self).__name__}({', '.join(words)})"

    def _repr_html_(self) -> str:
        """Show classes and columns in a notebook."""
        return as_html(self)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_clone__(self) -> Self:
        return self

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=True),
            input_tags=InputTags(
                sparse=True, allow_nan=not self.reader.sparse, string=True, categorical=True
            ),
        )
