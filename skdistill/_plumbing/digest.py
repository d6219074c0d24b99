"""A value's digest: by its content alone, however it lies in memory."""

import io
import pickle
import sys

import joblib
import numpy as np
from sklearn.base import BaseEstimator

from skdistill._plumbing.frozen import is_frozen
from skdistill.tables import get_column, is_categorical, is_frame, is_sparse

IGNORED = ("n_jobs", "verbose")  # parameters that leave a teacher's answers as they are


def digest(value):
    """Return a text that equal values share: tables by their values, estimators by parameters.

    A pickle will not do. It also tells which parts are one object, how an array is strided, and
    what a frame, a column or a sparse matrix has noted about itself meanwhile. What is no table,
    estimator or container of these is pickled.
    """
    if isinstance(value, BaseEstimator) and not is_frozen(value):
        params = value.get_params(deep=False)
        kept = {name: v for name, v in params.items() if name not in IGNORED}
        return f"{_name(value)}{_version(value)}{digest(kept)}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(digest, value))}]"
    if isinstance(value, dict):
        pairs = sorted(f"{digest(key)}:{digest(v)}" for key, v in value.items())
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, np.ndarray):
        return _digest_array(value)
    if is_sparse(value):
        return f"{_name(value)}{digest(_entries(value))}"
    if is_frame(value):
        return f"{_name(value)}{digest(_columns(value))}"
    return joblib.hash(value)


def _digest_array(array):
    flat = np.ascontiguousarray(array).reshape(-1)
    content = _pickled(flat.tolist()) if array.dtype.hasobject else flat
    return f"{array.dtype}{array.shape}{joblib.hash(content)}"


def _pickled(objects):
    """Pickle objects one by one: the same object twice looks like two that are equal."""
    file = io.BytesIO()
    pickler = pickle.Pickler(file, protocol=4)
    pickler.fast = True
    pickler.dump(objects)
    return file.getvalue()


def _entries(matrix):
    matrix = matrix.tocsr().copy()
    matrix.sort_indices()
    indices = [matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)]
    return [matrix.shape, *indices, matrix.data]


def _columns(frame):
    """Return names, dtypes and values of the columns of a frame, and its index if it has one."""
    names = np.array([*frame.columns, None], dtype=object)
    columns = [get_column(frame, j) for j in range(frame.shape[1])]
    if hasattr(frame, "index"):
        columns.append(frame.index)
    return [names, *([str(column.dtype), *_values(column)] for column in columns)]


def _values(column):
    """Return which values of a column are known, these, and the levels of a categorical."""
    missing = column.is_null() if hasattr(column, "is_null") else column.isna()
    known = (column.drop_nulls() if hasattr(column, "drop_nulls") else column.dropna()).to_numpy()
    if not is_categorical(column):
        return [np.asarray(missing), known]
    return [np.asarray(missing), known, column.cat.categories.to_numpy(), column.cat.ordered]


def _version(value):
    """Return the version of the library that an estimator is from, if it says one."""
    return getattr(sys.modules.get(type(value).__module__.split(".")[0]), "__version__", "")


def _name(value):
    return f"{type(value).__module__}.{type(value).__qualname__}"
