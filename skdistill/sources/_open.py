"""What the user passes as X_unlabeled → a source of its rows."""

import os
from typing import Any

import numpy as np

from skdistill.runtime import ColumnReader
from skdistill.sources._dask import DaskSource
from skdistill.sources._form import Form
from skdistill.sources._parquet import ParquetSource
from skdistill.sources._source import Source
from skdistill.sources._tables import StreamSource, TableSource, is_table
from skdistill.tables import Table, is_frame, is_sparse


def open_source(X_unlabeled: Any, X: Table, reader: ColumnReader) -> Source | None:
    """Return where unlabelled rows come from; None for None.

    What can be told without reading many rows is checked: the form, the columns, the dtypes.
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
