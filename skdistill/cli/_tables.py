"""Tables from files: whole, to fit on, or in chunks, for a student."""

from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from skdistill.cli._cells import COMMA, NUMBER_HOWS, POINT, STORED, TRUTH, read_as
from skdistill.cli._columns import Taken, refit, take
from skdistill.cli._console import InputError, format_table, note
from skdistill.cli._counts import EVERYWHERE, count, examples
from skdistill.cli._files import Table, open_table
from skdistill.tables import CATEGORY, NUMBER, chunk_rows

N_NAMES = 20  # that an error lists
N_SHOWN = 60  # columns up to which all are shown


@dataclass(frozen=True)
class Labelled:
    """Rows with labels, and the kinds of their columns by name."""

    X: Any  # a frame
    y: Any
    kinds: dict[str, str]


def read_labelled(path, target, reading, drop=()):
    """Return the rows of a table that have a label, without columns that cannot teach.

    What each column is taken for is said.
    """
    if target is None:
        raise InputError("Pass --target COLUMN: the column with the labels.")
    with open_table(path, reading) as table:
        label = _find(target, table)
        left_out = {label, *(_find(name, table) for name in drop)}
        places = [j for j in range(len(table.names)) if j not in left_out]
        labelled = f"c{label} IS NOT NULL"
        taken = _take(table, places, reading, labelled)
        _show(table, taken, labelled)
        used = {j: each for j, each in taken.items() if not each.useless}
        if not used:
            raise InputError(f"{path} has no column to learn from, besides {target}.")
        how = _label_how(table, label, reading)
        cells = {f"c{j}": read_as(f"c{j}", each.how) for j, each in used.items()}
        cells["label"] = read_as(f"c{label}", how)
        frame = table.frame(_select(cells, labelled))
        _say_unlabelled(table, labelled, target)
    y = _labels(frame.pop("label"), how)
    frame.columns = [table.names[j] for j in used]
    return Labelled(frame, y, {table.names[j]: each.kind for j, each in used.items()})


@dataclass(frozen=True)
class Rows:
    """Rows of a table that a student reads, and columns that travel beside them."""

    table: Table
    hows: dict[int, str | None]  # of the columns that are read, by position
    kept: dict[int, str]  # the SQL types of those to keep
    kept_hows: dict[int, str | None]  # of these

    def chunks(self):
        """Yield how errors call some rows, a frame of them, and one of what is kept.

        A table without rows gives one empty frame.
        """
        cells = {f"c{j}": read_as(f"c{j}", how) for j, how in self.hows.items()}
        cells |= {f"kept{j}": read_as(f"c{j}", how) for j, how in self.kept_hows.items()}
        first, n_read = 0, len(self.hows)
        for frame in self.table.frames(_select(cells), chunk_rows(n_read)):
            frame.columns = [self.table.names[j] for j in (*self.hows, *self.kept)]
            where = f"{self.table.path}, rows {first:,} to {first + len(frame) - 1:,}"
            yield where, frame.iloc[:, :n_read], frame.iloc[:, n_read:]
            first += len(frame)

    @property
    def kept_types(self):
        """The SQL types of the columns to keep, by name."""
        return {self.table.names[j]: kind for j, kind in self.kept.items()}


@contextmanager
def open_rows(path, names, kinds, reading, keep=(), numbers=()):
    """Open a table for a student that reads columns of these names, or none, and kinds.

    Columns are found by name, or by position without names, and others are left out. Those to
    keep are as they are written, but for `numbers` among them that all can be read as such.
    """
    with open_table(path, reading) as table:
        kept = {_find(name, table): name for name in keep}
        places = _places(table, names, len(kinds), keep)
        hows = _refit(table, dict(zip(places, kinds, strict=True)), reading)
        read = {j: _label_how(table, j, reading) if kept[j] in numbers else None for j in kept}
        yield Rows(table, hows, {j: table.types[j] for j in kept}, read)


def read_unlabelled(path, kinds, reading):
    """Yield frames of the columns of `kinds`, of the rows of a table or a folder of tables."""
    files = sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
    for file in files:
        with open_rows(file, tuple(kinds), tuple(kinds.values()), reading) as rows:
            for _, frame, _ in rows.chunks():
                yield frame


def _select(cells, where=EVERYWHERE):
    named = ", ".join(f"{sql} AS {name}" for name, sql in cells.items())
    return f"SELECT {named} FROM cells WHERE {where}"


def _say_unlabelled(table, labelled, target):
    ((n,),) = table.rows(f"SELECT count(*) FROM cells WHERE NOT ({labelled})")
    if n:
        note(f"Rows without {target} are left out: {n:,}.")


def _take(table, places, reading, where):
    """Return what each column is taken for, by position."""
    read = [j for j in places if table.kind(j) != ""]
    counts = count(table, read, reading, where)
    decimal = _usual_decimal(table, counts.values(), reading)
    taken = {j: take(table.kind(j), counts[j], decimal) for j in read}
    for j in set(places).difference(read):
        taken[j] = Taken("", useless=f"it holds {table.types[j]}")
    return dict(sorted(taken.items()))


def _refit(table, kinds, reading):
    """Return how each column of a table is read whose kinds were learned before, by position."""
    hows = {j: STORED.get(kind) if kind == table.kind(j) else None for j, kind in kinds.items()}
    of_text = [j for j, kind in kinds.items() if kind != CATEGORY and table.kind(j) is None]
    counts = count(table, of_text, reading)
    decimal = _usual_decimal(table, counts.values(), reading)
    for j in of_text:
        taken, name = refit(kinds[j], counts[j], decimal), table.names[j]
        strays = list(_of_strays(table, j, taken))
        if taken.useless:
            why = "; ".join([taken.useless, *strays])
            raise InputError(f"{table.path}: Column {name!r} held {kinds[j]}s in fit, but {why}.")
        for words in strays:
            note(f"Column {name!r}: {words}.")
        hows[j] = taken.how
    return hows


def _usual_decimal(table, counts, reading):
    """Return the sign of decimals where a column does not tell it."""
    if reading.decimal:
        return reading.decimal
    commas = any(each.fits[COMMA][0] > each.fits[POINT][0] for each in counts if each.fits)
    return COMMA if commas or table.separator == ";" else POINT


def _of_strays(table, j, taken, where=EVERYWHERE):
    if taken.n_strays:
        some = examples(table, j, taken.how, where)
        yield f"no {taken.kind} in {taken.n_strays:,} filled cells, such as {some}"


def _show(table, taken, where):
    """Say what the columns are taken for; of many, those of which there is more to say."""
    parted = "" if table.separator is None else f", cells parted by {table.separator!r}"
    note(f"{table.path}: {len(table.names):,} columns{parted}.")
    rows = []
    for j, each in taken.items():
        kind, words = "left out", [each.useless]
        if not each.useless:
            kind, words = each.kind, [*_of_strays(table, j, each, where), *each.words]
        rows.append((table.names[j], kind, "; ".join(words)))
    shown = rows if len(rows) <= N_SHOWN else [row for row in rows if row[1] != NUMBER or row[2]]
    for line in format_table(("column", "taken for", ""), shown[:N_SHOWN], n_left=3):
        note(line)
    if len(rows) > len(shown[:N_SHOWN]):
        note(f"… and {len(rows) - len(shown[:N_SHOWN]):,} more columns.")


def _label_how(table, j, reading):
    """Return how the labels are read: whole numbers and truth values are such where all are."""
    if table.kind(j) is None:
        counts = count(table, [j], reading)[j]
        complete = [how for how in NUMBER_HOWS if counts.fits.get(how, (0,))[0] == counts.n_filled]
        return complete[0] if complete and not counts.n_codes else None
    if table.kind(j) == NUMBER:
        return None
    raise InputError(f"{table.path}: column {table.names[j]!r} holds {table.types[j]}, no labels.")


def _labels(column, how):
    """Return labels as an array: of bools, integers, floats or texts."""
    y = column.to_numpy()
    if how == TRUTH:
        return y == 1
    if y.dtype.kind == "f" and (y == y.round()).all():
        return y.astype("int64")
    return y


def _places(table, names, n_columns, keep):
    """Return the positions in a file of the columns that a student reads, in its order."""
    given = list(table.names)
    if names is None:
        given = [name for name in given if name not in keep]
        if len(given) != n_columns:
            raise InputError(
                f"{table.path} has {len(given)} columns, but the student reads {n_columns}, "
                "which had no names in fit: write those alone, in the same order."
            )
        return [table.names.index(name) for name in given]
    missing = [name for name in names if name not in given]
    if missing:

        def hint(name):
            near = get_close_matches(name, given, 1)
            return f"{name!r} (is it {near[0]!r}?)" if near else repr(name)

        raise InputError(
            f"{table.path} lacks columns that the student reads: {_some(missing, hint)}. It has "
            f"{_some(given)}."
        )
    surplus = [name for name in given if name not in (*names, *keep)]
    if surplus:
        note(f"Columns that the student does not read are left out: {_some(surplus)}.")
    return [given.index(name) for name in names]


def _find(name, table):
    """Return the position of a column."""
    if name not in table.names:
        near = get_close_matches(name, table.names, 1)
        hint = f"is it {near[0]!r}? It has" if near else "it has"
        raise InputError(f"{table.path} has no column {name!r}; {hint} {_some(table.names)}.")
    return table.names.index(name)


def _some(names, spell=str):
    more = f" and {len(names) - N_NAMES} more" if len(names) > N_NAMES else ""
    return ", ".join(map(spell, names[:N_NAMES])) + more
