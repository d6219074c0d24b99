"""From a user's table to one float32 matrix: the door through which every row enters a student.

Numbers stay numbers (missing is NaN), categories become codes (``0 … L-1`` for the known levels,
``L`` for missing, ``L + 1`` for any other level), dates become days since `ColumnReader.origins`.
Frames are read by what they offer (``columns``, ``iloc``, ``to_numpy``), so neither pandas nor
polars is imported.
"""

import datetime
import numbers
from collections import Counter
from dataclasses import dataclass

import numpy as np

NUMBER, CATEGORY, DATE = "number", "category", "date"
DAY = 86_400e6  # microseconds


@dataclass(frozen=True)
class ColumnReader:
    """How each column of a table is read.

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

    def __post_init__(self):
        if not set(self.kinds) <= {NUMBER, CATEGORY, DATE}:
            raise ValueError(f"Unknown column kinds in {sorted(set(self.kinds))}.")
        for kind, of_columns in ((CATEGORY, self.levels), (DATE, self.origins)):
            if sorted(of_columns) != [j for j, k in enumerate(self.kinds) if k == kind]:
                raise ValueError(f"The {kind} columns do not match their description.")
        if self.names is not None and len(self.names) != len(self.kinds):
            raise ValueError(f"{len(self.names)} names for {len(self.kinds)} columns.")

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
        X = as_table(X)
        self._check_columns(X)
        if is_sparse(X):
            with np.errstate(over="ignore"):
                X = X.tocsr().astype(np.float32) if self.sparse else X.toarray()
        if is_sparse(X):
            _check_finite(X.data, "the sparse matrix", allow_nan=False)
            return X
        with np.errstate(over="ignore", invalid="ignore"):
            rows = self._read_dense(X)
        if not np.isfinite(rows.sum(dtype=np.float64)):
            for j in range(rows.shape[1]):
                where = f"column {_label(self.names, j)}"
                _check_finite(rows[:, j], where, allow_nan=not self.sparse)
        return rows

    def _read_dense(self, X):
        if set(self.kinds) == {NUMBER}:
            values = as_values(X)
            if values.dtype.kind in "fiub":
                return values.astype(np.float32)
        rows = np.empty(X.shape, dtype=np.float32)
        for j, kind in enumerate(self.kinds):
            column = get_column(X, j)
            if kind == NUMBER:
                rows[:, j] = as_floats(column, _label(self.names, j))
            elif kind == CATEGORY:
                rows[:, j] = _codes(column, self.levels[j])
            else:
                rows[:, j] = _days(column) - self.origins[j]
        return rows

    def _check_columns(self, X):
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
    if not (is_sparse(X) or is_frame(X)):
        X = _as_array(X)
    if not is_frame(X) and X.dtype.kind == "c":
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


def is_missing(value):
    """Whether a single value stands for a missing one: None, NaN, NaT, NA."""
    return (
        value is None
        or (isinstance(value, float | np.floating) and value != value)
        or type(value).__name__ in ("NAType", "NaTType")
    )


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


def _codes(column, levels):
    codes = {level: code for code, level in enumerate(levels)}
    codes[None] = len(levels)
    other = len(levels) + 1
    if is_categorical(column):
        table = [codes.get(str(level), other) for level in column.cat.categories]
        return np.array([*table, len(levels)])[column.cat.codes]
    return [codes.get(None if is_missing(v) else str(v), other) for v in as_values(column)]


def _days(column):
    moments = np.asarray(column, dtype="datetime64[us]")
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
