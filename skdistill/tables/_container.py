"""What each kind of table owes the rest: a module for each kind keeps this promise."""

from typing import Any, Protocol, TypeAlias

Table: TypeAlias = Any  # what some module here takes; they share no type


class Container(Protocol):
    """Duties of a kind of table, towards tables `X` of that kind."""

    def is_mine(self, X: Any) -> bool:
        """Whether `X` is of this kind."""

    def names(self, X: Any) -> tuple | None:
        """Return the columns' names; None where they are only numbered."""

    def column(self, X: Any, j: int) -> Any:
        """Return column `j`."""

    def getter(self, X: Any) -> Any:
        """Return a function that gives a column by position, as the table stores it."""

    def take(self, X: Any, rows: Any) -> Any:
        """Return the rows at the positions `rows`."""

    def stack(self, tables: Any) -> Any:
        """Return tables one under the other."""

    def replace(self, X: Any, sources: Any, numbers: Any) -> Any:
        """Return a table whose column j holds the rows ``sources[j]`` of column j, or numbers."""
