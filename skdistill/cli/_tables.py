"""Tables from CSV and Parquet files: whole, to fit on, or in chunks, for a student."""

from contextlib import contextmanager
from difflib import get_close_matches

from skdistill.cli._console import InputError, note
from skdistill.tables import CATEGORY, DATE, chunk_rows

N_NAMES = 20  # that an error lists


def read_labelled(path, target):
    """Return a table as a frame without its labels, and those as an array."""
    if target is None:
        raise InputError("Pass --target COLUMN: the column with the labels.")
    with _reading(path) as pd:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        else:
            frame = _checked(pd.read_csv(path, low_memory=False), path)
    if target not in frame:
        raise InputError(f"{path} has no column {target!r}; it has {_some(frame.columns)}.")
    y = frame.pop(target)
    if y.isna().any():
        raise InputError(
            f"{y.isna().sum()} rows of {path} have no {target}: remove them or fill them in."
        )
    return frame, y.to_numpy()


def read_chunks(path, reader):
    """Yield frames of the rows of a table that a student reads, each after how errors call it.

    Columns are found by name, where those of fit had names, and others are left out. A table
    without rows gives one empty frame.
    """
    with _reading(path) as pd:
        size = chunk_rows(len(reader.kinds))
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
    kinds = dict(zip(columns, reader.kinds, strict=True))
    texts = {name: str for name, kind in kinds.items() if kind == CATEGORY}
    dates = [name for name, kind in kinds.items() if kind == DATE]
    with pd.read_csv(path, dtype=texts, low_memory=False, chunksize=size) as chunks:
        for chunk in chunks:
            frame = _checked(chunk, path)[columns]
            yield frame.assign(**{name: _dates(pd, frame[name], path) for name in dates})


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

        def hint(name):
            near = get_close_matches(name, given, 1)
            return f"{name!r} (is it {near[0]!r}?)" if near else repr(name)

        raise InputError(
            f"{path} lacks columns that the student reads: {_some(missing, hint)}. It has "
            f"{_some(given)}."
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


def _some(names, spell=str):
    more = f" and {len(names) - N_NAMES} more" if len(names) > N_NAMES else ""
    return ", ".join(map(spell, names[:N_NAMES])) + more
