"""Frames, arrays and sparse matrices as one thing: each call goes to the table's own module."""

import numpy as np

from skdistill.tables import _arrays, _pandas, _polars, _sparse
from skdistill.tables._container import Container

CONVERSIONS = "to_pandas", "df", "collect"  # of pyarrow, DuckDB, and lazy polars
MAX_ROWS, MIN_ROWS, MAX_VALUES = 16_384, 256, 2**21  # of a chunk
CONTAINERS: tuple[Container, ...] = (_pandas, _polars, _sparse, _arrays)


def as_table(X):
    """Return `X` as a two-dimensional frame, sparse matrix or array, or say what is wrong."""
    X = converted(X)
    if is_frame(X):
        return X
    if not is_sparse(X):
        given, X = X, np.asarray(X)
        if X.dtype.kind in "US" and isinstance(given, list | tuple):
            X = np.asarray(given, dtype=object)  # numbers beside strings stay numbers
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
    return _sparse.is_mine(X)


def is_frame(X):
    """Whether `X` is a frame with named columns (pandas, polars)."""
    return container_of(X) in (_pandas, _polars) and hasattr(X, "columns")


def container_of(X):
    """Return the module that keeps the promises of `Container` for tables such as `X`."""
    return next(container for container in CONTAINERS if container.is_mine(X))


def converted(X):
    """Return tables of other libraries as frames, masked values as missing ones."""
    if hasattr(X, "__dask_graph__"):
        raise TypeError(
            "X is a Dask collection, which a teacher cannot be fitted on. Pass X.compute() if it "
            "fits into memory; rows without labels go to X_unlabeled, larger than memory too."
        )
    if is_frame(X):
        return X
    if isinstance(X, np.ma.MaskedArray):
        of_numbers = X.dtype.kind in "fiub"
        values = np.array(X.data, dtype=np.float64 if of_numbers else object)
        values[np.ma.getmaskarray(X)] = np.nan if of_numbers else None
        return values
    for method in CONVERSIONS:
        if hasattr(X, method) and not hasattr(X, "__array_interface__"):
            try:
                return getattr(X, method)()
            except ImportError as error:
                raise ImportError(
                    f"X is a {type(X).__module__}.{type(X).__name__}, which becomes a frame by "
                    f"pandas: pip install pandas. Or pass an array. ({error})"
                ) from error
    return X


def column_names(X):
    """Return the column names of a frame when all are strings, else None."""
    names = container_of(X).names(X)
    return names if names and all(isinstance(name, str) for name in names) else None


def get_column(X, j):
    """Return column `j` of a table."""
    return container_of(X).column(X, j)


def column_getter(X):
    """Return a function that gives a column of `X` by position, as the table stores it."""
    return container_of(X).getter(X)


def as_values(data):
    """Return a column or a table as an array."""
    return data.to_numpy() if hasattr(data, "to_numpy") else np.asarray(data)


def take_rows(X, rows):
    """Return the rows at the positions `rows` of a table, in the table's own form."""
    return container_of(X).take(X, rows)


def stack_rows(tables):
    """Return tables of one form, one under the other."""
    return container_of(tables[0]).stack(tables)


def chunk_rows(n_columns):
    """Return the number of rows of a chunk of a table with `n_columns` columns."""
    return min(MAX_ROWS, max(MIN_ROWS, MAX_VALUES // n_columns))


def replace_columns(X, sources, numbers):
    """Make a table like `X` whose column j holds the rows ``sources[j]`` of column j.

    Columns in `numbers` hold those instead, in the column's dtype.
    """
    return container_of(X).replace(X, sources, numbers)
