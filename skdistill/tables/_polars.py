"""Polars frames, known by what they offer: polars is imported by who has one."""


def is_mine(X):
    """Whether `X` is a frame of polars."""
    return hasattr(X, "to_series") and hasattr(X, "columns")


def names(X):
    """Return the columns' names."""
    return tuple(X.columns)


def column(X, j):
    """Return a Series."""
    return X.to_series(j)


def getter(X):
    """Return a function that gives a Series."""
    return X.to_series


def take(X, rows):
    """Return some rows."""
    return X[rows]


def stack(tables):
    """Return frames one under the other."""
    import polars

    return polars.concat(tables)


def replace(X, sources, numbers):
    """Return a frame of other rows, column by column."""
    columns = []
    for j, rows in enumerate(sources):
        new = old = column(X, j)
        if j in numbers:
            new = type(old)(old.name, numbers[j]).fill_nan(None).cast(old.dtype)
        columns.append(new if j in numbers else old[rows])
    return type(X)(columns)
