"""Rows as a skorch teacher's torch module can take them."""

import numpy as np
import scipy.sparse
from skorch.dataset import Dataset

from skdistill.tables import as_values, is_frame, is_sparse


class SkorchRows(Dataset):
    """A skorch data set of float32 rows and int64 labels, whatever the table's own dtypes are.

    Other input, such as a dict of arrays, is left as it is.
    """

    def __init__(self, X, y=None, length=None):
        if is_frame(X) or isinstance(X, np.ndarray):
            X = np.array(as_values(X), dtype=np.float32)
        elif is_sparse(X):
            X = scipy.sparse.csr_matrix(X, dtype=np.float32)
        if isinstance(y, np.ndarray) and y.dtype.kind in "iub":
            y = y.astype(np.int64)
        super().__init__(X, y, length)
