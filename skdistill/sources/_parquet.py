"""Rows in Parquet files."""

from contextlib import contextmanager
from pathlib import Path

import numpy as np

from skdistill.sources._source import LocalSource, no_rows
from skdistill.tables import CATEGORY, DATE, NUMBER, chunk_rows, is_frame, is_sparse


class ParquetSource(LocalSource):
    """A Parquet file, or all such files in a folder and below, in the order of their paths.

    Files and folders whose names start with "_" or "." are left out. Columns are found by name
    where X is a frame, by position where it is an array; an index that pandas stored is ignored.
    """

    def __init__(self, form, path):
        super().__init__(form)
        if is_sparse(form.example):
            raise ValueError(
                "X_unlabeled is a Parquet file, but X is a sparse matrix: pass sparse chunks."
            )
        self._files = [
            (file, f"file {str(file)!r} of X_unlabeled") for file in _list_files(Path(path))
        ]
        n_rows = 0
        for file, where in self._files:
            with _opened(file, where) as parquet:
                self._check(parquet.schema_arrow, where)
                n_rows += parquet.metadata.num_rows
        if n_rows == 0:
            raise no_rows(f"X_unlabeled ({path})")

    def _check(self, schema, where):
        names = _columns(schema, self._names())
        form = self.form
        if is_frame(form.example):
            missing = [name for name in self._names() if name not in names]
            surplus = [name for name in names if name not in self._names()]
            if missing or surplus:
                raise ValueError(
                    f"{where} has other columns than X: missing {missing}, unexpected {surplus}. "
                    "Write the file with the columns of X."
                )
            names = self._names()
        elif len(names) != form.example.shape[1]:
            raise ValueError(
                f"{where} has {len(names)} columns, but X has {form.example.shape[1]}: write the "
                "file with the columns of X, in the same order."
            )
        for j, name in enumerate(names):
            dtype = schema.field(name).type
            form.check_kind(j, _kind(dtype), dtype, where)

    def _names(self):
        return [str(name) for name in getattr(self.form.example, "columns", ())]

    def _chunks(self):
        size = chunk_rows(self.form.example.shape[1])
        for file, where in self._files:
            with _opened(file, where) as parquet:
                schema = parquet.schema_arrow
                names = self._names() or _columns(schema, [])
                first = 0
                for batch in parquet.iter_batches(size, columns=names):
                    end = first + batch.num_rows
                    named = f"{where} (rows {first} to {end - 1})"
                    yield named, self.form.conform(self._table(batch.select(names)), named)
                    first = end

    def _table(self, batch):
        """Return a batch as a table in the form of X."""
        example = self.form.example
        if hasattr(example, "iloc"):
            frame = batch.to_pandas().reset_index(drop=True)
            frame.columns = example.columns
            return frame
        if is_frame(example):
            import pyarrow

            return type(example)(pyarrow.Table.from_batches([batch]))
        columns = [column.to_numpy(zero_copy_only=False) for column in batch.columns]
        if example.dtype.kind == "O":
            columns = [column.astype(object) for column in columns]
        return np.stack(columns, axis=1)


@contextmanager
def _opened(file, where):
    """Open a Parquet file; what goes wrong while it is open is told with its name."""
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(file) as parquet:
            yield parquet
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).rstrip(".")
        raise ValueError(
            f"{where} cannot be read: {reason}. Write it again, or take it out of the folder."
        ) from error


def _list_files(path):
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "X_unlabeled is a path, and Parquet files are read by pyarrow: "
            "pip install 'skdistill[large]'."
        ) from error
    if not path.exists():
        raise FileNotFoundError(
            f"X_unlabeled={str(path)!r}: there is no such file or folder. Pass the path of a "
            "Parquet file or of a folder with Parquet files."
        )
    if not path.is_dir():
        return [path]
    files = [
        file
        for file in sorted(path.rglob("*"))
        if file.is_file() and not any(n[0] in "._" for n in file.relative_to(path).parts)
    ]
    if not files:
        raise ValueError(f"X_unlabeled={str(path)!r}: there is no Parquet file in this folder.")
    return files


def _columns(schema, wanted):
    """List the columns of a file, without an index that pandas stored and nobody wants."""
    index = (schema.pandas_metadata or {}).get("index_columns", [])
    return [name for name in schema.names if name not in index or name in wanted]


def _kind(dtype):
    """Return the kind of values of an Arrow type; None for a column without values."""
    from pyarrow import types

    if types.is_null(dtype):
        return None
    if types.is_dictionary(dtype):
        return _kind(dtype.value_type)
    numbers = types.is_integer, types.is_floating, types.is_boolean, types.is_decimal
    if any(is_number(dtype) for is_number in numbers):
        return NUMBER
    if types.is_timestamp(dtype) or types.is_date(dtype):
        return DATE
    if types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype):
        return CATEGORY
    return "other"
