"""Arrays that grow part by part: in memory, or in temporary files once they are large."""

import tempfile

import numpy as np

from skdistill.tables import is_sparse, stack_rows

SPILL_BYTES = 256 * 2**20  # beyond, arrays live in files


class RowStore:
    """Arrays with a row for each sample, to which samples are appended.

    Beyond `SPILL_BYTES` in all they move to temporary files (in TMPDIR), one an array, which are
    mapped into memory at the end. The files have no name and are gone when their arrays are, or
    with the process, however it ends. Sparse matrices stay in memory.
    """

    def __init__(self):
        self._parts = {}
        self._files = None
        self._n_bytes = 0
        self._n_rows = 0

    def append(self, **arrays):
        """Append rows to each array; OSError if the disk is full, and nothing is left on it."""
        self._n_rows += next(iter(arrays.values())).shape[0]
        for name, array in arrays.items():
            self._n_bytes += array.data.nbytes
            self._parts.setdefault(name, []).append(array)
        if self._n_bytes > SPILL_BYTES and not is_sparse(next(iter(arrays.values()))):
            self._spill()

    def finish(self):
        """Return the arrays by name; those in files as maps of them."""
        if self._files is None:
            return {
                name: parts[0] if len(parts) == 1 else stack_rows(parts)
                for name, parts in self._parts.items()
            }
        arrays = {}
        for name, (file, shape, dtype) in self._files.items():
            arrays[name] = np.memmap(file, dtype, "r+", shape=(self._n_rows, *shape))
            file.close()
        return arrays

    def _spill(self):
        if self._files is None:
            self._files = {
                name: (tempfile.TemporaryFile(buffering=0), parts[0].shape[1:], parts[0].dtype)
                for name, parts in self._parts.items()
            }
        try:
            for name, parts in self._parts.items():
                for part in parts:
                    _write(self._files[name][0], part)
                parts.clear()
        except OSError as error:
            for file, *_ in self._files.values():
                file.close()
            raise OSError(
                error.errno,
                f"{error.strerror}: the transfer set ({self._n_rows:,} rows, "
                f"{self._n_bytes / 2**30:.1f} GiB so far) did not fit into the folder for "
                f"temporary files, {tempfile.gettempdir()}. Point the environment variable TMPDIR "
                "to a larger disk, or use fewer rows (n_synthetic, X_unlabeled).",
            ) from error


def _write(file, array):
    view = memoryview(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    while view:
        view = view[file.write(view) :]
