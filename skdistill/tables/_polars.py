"""Polars frames, known by what they offer: polars is imported by who has one."""


def is_mine(X):
    return hasattr(X, "to_series") and hasattr(X, "columns")


def names(X):
    return tuple(X.columns)


def column(X, j):
    return X.to_series(j)


def getter(X):
    """Return a function that gives a column."""
    return X.to_series


def take(X, rows):
    return X[rows]


def stack(tables):
    import polars

    return polars.concat(tables)


def replace(X, sources, numbers):
    columns = []
    for j, rows in enumerate(sources):
        new = old = column(X, j)
        if j in numbers:
            new = type(old)(old.name, numbers[j]).fill_nan(None).cast(old.dtype)
        columns.append(new if j in numbers else old[rows])
    return type(X)(columns)
