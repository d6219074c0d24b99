"""Frames, arrays and sparse matrices as one thing.

Frames are read by what they offer (``columns``, ``iloc``, ``to_numpy``), so neither pandas nor
polars is imported.
"""

import numpy as np

CONVERSIONS = "to_pandas", "df", "collect"  # of pyarrow, DuckDB, and lazy polars
MOST_COLUMNS, MOST_VALUES = 512, 2**27  # up to which a sparse matrix is like a dense one


def as_table(X):
    """Return `X` as a two-dimensional frame, sparse matrix or array, or say what is wrong."""
    X = converted(X)
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


def is_wide(X):
    """Whether a sparse matrix would be large if it were dense."""
    return X.shape[1] > MOST_COLUMNS or X.shape[0] * X.shape[1] > MOST_VALUES


def is_frame(X):
    """Whether `X` is a frame with named columns (pandas, polars)."""
    return (hasattr(X, "iloc") or hasattr(X, "to_series")) and hasattr(X, "columns")


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
    if not is_frame(X):
        return None
    names = tuple(X.columns)
    return names if names and all(isinstance(name, str) for name in names) else None


def get_column(X, j):
    """Return column `j` of a table."""
    if hasattr(X, "iloc"):
        return X.iloc[:, j]
    if is_sparse(X):
        return X[:, [j]].toarray().ravel()
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


def _as_array(X):
    array = np.asarray(X)
    if array.dtype.kind in "US" and isinstance(X, list | tuple):
        array = np.asarray(X, dtype=object)  # numbers beside strings stay numbers
    return array
