"""Rows in memory, and rows that come table by table."""

from skdistill.sources._form import does_not_fit
from skdistill.sources._source import LocalSource, cut, no_rows
from skdistill.tables import is_frame, is_sparse


class TableSource(LocalSource):
    """A table in memory, whose values are checked at once."""

    def __init__(self, form, table):
        super().__init__(form)
        self._table = form.conform(table, "X_unlabeled")
        if self._table.shape[0] == 0:
            raise no_rows("X_unlabeled")
        for where, chunk in self._chunks():
            try:
                form.reader.read(chunk)
            except ValueError as error:
                raise does_not_fit(where, error) from error

    def _chunks(self):
        return cut(self._table, "X_unlabeled")


class StreamSource(LocalSource):
    """Tables one after the other, each taken when it is needed."""

    def __init__(self, form, tables):
        super().__init__(form)
        self._tables = tables

    def _chunks(self):
        for i, table in enumerate(self._tables):
            where = f"chunk {i} of X_unlabeled"
            if not is_table(table) or table.shape[0] > 0:
                yield from cut(self.form.conform(table, where), where)


def is_table(value):
    """Whether a value is a frame, a sparse matrix, or an array of two dimensions."""
    return is_frame(value) or is_sparse(value) or getattr(value, "ndim", None) == 2
