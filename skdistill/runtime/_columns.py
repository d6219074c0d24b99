"""From a user's table to one float32 matrix: the door through which every row enters a student.

Numbers stay numbers (missing is NaN), categories become codes (``0 … L-1`` for the known levels,
``L`` for missing, ``L + 1`` for any other level), dates become days since `ColumnReader.origins`.
Frames are read by what they offer (``columns``, ``iloc``, ``to_numpy``), so neither pandas nor
polars is imported.
"""

import datetime
import numbers
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from skdistill.runtime._codes import Codes, is_missing
from skdistill.runtime._described import Described
from skdistill.runtime._rows import NAMED, as_rows, form_of_rows, is_row, only_row

NUMBER, CATEGORY, DATE = "number", "category", "date"
DAY = 86_400e6  # microseconds
FLOATS = np.dtype(np.float64), np.dtype(np.float32)


@dataclass(frozen=True)
class ColumnReader(Described):
    """How each column of a table is read.

    A table is an array, a sparse matrix, a pandas or polars frame, or rows: a dict of the values
    by column name, a list of them in the order of the columns, a row of a pandas frame, or a list
    of dicts or lists.

    Parameters
    ----------
    kinds : tuple of {"number", "category", "date"}
        One for each column.
    levels : dict of int to tuple of str
        Known levels of each category column, by column position.
    origins : dict of int to float
        Day that counts as zero (days since 1970-01-01) of each date column, by column position.
    names : tuple of str or None
        Column names, when the table in fit had them.
    sparse : bool
        Whether fit saw a sparse matrix; rows are then kept sparse.
    """

    kinds: tuple[str, ...]
    levels: dict[int, tuple[str, ...]]
    origins: dict[int, float]
    names: tuple[str, ...] | None = None
    sparse: bool = False
    _codes: dict = field(init=False, repr=False, compare=False)
    _is_plain: bool = field(init=False, repr=False, compare=False)  # numbers only
    _known_columns: object = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        if not self.kinds:
            raise ValueError("A table has at least one column.")
        if not set(self.kinds) <= {NUMBER, CATEGORY, DATE}:
            raise ValueError(f"Unknown column kinds in {sorted(set(self.kinds))}.")
        for kind, of_columns in ((CATEGORY, self.levels), (DATE, self.origins)):
            if sorted(of_columns) != [j for j, k in enumerate(self.kinds) if k == kind]:
                raise ValueError(f"The {kind} columns do not match their description.")
        if self.names is not None and len(self.names) != len(self.kinds):
            raise ValueError(f"{len(self.names)} names for {len(self.kinds)} columns.")
        texts = [self.names or (), *self.levels.values()]
        if not all(isinstance(text, str) for some in texts for text in some):
            raise ValueError("Names and levels are texts.")
        if not np.isfinite(list(self.origins.values())).all():
            raise ValueError("Origins of dates are finite.")
        if self.sparse and set(self.kinds) != {NUMBER}:
            raise ValueError("A sparse matrix has columns of numbers only.")
        self._prepare(
            _codes={j: Codes(levels) for j, levels in self.levels.items()},
            _is_plain=set(self.kinds) == {NUMBER},
            _known_columns=None,
        )

    @classmethod
    def learn(cls, X, *, names=None, min_rows_per_level=1):
        """Learn the kind of every column of `X`, the levels of categories and the origin of dates.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            Array, sparse matrix, pandas or polars frame.
        names : sequence of str or None
            Column names to require later.
        min_rows_per_level : int
            Levels seen in fewer rows are left out: they are read as "other".
        """
        X = as_table(X)
        names = None if names is None else tuple(str(name) for name in names)
        if is_sparse(X):
            return cls((NUMBER,) * X.shape[1], {}, {}, names, sparse=True)
        kinds, levels, origins = [], {}, {}
        for j in range(X.shape[1]):
            column = get_column(X, j)
            kinds.append(kind_of(column, _label(names, j)))
            if kinds[j] == CATEGORY:
                counts = Counter(_texts(column))
                counts.pop(None, None)
                levels[j] = tuple(sorted(t for t, n in counts.items() if n >= min_rows_per_level))
            elif kinds[j] == DATE:
                origins[j] = _year_start(_days(column))
        return cls(tuple(kinds), levels, origins, names)

    def read(self, X):
        """Read rows.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)

        Returns
        -------
        rows : float32 array of shape (n_samples, n_features), or a CSR matrix if `sparse`

        Raises
        ------
        ValueError
            If columns are missing, surplus or in another order, or a value is infinite.
        """
        X = self.table(X)
        self._check_columns(X)
        if is_sparse(X):
            with np.errstate(over="ignore"):
                X = X.tocsr().astype(np.float32) if self.sparse else X.toarray()
        if is_sparse(X):
            _check_finite(X.data, "the sparse matrix", allow_nan=False)
            return X
        with np.errstate(over="ignore", invalid="ignore"):
            values = self._numbers(X)
            rows = self._columns(X, np.float32) if values is None else values.astype(np.float32)
        if not np.isfinite(rows.sum(dtype=np.float64)):
            for j in range(rows.shape[1]):
                where = f"column {_label(self.names, j)}"
                _check_finite(rows[:, j], where, allow_nan=not self.sparse)
        return rows

    def gather(self, X):
        """Read dense rows as `read` does, but neither round nor check their numbers.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)

        Returns
        -------
        rows : float32 or float64 array of shape (n_samples, n_features)
            `X` itself, where it is one.
        """
        if type(X) is np.ndarray and self._is_plain and X.dtype in FLOATS and self._fits(X):
            return X
        rows = self._read_alone(X)
        if rows is not None:
            return rows
        X = self.table(X)
        self._check_columns(X)
        X = X.toarray() if not is_frame(X) and is_sparse(X) else X
        values = self._numbers(X)
        if values is None:
            return self._columns(X, np.float64, order="F")
        return values if values.dtype in FLOATS else values.astype(np.float64)

    def table(self, X):
        """Return `X` as a frame, sparse matrix or array."""
        rows = None if is_frame(X) else as_rows(X, self.names, len(self.kinds))
        if rows is None:
            return as_table(X)
        return as_table(rows if self._is_plain else np.asarray(rows, dtype=object))

    def knows(self, X):
        """Whether `X` plainly has the columns of fit, by name if there were names."""
        if type(X) is np.ndarray:
            return self.names is None and self._fits(X)
        if is_frame(X):
            return self.names is not None and self._has_names(X.columns)
        form = form_of_rows(X)
        if form == NAMED or self.names is not None:
            return form == NAMED
        return form is not None and is_row(X, len(self.kinds))

    def _fits(self, X):
        return X.ndim == 2 and X.shape[1] == len(self.kinds)

    def _has_names(self, columns):
        if columns is self._known_columns:
            return True
        names = columns.tolist() if hasattr(columns, "tolist") else columns
        if tuple(names) != self.names:
            return False
        if hasattr(columns, "equals"):  # a pandas index: it never changes
            self._prepare(_known_columns=columns)
        return True

    def _read_alone(self, X):
        """Read a single row value by value; None: its columns have to be asked, or say why not."""
        try:
            if not is_frame(X):
                values = only_row(X, self.names, len(self.kinds))
                if values is None:
                    return None
                for j, codes in self._codes.items():
                    values[j] = codes[values[j]]
                for j, origin in self.origins.items():
                    (values[j],) = _days(values[j : j + 1]) - origin
            elif self._is_plain or len(X) != 1:
                return None
            else:
                values = self._row_of_frame(X)
            rows = np.array([_floats(values)])
            self._check_columns(rows)
            return rows
        except (TypeError, ValueError, LookupError, OverflowError):
            return None

    def _row_of_frame(self, X):
        self._check_columns(X)
        get = column_getter(X)
        columns = [get(j) for j in range(len(self.kinds))]
        values = [column[0] for column in columns]
        for j, codes in self._codes.items():
            is_text = type(values[j]) is str
            values[j] = codes[values[j]] if is_text else codes.of(columns[j])[0]
        for j, origin in self.origins.items():
            (values[j],) = _days(columns[j]) - origin
        return values

    def _numbers(self, X):
        """Return the values of a dense table of numbers; None if there is more to it."""
        values = as_values(X) if self._is_plain else None
        return values if values is not None and values.dtype.kind in "fiub" else None

    def _columns(self, X, dtype, order="C"):
        rows = np.empty(X.shape, dtype=dtype, order=order)
        get = column_getter(X)
        for j, kind in enumerate(self.kinds):
            column = get(j)
            if kind == NUMBER:
                rows[:, j] = as_floats(column, _label(self.names, j))
            elif kind == CATEGORY:
                rows[:, j] = self._codes[j].of(column, _label(self.names, j))
            else:
                rows[:, j] = _days(column) - self.origins[j]
        return rows

    def _check_columns(self, X):
        if self.names is not None and is_frame(X) and self._has_names(X.columns):
            return
        given = column_names(X)
        if self.names is not None and given is not None and given != self.names:
            missing = [name for name in self.names if name not in given]
            surplus = [name for name in given if name not in self.names]
            if missing or surplus:
                detail = f"missing {missing}, unexpected {surplus}"
            else:
                detail = f"the order must be {list(self.names)}"
            raise ValueError(
                "The feature names should match those that were passed during fit: "
                f"{detail}. Select the columns by name, in the order of feature_names_in_."
            )
        if X.shape[1] != len(self.kinds):
            raise ValueError(
                f"X has {X.shape[1]} features, but the student is expecting "
                f"{len(self.kinds)} features as input."
            )


def as_table(X):
    """Return `X` as a two-dimensional frame, sparse matrix or array, or say what is wrong."""
    if is_frame(X):
        return X
    if not is_sparse(X):
        X = _as_array(X)
    if X.dtype.kind == "c":
        raise ValueError("Complex data not supported: pass real numbers.")
    if len(X.shape) != 2:
        raise ValueError(
            f"Expected 2D array, got {len(X.shape)}D array instead. Reshape your data: "
            "X.reshape(-1, 1) if it has a single feature, X.reshape(1, -1) if it is a single row."
        )
    return X


def is_sparse(X):
    """Whether `X` is a SciPy sparse matrix or array."""
    return hasattr(X, "tocsr")


def is_frame(X):
    """Whether `X` is a frame with named columns (pandas, polars)."""
    return hasattr(X, "columns") and hasattr(X, "shape") and not isinstance(X, np.ndarray)


def column_names(X):
    """Return the column names of a frame when all are strings, else None."""
    if not is_frame(X):
        return None
    names = tuple(X.columns)
    return names if names and all(isinstance(name, str) for name in names) else None


def get_column(X, j):
    """Return column `j` of a frame or array."""
    if hasattr(X, "iloc"):
        return X.iloc[:, j]
    return X.to_series(j) if hasattr(X, "to_series") else X[:, j]


def column_getter(X):
    """Return a function that gives a column of `X` by position, as the table stores it.

    For pandas it is private, for want of a public one that costs less than 20 µs a column.
    """
    stored = getattr(X, "_get_column_array", None)
    if stored is None and hasattr(X, "iloc"):
        return lambda j: X.iloc[:, j].array
    return stored or (lambda j: get_column(X, j))


def as_values(data):
    """Return a column or a table as an array."""
    return data.to_numpy() if hasattr(data, "to_numpy") else np.asarray(data)


def take_rows(X, rows):
    """Return the rows at the positions `rows` of a table, in the table's own form."""
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    if is_sparse(X):
        return X.tocsr()[rows]
    return X[rows]


def stack_rows(tables):
    """Return tables of one form, one under the other."""
    first = tables[0]
    if hasattr(first, "iloc"):
        import pandas

        return pandas.concat(tables, ignore_index=True)
    if is_frame(first):
        import polars

        return polars.concat(tables)
    if is_sparse(first):
        import scipy.sparse

        return scipy.sparse.vstack(tables).tocsr()
    return np.concatenate(tables)


def replace_columns(X, sources, numbers):
    """Make a table like `X` whose column j holds the rows ``sources[j]`` of column j.

    Parameters
    ----------
    X : frame or array
    sources : list of int arrays of shape (n_rows,)
        One for each column.
    numbers : dict of int to float array of shape (n_rows,)
        Columns whose values are given instead; they get the column's dtype.
    """
    columns = []
    for j, rows in enumerate(sources):
        old = get_column(X, j)
        if hasattr(X, "iloc"):
            new = type(old)(numbers[j], dtype=old.dtype) if j in numbers else old.iloc[rows]
            columns.append(new.reset_index(drop=True))
        elif is_frame(X):
            new = old[rows]
            if j in numbers:
                new = type(old)(old.name, numbers[j]).fill_nan(None).cast(old.dtype)
            columns.append(new)
        else:
            columns.append(numbers[j].astype(old.dtype) if j in numbers else old[rows])
    if hasattr(X, "iloc"):
        table = take_rows(X, np.zeros(len(sources[0]), dtype=int)).reset_index(drop=True)
        for j, column in enumerate(columns):
            table.isetitem(j, column)
        return table
    return type(X)(columns) if is_frame(X) else np.stack(columns, axis=1)


def is_categorical(column):
    """Whether `column` is a pandas categorical: its levels need not be strings."""
    return hasattr(column, "cat") and hasattr(column.cat, "categories")


def _as_array(X):
    array = np.asarray(X)
    if array.dtype.kind in "US" and isinstance(X, list | tuple):
        array = np.asarray(X, dtype=object)  # numbers beside strings stay numbers
    return array


def _label(names, j):
    return repr(names[j]) if names else str(j)


def kind_of(column, label=""):
    """Return what a column holds: numbers, categories or dates."""
    if is_categorical(column):
        return CATEGORY
    values = as_values(column)
    if values.dtype.kind in "fiub":
        return NUMBER
    if values.dtype.kind == "M":
        return DATE
    if values.dtype.kind in "US":
        return CATEGORY
    if values.dtype.kind != "O":
        raise TypeError(f"Column {label} has dtype {values.dtype}, which is not supported.")
    types = {type(v) for v in values if not is_missing(v)}
    if all(issubclass(t, numbers.Number | np.bool_) for t in types):
        return NUMBER
    if all(issubclass(t, datetime.date | np.datetime64) for t in types):
        return DATE
    plain = str | bytes | numbers.Number | np.bool_ | datetime.date
    for t in types:
        if not issubclass(t, plain):
            raise TypeError(
                f"Column {label} holds a value of type {t.__name__}; "
                "argument must be a string or a number."
            )
    return CATEGORY


def as_floats(column, label=""):
    """Return a column of numbers as an array, missing values as NaN."""
    values = as_values(column)
    if values.dtype.kind in "fiub":
        return values
    try:
        return np.array(_floats(values))
    except (TypeError, ValueError, OverflowError):
        out = np.empty(len(values))
    for i, value in enumerate(values):
        try:
            out[i] = np.nan if is_missing(value) else float(value)
        except OverflowError:  # a Python int beyond float64
            out[i] = np.inf
        except (TypeError, ValueError):
            raise ValueError(
                f"Column {label} held numbers in fit, but row {i} holds {value!r}: "
                "argument must be a number."
            ) from None
    return out


def _texts(column):
    if is_categorical(column):
        levels = [*(str(level) for level in column.cat.categories), None]
        return [levels[code] for code in column.cat.codes]
    return [None if is_missing(v) else str(v) for v in as_values(column)]


def _floats(values):
    return [np.nan if value is None else float(value) for value in values]


def _days(column):
    if getattr(column, "dtype", None) in (None, np.dtype(object)):
        column = [None if is_missing(value) else value for value in column]
    try:
        moments = np.asarray(column, dtype="datetime64[us]")
    except OverflowError:  # a Python int beyond int64
        raise ValueError("A column of dates holds an integer too large for one.") from None
    days = moments.astype(np.int64) / DAY
    return np.where(np.isnat(moments), np.nan, days)


def _year_start(days):
    """First of January of the year of the earliest day: near the data, yet no value of it."""
    if np.isnan(days).all():
        return 0.0
    first = np.datetime64(int(np.floor(np.nanmin(days))), "D")
    return float(first.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64))


def _check_finite(values, where, *, allow_nan):
    bad = np.isinf(values) if allow_nan else ~np.isfinite(values)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        what = "NaN" if np.isnan(values[row]) else "infinity"
        raise ValueError(
            f"Input X contains {what} or a value too large for dtype('float32') in {where}, "
            f"entry {row}. Replace it, for example by a finite bound."
        )
