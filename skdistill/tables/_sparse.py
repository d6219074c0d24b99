"""SciPy's sparse matrices and arrays; SciPy is imported by who has one."""

from functools import partial

MOST_COLUMNS, MOST_VALUES = 512, 2**27  # up to which a sparse matrix is like a dense one


def is_mine(X):
    return hasattr(X, "tocsr")


def is_wide(X):
    """Whether a sparse matrix would be large if it were dense."""
    return X.shape[1] > MOST_COLUMNS or X.shape[0] * X.shape[1] > MOST_VALUES


def names(X):
    """Return None: columns have no names."""


def column(X, j):
    """Return a dense array."""
    return X[:, [j]].toarray().ravel()


def getter(X):
    """Return a function that gives a column as a dense array."""
    return partial(column, X)


def take(X, rows):
    """Return some rows, in CSR."""
    return X.tocsr()[rows]


def stack(tables):
    """Return matrices one under the other, in CSR."""
    import scipy.sparse

    return scipy.sparse.vstack(tables).tocsr()


def replace(X, sources, numbers):
    """Raise: nobody draws sparse rows."""
    raise TypeError("The columns of a sparse matrix are not replaced one by one.")
