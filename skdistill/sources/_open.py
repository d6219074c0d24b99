"""What the user passes as X_unlabeled → a source of its rows."""

import os

import numpy as np

from skdistill.sources._dask import DaskSource
from skdistill.sources._form import Form
from skdistill.sources._parquet import ParquetSource
from skdistill.sources._tables import StreamSource, TableSource, is_table
from skdistill.tables import is_frame, is_sparse


def open_source(X_unlabeled, X, reader):
    """Return where unlabelled rows come from; None for None.

    What can be told without reading many rows is checked: the form, the columns, the dtypes.

    Parameters
    ----------
    X_unlabeled : table, path, iterable of tables, Dask dataframe or array, or None
        A path leads to a Parquet file or to a folder of such files.
    X : table of shape (n_samples, n_features)
        The rows in fit.
    reader : ColumnReader
        Learned from `X`.

    Returns
    -------
    source : Source or None

    Raises
    ------
    ValueError
        If the rows do not fit `X`, or there are none.
    FileNotFoundError
        If the path leads nowhere.
    ImportError
        If a library is missing that reads the rows.
    """
    if X_unlabeled is None:
        return None
    form = Form.of(X, reader)
    if hasattr(X_unlabeled, "__dask_graph__"):
        return DaskSource(form, X_unlabeled)
    if isinstance(X_unlabeled, str | os.PathLike):
        return ParquetSource(form, X_unlabeled)
    if _is_iterable_of_tables(X_unlabeled):
        return StreamSource(form, X_unlabeled)
    return TableSource(form, X_unlabeled)


def _is_iterable_of_tables(value):
    if isinstance(value, list | tuple):
        return any(map(is_table, value))
    if is_frame(value) or is_sparse(value) or isinstance(value, np.ndarray):
        return False
    return hasattr(value, "__iter__") and not hasattr(value, "__array__")
