"""Tables from CSV and Parquet files: whole, to fit on, or in chunks, for a student."""

from contextlib import contextmanager
from difflib import get_close_matches

from skdistill.cli._console import InputError, note
from skdistill.tables import CATEGORY, DATE

MAX_ROWS, MIN_ROWS, MAX_VALUES = 16_384, 256, 2**21  # of a chunk
N_NAMES = 20  # that an error lists


def read_labelled(path, target):
    """Read a table and take out its labels.

    Returns
    -------
    X : pandas DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    """
    if target is None:
        raise InputError("Pass --target COLUMN: the column with the labels.")
    with _reading(path) as pd:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        else:
            frame = _checked(pd.read_csv(path, low_memory=False), path)
    if target not in frame:
        raise InputError(f"{path} has no column {target!r}; it has {_some(frame)}.")
    y = frame.pop(target)
    if y.isna().any():
        raise InputError(
            f"{y.isna().sum()} rows of {path} have no {target}: remove them or fill them in."
        )
    return frame, y.to_numpy()


def read_chunks(path, reader):
    """Yield the rows of a table, a chunk at a time, with the columns that a student reads.

    Columns are found by name, where those of fit had names, and others are left out.

    Parameters
    ----------
    path : Path
    reader : ColumnReader
        Of the student.

    Yields
    ------
    where : str
        How errors call the chunk.
    frame : pandas DataFrame of shape (n_rows, n_features)
        A table without rows gives one empty chunk.
    """
    with _reading(path) as pd:
        size = min(MAX_ROWS, max(MIN_ROWS, MAX_VALUES // len(reader.kinds)))
        chunks = _parquet_chunks if path.suffix == ".parquet" else _csv_chunks
        first = 0
        for frame in chunks(pd, path, reader, size):
            yield f"{path}, rows {first:,} to {first + len(frame) - 1:,}", frame
            first += len(frame)


@contextmanager
def _reading(path):
    """Give pandas to read `path` with; say what is wrong with the file."""
    if not path.is_file():
        raise InputError(f"No table at {path}.")
    if path.suffix not in (".csv", ".parquet"):
        raise InputError(f"{path}: a table ends with .csv or .parquet.")
    try:
        import pandas as pd

        yield pd
    except ImportError:
        raise InputError('Reading tables needs: pip install "skdistill[cli]"') from None
    except (ValueError, OSError) as error:
        raise InputError(f"{path} cannot be read as a table: {error}") from error


def _csv_chunks(pd, path, reader, size):
    columns = _find_columns(list(pd.read_csv(path, nrows=0).columns), reader, path)
    texts = {
        name: str for name, kind in zip(columns, reader.kinds, strict=True) if kind == CATEGORY
    }
    with pd.read_csv(path, dtype=texts, low_memory=False, chunksize=size) as chunks:
        for chunk in chunks:
            frame = _checked(chunk, path)[columns]
            for name, kind in zip(columns, reader.kinds, strict=True):
                if kind == DATE:
                    frame = frame.assign(**{name: _dates(pd, frame[name], path)})
            yield frame


def _parquet_chunks(pd, path, reader, size):
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        schema = file.schema_arrow
        index = (schema.pandas_metadata or {}).get("index_columns", [])
        own = [name for name in schema.names if name not in index or name in (reader.names or ())]
        columns = _find_columns(own, reader, path)
        empty = True
        for batch in file.iter_batches(size, columns=columns):
            empty = False
            yield batch.to_pandas().reset_index(drop=True)[columns]
        if empty:
            yield schema.empty_table().select(columns).to_pandas()[columns]


def _find_columns(given, reader, path):
    """Return the names in a file of the columns that a student reads, in its order."""
    if reader.names is None:
        if len(given) != len(reader.kinds):
            raise InputError(
                f"{path} has {len(given)} columns, but the student reads {len(reader.kinds)}, "
                "which had no names in fit: write those alone, in the same order."
            )
        return given
    missing = [name for name in reader.names if name not in given]
    if missing:
        hints = [
            f"{name!r}"
            + "".join(f" (is it {near!r}?)" for near in get_close_matches(name, given, 1))
            for name in missing[:N_NAMES]
        ]
        raise InputError(
            f"{path} lacks columns that the student reads: {', '.join(hints)}"
            f"{_and_more(missing)}. It has {_some(given)}."
        )
    surplus = [name for name in given if name not in reader.names]
    if surplus:
        note(f"Columns that the student does not read are left out: {_some(surplus)}.")
    return list(reader.names)


def _checked(frame, path):
    """Raise if pandas took the first fields of rows for an index."""
    if type(frame.index).__name__ != "RangeIndex":
        raise InputError(f"{path} has rows of more fields than its first line has names.")
    return frame


def _dates(pd, column, path):
    try:
        return pd.to_datetime(column, format="ISO8601")
    except ValueError as error:
        raise InputError(
            f"{path}: column {column.name!r} held dates in fit, so it has to hold dates such as "
            f"2026-03-01: {error}"
        ) from error


def _some(names):
    names = list(map(str, names))
    return ", ".join(names[:N_NAMES]) + _and_more(names)


def _and_more(names):
    return f" and {len(names) - N_NAMES} more" if len(names) > N_NAMES else ""
