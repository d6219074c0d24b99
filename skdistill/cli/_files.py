"""A file of a table as a view in DuckDB: its compression, encoding and separators, its columns."""

import bz2
import codecs
import csv
import gzip
import json
import lzma
import re
import shutil
import tempfile
import zipfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skdistill.cli._console import InputError, note
from skdistill.tables import DATE, NUMBER

TEXT, TYPED = "text", "typed"
FORMS = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt"), TEXT),
    **dict.fromkeys((".jsonl", ".ndjson", ".json", ".parquet", ".pq"), TYPED),
}
OPENERS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
SEPARATORS = ",;\t|"
BLOCK = 1 << 20
VECTOR = 2048  # rows that DuckDB hands out at once
KINDS = {  # of columns, by how their types begin
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), NUMBER),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), NUMBER),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN"), NUMBER),
    **dict.fromkeys(("DATE", "TIMESTAMP"), DATE),
    **dict.fromkeys(("VARCHAR", "ENUM", "UUID", '"NULL"'), None),
}


@dataclass(frozen=True)
class Reading:
    """How the user says that a table is to be read; None: as it looks."""

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    missing: tuple[str, ...] = ()  # words that stand for no value, besides the empty cell
    dates: str | None = None  # as strftime has it

    def __post_init__(self):
        if self.separator in ("tab", "\\t"):
            object.__setattr__(self, "separator", "\t")
        if self.decimal not in (None, ".", ","):
            raise InputError(f"--decimal is . or , and not {self.decimal!r}.")
        if self.separator is not None and len(self.separator) != 1:
            raise InputError(f"--separator is one character, or tab, and not {self.separator!r}.")


@dataclass(frozen=True)
class Table:
    """A view ``cells`` whose columns c0, c1, … are those of a file, by position."""

    path: Path
    names: tuple[str, ...]
    types: tuple[str, ...]  # as DuckDB calls them
    separator: str | None  # of cells in a file of text
    connection: Any

    def kind(self, j):
        """Return what the file says of a column; None: it has text; "": what no student reads."""
        return _kind(self.types[j])

    def rows(self, query):
        """Return all rows of a query, as tuples."""
        with _reported(self.path):
            return self.connection.cursor().execute(query).fetchall()

    def frame(self, query):
        """Return all rows of a query, as a pandas frame."""
        with _reported(self.path):
            return self.connection.cursor().execute(query).df()

    def frames(self, query, n_rows):
        """Yield the rows of a query in pandas frames of at most `n_rows`; at least one frame."""
        result, vectors = self.connection.cursor(), max(1, n_rows // VECTOR)
        with _reported(self.path):
            chunk = result.execute(query).fetch_df_chunk(vectors)
        while True:
            for first in range(0, max(1, len(chunk)), n_rows):
                yield chunk[first : first + n_rows].reset_index(drop=True)
            with _reported(self.path):
                chunk = result.fetch_df_chunk(vectors)
            if len(chunk) == 0:
                return


@contextmanager
def open_table(path, reading):
    """Open the file of a table: CSV and its kin, Parquet, or JSON lines."""
    if not path.is_file():
        raise InputError(f"No table at {path}.")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes.pop() if suffixes and suffixes[-1] in (*OPENERS, ".zip") else None
    form = FORMS.get(suffixes[-1]) if suffixes else None
    if form is None or (packed and form == TYPED and suffixes[-1] in (".parquet", ".pq")):
        raise InputError(
            f"{path}: a table ends with {', '.join(FORMS)}, and those of text perhaps with "
            f"{', '.join((*OPENERS, '.zip'))} behind it."
        )
    try:
        import duckdb
        import pandas  # noqa: F401 : what frames are made of
    except ImportError as error:
        raise InputError(f'Reading tables needs: pip install "skdistill[cli]" ({error})') from None
    with tempfile.TemporaryDirectory(prefix="skdistill-") as folder:
        connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        try:
            connection.execute("SET TimeZone = 'UTC'").fetchall()
            connection.execute(f"SET temp_directory = {quoted(folder)}").fetchall()
            plain = _unpacked(path, packed, Path(folder)) if packed else path
            with _reported(path):
                if form == TEXT:
                    table = _open_text(connection, path, plain, reading, Path(folder))
                else:
                    table = _open_typed(connection, path, plain, reading, suffixes[-1])
            yield table
        finally:
            connection.close()


def quoted(text):
    """Return a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def _unpacked(path, packed, folder):
    plain = folder / "unpacked"
    try:
        with _raw(path, packed) as source, open(plain, "wb") as target:
            shutil.copyfileobj(source, target)
    except (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} cannot be unpacked: {error}") from error
    return plain


@contextmanager
def _raw(path, packed):
    if packed != ".zip":
        with OPENERS[packed](path) as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive:
        if len(archive.namelist()) != 1:
            raise InputError(f"{path} holds {len(archive.namelist())} files: a table is one.")
        with archive.open(archive.namelist()[0]) as stream:
            yield stream


def _open_text(connection, path, plain, reading, folder):
    if plain.stat().st_size == 0:
        raise InputError(f"{path} is empty: a table has a line of names.")
    plain = _as_utf8(path, plain, reading.encoding, folder)
    separator, quote, escape = _dialect(connection, path, plain, reading.separator)
    with open(plain, encoding="utf-8-sig", newline="") as stream:
        style = {"delimiter": separator, "quotechar": quote, "doublequote": quote == escape}
        header = next(csv.reader(stream, **style, escapechar=None if quote == escape else escape))
    columns = ", ".join(f"c{j}: 'VARCHAR'" for j in range(len(header)))
    source = (
        f"read_csv({quoted(str(plain))}, auto_detect = false, header = true, skip = 0, "
        f"columns = {{{columns}}}, delim = {quoted(separator)}, quote = {quoted(quote)}, "
        f"escape = {quoted(escape)}, comment = '', max_line_size = 100000000)"
    )
    types = ("VARCHAR",) * len(header)
    _make_view(connection, [f"c{j}" for j in range(len(header))], types, source, reading.missing)
    return Table(path, _as_pandas(header), types, separator, connection)


def _as_utf8(path, plain, encoding, folder):
    """Return a file with the text of `plain` in UTF-8: itself, where it is that."""
    found = encoding or _encoding(plain)
    if encoding is None and found == "cp1252":
        note(f"{path} is not UTF-8: read as Windows-1252 (Latin-1); --encoding says another.")
    if encoding is None and found in ("utf-8", "utf-8-sig"):
        return plain
    target = folder / "utf-8"
    try:
        with (
            open(plain, encoding=found, newline="") as source,
            open(target, "w", encoding="utf-8", newline="") as stream,
        ):
            shutil.copyfileobj(source, stream, BLOCK)
    except LookupError:
        raise InputError(f"--encoding {found} is not known: utf-8, latin-1, cp1250 …") from None
    except UnicodeError as error:
        raise InputError(
            f"{path} is not in the encoding {found}: {error}. Pass another --encoding, such as "
            "latin-1, or none."
        ) from error
    return target


def _encoding(plain):
    """Return the encoding of a file that says it, or is UTF-8; Windows-1252 else."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open(plain, "rb") as stream:
        block = stream.read(BLOCK)
        for mark, encoding in MARKS.items():
            if block.startswith(mark):
                return encoding
        try:
            while block:
                decoder.decode(block)
                block = stream.read(BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _dialect(connection, path, plain, separator):
    """Return what parts cells, what quotes them, and what escapes the quote."""
    given = "" if separator is None else f", delim = {quoted(separator)}"
    found = connection.execute(
        f"SELECT Delimiter, Quote, Escape FROM sniff_csv({quoted(str(plain))}, header = true, "
        f"skip = 0, comment = '', all_varchar = true{given})"
    ).fetchall()
    delimiter, quote, escape = (value if len(value or "") == 1 else "" for value in found[0])
    with open(plain, encoding="utf-8-sig") as stream:
        first = stream.readline()
    if separator is None and delimiter not in first:
        # rows of different lengths: with what the names are parted by, the error names the row
        delimiter = max(SEPARATORS, key=Counter(first).__getitem__)
    return separator or delimiter or ",", quote or '"', escape.strip("\0") or quote or '"'


def _open_typed(connection, path, plain, reading, suffix):
    for name in ("separator", "encoding"):
        if getattr(reading, name) is not None:
            raise InputError(f"--{name} is for files of text: {path} has none.")
    is_parquet = suffix in (".parquet", ".pq")
    source = f"{'read_parquet' if is_parquet else 'read_json_auto'}({quoted(str(plain))})"
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    columns, types = [row[0] for row in described], [str(row[1]) for row in described]
    names, hidden = _parquet_names(connection, plain) if is_parquet else (columns, ())
    shown = [j for j, name in enumerate(names) if name not in hidden]
    columns, types, names = ([values[j] for j in shown] for values in (columns, types, names))
    as_sql = ['"' + column.replace('"', '""') + '"' for column in columns]
    _make_view(connection, as_sql, types, source, reading.missing)
    return Table(path, tuple(names), tuple(types), None, connection)


def _parquet_names(connection, plain):
    """Return the columns' names, of which DuckDB changes some, and those of a pandas index."""
    schema = connection.execute(
        f"SELECT name, num_children FROM parquet_schema({quoted(str(plain))})"
    ).fetchall()
    (_, n_columns), *nodes = schema
    names, position = [], 0

    def skip(position):
        children = nodes[position][1] or 0
        position += 1
        for _ in range(children):
            position = skip(position)
        return position

    for _ in range(n_columns):
        names.append(nodes[position][0])
        position = skip(position)
    stored = connection.execute(
        f"SELECT value FROM parquet_kv_metadata({quoted(str(plain))}) WHERE key = 'pandas'"
    ).fetchall()
    index = json.loads(stored[0][0]).get("index_columns", []) if stored else []
    return names, {name for name in index if isinstance(name, str)}


def _make_view(connection, columns, types, source, missing):
    words = ", ".join(quoted(word) for word in missing)
    cells = []
    for j, (cell, kind) in enumerate(zip(columns, types, strict=True)):
        if _kind(kind) is None:
            cell = f"CAST({cell} AS VARCHAR)"
            cell = f"CASE WHEN trim({cell}) NOT IN ({words}) THEN {cell} END" if words else cell
        cells.append(f"{cell} AS c{j}")
    connection.execute(f"CREATE VIEW cells AS SELECT {', '.join(cells)} FROM {source}").fetchall()


def _kind(of_type):
    return "" if of_type.endswith("]") else KINDS.get(re.split("[ _(]", of_type)[0], "")


def _as_pandas(header):
    """Return names as pandas calls columns: those without one, and those that occur twice."""
    names: list[str] = []
    for j, name in enumerate(header):
        name = name or f"Unnamed: {j}"
        again = (f"{name}.{i}" for i in range(1, len(header)))
        names.append(name if name not in names else next(n for n in again if n not in names))
    return tuple(names)


@contextmanager
def _reported(path):
    """Say in a line what DuckDB says in many."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        text = str(error)
        line = re.search(r"Error on Line: (\d+)", text)
        fields = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
        if line and fields:
            raise InputError(
                f"{path}: line {line[1]} has {fields[2]} fields, and the first line {fields[1]} "
                "names. Mend it, or pass another --separator."
            ) from error
        reason = next((t for t in text.splitlines() if "quote" in t), text.splitlines()[0])
        where = f"line {line[1]}: " if line else ""
        raise InputError(f"{path} cannot be read as a table: {where}{reason}") from error
    except csv.Error as error:
        raise InputError(f"{path} cannot be read as a table: {error}") from error
