"""Rows as requests bring them: dicts, sequences, a row of a pandas frame."""

from collections.abc import Mapping

NAMED, ORDERED = "named", "ordered"


def form_of_rows(X):
    """Return how `X` gives the values of rows; None: it is another table.

    NAMED: a dict, list of dicts or pandas row. ORDERED: a list or tuple of values or of rows.
    """
    if isinstance(X, list | tuple):
        return NAMED if X and isinstance(X[0], Mapping) else ORDERED
    is_named = isinstance(X, Mapping) or (hasattr(X, "items") and hasattr(X, "index"))
    return NAMED if is_named and getattr(X, "ndim", 1) == 1 else None


def is_row(X, n_columns):
    """Whether a list or tuple is the one row itself, not a list of rows."""
    return len(X) == n_columns and not _is_sequence(X[0])


def only_row(X, names, n_columns):
    """Return the values of a single row as a list; None if `X` is anything else."""
    is_list = isinstance(X, list | tuple)
    if is_list and is_row(X, n_columns):
        return list(X)
    form = form_of_rows(X)
    if form is None or (is_list and len(X) != 1):
        return None
    row = X[0] if is_list else X
    if form == NAMED:
        return None if names is None else _in_order(row, names, 0)
    return list(row) if _is_sequence(row) else None


def as_rows(X, names, n_columns):
    """Return rows as lists of values in the order of the columns; None if `X` is another table."""
    form = form_of_rows(X)
    if form == ORDERED:
        return [X] if is_row(X, n_columns) else X
    is_mapping = isinstance(X, list | tuple | Mapping)
    if form is None or (names is None and not is_mapping):
        return None
    if names is None:
        raise ValueError(
            "Rows were passed by column name, but the columns in fit had no names: pass each row "
            "as a list, in the order of the columns."
        )
    rows = X if isinstance(X, list | tuple) else [X]
    return [_in_order(row, names, i) for i, row in enumerate(rows)]


def _is_sequence(value):
    return (
        hasattr(value, "__len__")
        and hasattr(value, "__getitem__")
        and not isinstance(value, str | bytes)
    )


def _in_order(row, names, i):
    if not isinstance(row, Mapping):
        row = dict(zip(row.index, row.tolist(), strict=True))
    try:
        return [row[name] for name in names]
    except KeyError:
        missing = [name for name in names if name not in row]
        raise ValueError(
            f"Row {i} has no value for {missing}: pass None where a value is missing."
        ) from None
