"""What rows must look like: the form, the columns and the dtypes of the table in fit."""

from dataclasses import dataclass
from typing import Any

from skdistill.runtime import ColumnReader
from skdistill.sources._cast import cast_column, cast_numbers, kind_of_values, same_dtype
from skdistill.tables import (
    CATEGORY,
    as_table,
    converted,
    get_column,
    is_categorical,
    is_frame,
    is_sparse,
    kind_of,
    take_rows,
)


@dataclass(frozen=True)
class Form:
    """The form of the table in fit, with its columns and dtypes."""

    example: Any  # the table, without its rows
    kinds: tuple[str, ...]  # of the values of each column, or of its categories
    reader: ColumnReader

    @classmethod
    def of(cls, X, reader):
        """Return the form of the table that `reader` was learned from."""
        example = take_rows(as_table(X), slice(0, 0))
        kinds = list(reader.kinds)
        for j, kind in enumerate(kinds):
            if kind == CATEGORY and is_categorical(column := get_column(example, j)):
                kinds[j] = kind_of(column.cat.categories)
        return cls(example, tuple(kinds), reader)

    @property
    def dtypes(self):
        """Of each column."""
        if is_frame(self.example):
            return list(self.example.dtypes)
        return [self.example.dtype] * self.example.shape[1]

    def conform(self, table, where):
        """Return a table, which errors call `where`, with the dtypes of the form.

        Numbers that the dtype in fit cannot hold keep their own dtype; a category that fit has
        not seen becomes a missing value where the dtype is that of pandas or a polars Enum.
        Another form, other columns and values of another kind are errors.
        """
        table = converted(table)
        if _form(table) != _form(self.example):
            raise ValueError(
                f"{where} is a {_name(table)}, but X is a {_name(self.example)}: "
                "pass both in the same form."
            )
        try:
            table = as_table(table)
            self.reader.read(take_rows(table, slice(0, 0)))
        except ValueError as error:
            raise does_not_fit(where, error) from error
        if is_sparse(table):
            return table.tocsr()
        conform = self._conform_frame if is_frame(table) else self._conform_array
        return conform(table, where)

    def check_kind(self, j, kind, dtype, where):
        """Raise if the values of column `j` are of another kind; None stands for no values."""
        if kind not in (None, self.kinds[j]):
            raise ValueError(self._mismatch(j, f"{dtype} ({kind})", where))

    def _mismatch(self, j, given, where):
        label = repr(self.reader.names[j]) if self.reader.names else j
        mine = self.dtypes[j]
        return (
            f"Column {label} of {where} has dtype {given}, but {mine} ({self.kinds[j]}) in X: "
            f"convert it to {mine}."
        )

    def _conform_frame(self, table, where):
        changed = {}
        for j, (given, dtype) in enumerate(zip(table.dtypes, self.dtypes, strict=True)):
            if not same_dtype(given, dtype):
                column = get_column(table, j)
                self.check_kind(j, kind_of_values(column), given, where)
                try:
                    changed[j] = cast_column(column, dtype, self.kinds[j])
                except (TypeError, ValueError) as error:
                    raise ValueError(self._mismatch(j, given, where)) from error
        if not changed:
            return table
        if not hasattr(table, "iloc"):
            return table.with_columns(changed.values())
        table = table.copy(deep=False)
        for j, column in changed.items():
            table.isetitem(j, column)
        return table

    def _conform_array(self, table, where):
        dtype = self.example.dtype
        if table.dtype == dtype or table.dtype.kind == dtype.kind == "U":
            return table
        if table.dtype.kind in "fiub" and dtype.kind in "fiub":
            return cast_numbers(table, dtype)
        for j in range(table.shape[1]):
            self.check_kind(j, kind_of_values(table[:, j]), table.dtype, where)
        return table.astype("U" if dtype.kind == "U" else dtype)


def does_not_fit(where, reason):
    """Return the error that rows are not like those of fit."""
    return ValueError(f"{where} does not fit X: {reason}")


def _form(table):
    """Return what tells the forms of tables apart: the library of a frame, or the kind."""
    if is_frame(table):
        return type(table).__module__.partition(".")[0]
    return "sparse" if is_sparse(table) else "array"


def _name(table):
    module = type(table).__module__.partition(".")[0]
    return type(table).__name__ if module == "builtins" else f"{module} {type(table).__name__}"
