"""From a user's table to one float32 matrix: the door through which every row enters a student.

Numbers stay numbers (missing is NaN), behind an offset where float32 would merge them. Categories
become codes: ``0 … L-1`` for the known levels, B more that all others share by hash, then one for
missing and one for any other level, where B is 0. Dates become days since `ColumnReader.origins`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from skdistill._plumbing.described import Described
from skdistill.exceptions import warn
from skdistill.runtime._codes import Codes
from skdistill.runtime._rows import NAMED, as_rows, form_of_rows, is_row, only_row
from skdistill.tables import (
    CATEGORY,
    DATE,
    NUMBER,
    Levels,
    Table,
    as_floats,
    as_table,
    as_values,
    column_getter,
    column_names,
    days,
    find_offset,
    floats,
    get_column,
    is_frame,
    is_sparse,
    is_wide,
    kind_of,
    merged_columns,
    year_start,
)

FLOATS = np.dtype(np.float64), np.dtype(np.float32)
STRANGE = 0.2  # share of rows without level in fit up to which a category is familiar
MANY_ROWS = 20  # of a batch in which a column should hold some level of fit


@dataclass(frozen=True)
class ColumnReader(Described):
    """How each column of a table is read.

    A table is an array, a sparse matrix, a pandas or polars frame, or rows: a dict of the values
    by column name, a list of them in the order of the columns, a row of a pandas frame, or a list
    of dicts or lists. What is a dict stands by column position.
    """

    kinds: tuple[str, ...]  # "number", "category" or "date" for each column
    levels: dict[int, tuple[str, ...]]  # known ones of each category
    origins: dict[int, float]  # day that counts as zero (days since 1970-01-01) of each date
    names: tuple[str, ...] | None = None  # of columns, where the table in fit had them
    sparse: bool = False  # whether fit saw a wide sparse matrix; rows are then kept sparse
    # positions of categories nearly all of whose rows in fit have a level: strangers are told of
    familiar: tuple[int, ...] = ()
    # offset and scale of numbers, or days, read as (x - offset) * scale, computed in float64
    offsets: dict[int, tuple[float, float]] = field(default_factory=dict)
    buckets: dict[int, int] = field(default_factory=dict)  # codes that other texts share by hash
    _codes: dict = field(init=False, repr=False, compare=False)
    _is_plain: bool = field(init=False, repr=False, compare=False)  # numbers only
    _known_columns: object = field(init=False, repr=False, compare=False)
    _warned: set = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_types()
        if not self.kinds:
            raise ValueError("A table has at least one column.")
        if not set(self.kinds) <= {NUMBER, CATEGORY, DATE}:
            raise ValueError(f"Unknown column kinds in {sorted(set(self.kinds))}.")
        for kind, of_columns in ((CATEGORY, self.levels), (DATE, self.origins)):
            if sorted(of_columns) != [j for j, k in enumerate(self.kinds) if k == kind]:
                raise ValueError(f"The {kind} columns do not match their description.")
        if self.names is not None and len(self.names) != len(self.kinds):
            raise ValueError(f"{len(self.names)} names for {len(self.kinds)} columns.")
        shifts = [*self.origins.values(), *(x for pair in self.offsets.values() for x in pair)]
        if not np.isfinite(shifts).all() or not all(scale for _, scale in self.offsets.values()):
            raise ValueError("Origins of dates, offsets and scales are finite, and no scale is 0.")
        places = range(len(self.kinds))
        if not all(j in places and self.kinds[j] != CATEGORY for j in self.offsets):
            raise ValueError("Only numbers and dates have an offset.")
        if not all(j in self.levels and n > 0 for j, n in self.buckets.items()):
            raise ValueError("Only categories have buckets.")
        if not all(self.levels.get(j) for j in self.familiar):
            raise ValueError("Only categories with levels are familiar.")
        if self.sparse and (set(self.kinds) != {NUMBER} or self.offsets):
            raise ValueError("A sparse matrix has columns of plain numbers only.")
        codes = {j: Codes(levels, self.buckets.get(j, 0)) for j, levels in self.levels.items()}
        is_plain = set(self.kinds) == {NUMBER} and not self.offsets
        self._prepare(_codes=codes, _is_plain=is_plain, _known_columns=None, _warned=set())

    def _check_types(self):
        by_column = self.levels, self.origins, self.offsets, self.buckets
        if not _are(by_column, dict) or not all(_are(of_column, int) for of_column in by_column):
            raise ValueError("Levels, origins, offsets and buckets stand by column position.")
        texts = self.kinds, self.names or (), *self.levels.values()
        pairs = self.offsets.values()
        if not _are((*texts, *pairs, self.familiar), tuple):
            raise ValueError("Kinds, names, levels, offsets and familiar columns are tuples.")
        if not all(_are(some, str) for some in texts):
            raise ValueError("Kinds, names and levels are texts.")
        shifts = self.origins.values(), *pairs
        if not all(_are(some, float) for some in shifts) or any(len(pair) != 2 for pair in pairs):
            raise ValueError("Origins are floats, and offsets pairs of floats.")
        counts = (*self.buckets.values(), *self.familiar)
        if not _are(counts, int) or not isinstance(self.sparse, bool):
            raise ValueError("Buckets are counts, familiar ones positions, and sparse is a bool.")

    def n_codes(self, j: int) -> int:
        """Return how many codes the category in column `j` has, missing and other included."""
        return len(self.levels[j]) + self.buckets.get(j, 0) + 2

    @classmethod
    def learn(
        cls,
        X: Table,
        *,
        names: Iterable[object] | None = None,
        min_rows_per_level: int = 1,
        on_rare: Callable[[str, Levels, int], int] | None = None,
        on_merged: Callable[[str, float], object] | None = None,
    ) -> Self:
        """Learn the kind of every column of `X`, no list of rows, and how its values are read.

        Levels seen in fewer than `min_rows_per_level` rows are left out: ``on_rare(label, levels,
        min_rows_per_level)`` returns how many codes they share by hash; without, they are "other".
        ``on_merged(label, share)`` is told of a column many of whose numbers become equal in
        float32, whatever their offset.
        """
        X = as_table(X)
        names = None if names is None else tuple(str(name) for name in names)
        if is_sparse(X) and is_wide(X):
            if on_merged:
                for j, merged in merged_columns(X):
                    on_merged(_label(names, j), merged)
            return cls((NUMBER,) * X.shape[1], {}, {}, names, sparse=True)
        X = X.tocsc() if is_sparse(X) else X
        kinds: list = []
        familiar: list = []
        levels, origins, offsets, buckets = {}, {}, {}, {}
        for j in range(X.shape[1]):
            column, label = get_column(X, j), _label(names, j)
            kinds.append(kind_of(column, label))
            if kinds[j] == CATEGORY:
                found = Levels.of(column, min_rows_per_level)
                levels[j] = found.kept
                if found.kept and found.n_rare_rows <= STRANGE * found.n_rows:
                    familiar.append(j)
                buckets[j] = on_rare(label, found, min_rows_per_level) if on_rare else 0
                continue
            if kinds[j] == DATE:
                numbers = days(column)
                origins[j] = year_start(numbers)
                numbers -= origins[j]
            else:
                numbers = as_floats(column)
            offsets[j], merged = find_offset(numbers)
            if on_merged and merged:
                on_merged(label, merged)
        offsets = {j: pair for j, pair in offsets.items() if pair}
        buckets = {j: n for j, n in buckets.items() if n}
        more: dict = {"offsets": offsets, "buckets": buckets, "familiar": tuple(familiar)}
        return cls(tuple(kinds), levels, origins, names, **more)

    def read(self, X: Table) -> Any:
        """Return a table as rows, float32, in CSR if `sparse`.

        ValueError where columns are missing, surplus or in another order, or a value is infinite.
        """
        X = self.table(X)
        self._check_columns(X)
        X = X.toarray() if is_sparse(X) and not self.sparse else X
        if is_sparse(X):
            with np.errstate(over="ignore", under="ignore"):
                X = X.tocsr().astype(np.float32)
            _check_finite(X.data, "the sparse matrix", allow_nan=False)
            return X
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            values = self._numbers(X)
            rows = self._columns(X, np.float32) if values is None else values.astype(np.float32)
        if not np.isfinite(rows.sum(dtype=np.float64)):
            for j in range(rows.shape[1]):
                where = f"column {_label(self.names, j)}"
                _check_finite(rows[:, j], where, allow_nan=not self.sparse)
        return rows

    def gather(self, X: Table) -> np.ndarray:
        """Read dense rows as `read` does, but neither round nor check their numbers.

        They are `X` itself, where it is such an array, of float32 or float64.
        """
        if type(X) is np.ndarray and self._is_plain and X.dtype in FLOATS and self._fits(X):
            return X
        rows = self._read_alone(X)
        if rows is not None:
            return rows
        X = self.table(X)
        self._check_columns(X)
        X = X.toarray() if not is_frame(X) and is_sparse(X) else X
        values = self._numbers(X)
        if values is None:
            return self._columns(X, np.float64, order="F")
        return values if values.dtype in FLOATS else values.astype(np.float64)

    def table(self, X: Table) -> Table:
        """Return `X` as a frame, sparse matrix or array."""
        rows = None if is_frame(X) else as_rows(X, self.names, len(self.kinds))
        if rows is None:
            return as_table(X)
        return as_table(rows if self._is_plain else np.asarray(rows, dtype=object))

    def knows(self, X: Table) -> bool:
        """Whether `X` plainly has the columns of fit, by name if there were names."""
        if type(X) is np.ndarray:
            return self.names is None and self._fits(X)
        if is_frame(X):
            return self.names is not None and self._has_names(X.columns)
        form = form_of_rows(X)
        if form == NAMED or self.names is not None:
            return form == NAMED
        return form is not None and is_row(X, len(self.kinds))

    def _fits(self, X):
        return X.ndim == 2 and X.shape[1] == len(self.kinds)

    def _has_names(self, columns):
        if columns is self._known_columns:
            return True
        names = columns.tolist() if hasattr(columns, "tolist") else columns
        if tuple(names) != self.names:
            return False
        if hasattr(columns, "equals"):  # a pandas index: it never changes
            self._prepare(_known_columns=columns)
        return True

    def _read_alone(self, X):
        """Read a single row value by value; None: its columns have to be asked, or say why not."""
        try:
            if not is_frame(X):
                values = only_row(X, self.names, len(self.kinds))
                if values is None:
                    return None
                for j, codes in self._codes.items():
                    values[j] = codes[values[j]]
                for j, origin in self.origins.items():
                    (values[j],) = days(values[j : j + 1]) - origin
                for j in self.offsets:
                    (values[j],) = self._placed(j, np.array(floats(values[j : j + 1])))
            elif self._is_plain or len(X) != 1:
                return None
            else:
                values = self._row_of_frame(X)
            rows = np.array([floats(values)])
            self._check_columns(rows)
            return rows
        except (TypeError, ValueError, LookupError, OverflowError):
            return None

    def _row_of_frame(self, X):
        self._check_columns(X)
        get = column_getter(X)
        columns = [get(j) for j in range(len(self.kinds))]
        values = [column[0] for column in columns]
        for j, codes in self._codes.items():
            is_text = type(values[j]) is str
            values[j] = codes[values[j]] if is_text else codes.of(columns[j])[0]
        for j, origin in self.origins.items():
            (values[j],) = days(columns[j]) - origin
        for j in self.offsets:
            x = np.array([values[j]]) if j in self.origins else as_floats(columns[j])
            (values[j],) = self._placed(j, x)
        return values

    def _numbers(self, X):
        """Return the values of a dense table of numbers; None if there is more to it."""
        values = as_values(X) if self._is_plain else None
        return values if values is not None and values.dtype.kind in "fiub" else None

    def _columns(self, X, dtype, order="C"):
        rows = np.empty(X.shape, dtype=dtype, order=order)
        get = column_getter(X)
        for j, kind in enumerate(self.kinds):
            column = get(j)
            label = _label(self.names, j)
            if kind == CATEGORY:
                rows[:, j] = self._codes[j].of(column, label)
                continue
            is_date = kind == DATE
            x = days(column, label) - self.origins[j] if is_date else as_floats(column, label)
            rows[:, j] = self._placed(j, x) if j in self.offsets else x
        return rows

    def _placed(self, j, values):
        """Return the numbers of a column that has an offset."""
        if values.dtype == np.float32 and len(values) >= MANY_ROWS:
            self._warn_once(
                j, "has numbers that float32 merges, and X is float32: pass it as float64."
            )
        offset, scale = self.offsets[j]
        return (values.astype(np.float64) - offset) * scale

    def warn_of_strangers(self, rows: np.ndarray) -> None:
        """Warn once of a category that knows no level at all in many rows."""
        if not self.familiar or rows.shape[0] < MANY_ROWS:
            return
        for j in self.familiar:
            known, missing, codes = self.levels[j], self.n_codes(j) - 2, rows[:, j]
            if (codes >= len(known)).all() and (codes != missing).any():
                self._warn_once(
                    j,
                    f"holds in {rows.shape[0]:,} rows not one of its {len(known)} levels in fit, "
                    f"such as {known[0]!r}: are its values written in another way?",
                )

    def _warn_once(self, j, what):
        if j not in self._warned:
            self._warned.add(j)
            warn(f"Column {_label(self.names, j)} {what}")

    def _check_columns(self, X):
        if self.names is not None and is_frame(X) and self._has_names(X.columns):
            return
        given = column_names(X)
        if self.names is not None and given is not None and given != self.names:
            missing = [name for name in self.names if name not in given]
            surplus = [name for name in given if name not in self.names]
            detail = f"the order must be {list(self.names)}"
            if missing or surplus:
                detail = f"missing {missing}, unexpected {surplus}"
            raise ValueError(
                "The feature names should match those that were passed during fit: "
                f"{detail}. Select the columns by name, in the order of feature_names_in_."
            )
        if X.shape[1] != len(self.kinds):
            raise ValueError(
                f"X has {X.shape[1]} features, but the student is expecting "
                f"{len(self.kinds)} features as input."
            )


def _are(values, kind):
    return all(isinstance(value, kind) for value in values)


def _label(names, j):
    return repr(names[j]) if names else str(j)


def _check_finite(values, where, *, allow_nan):
    bad = np.isinf(values) if allow_nan else ~np.isfinite(values)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        what = "NaN" if np.isnan(values[row]) else "infinity"
        raise ValueError(
            f"Input X contains {what} or a value too large for dtype('float32') in {where}, "
            f"entry {row}. Replace it, for example by a finite bound."
        )
