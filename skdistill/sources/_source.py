"""What every source of unlabelled rows does: hand them out in chunks."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from skdistill.sources._form import does_not_fit
from skdistill.sources._parallel import parallel_map
from skdistill.tables import chunk_rows, stack_rows, take_rows


class Source(ABC):
    """Unlabelled rows, read once, in chunks that look like the table in fit."""

    def __init__(self, form):
        self.form = form

    def map(
        self, function: Callable[[tuple[int, int], Any], Any], *, n_jobs: int | None
    ) -> Iterator[tuple[tuple[int, int], Any]]:
        """Yield ``(number, function(number, chunk))`` for each chunk, in order.

        Chunks do not depend on `n_jobs`, and only a few of them are in memory at any time. The
        number is a tuple of two integers that grows from chunk to chunk; the function has to be
        picklable. A ValueError says that there are no rows, or some do not fit the table in fit.
        """
        empty = True
        for result in self._results(function, n_jobs):
            empty = False
            yield result
        if empty:
            raise no_rows("X_unlabeled")

    @abstractmethod
    def _results(self, function, n_jobs):
        """Yield what `map` yields."""


class LocalSource(Source):
    """Rows that this process reads, whoever works on them."""

    def _results(self, function, n_jobs):
        chunks = (((i, 0), *chunk) for i, chunk in enumerate(_grouped(self._chunks())))
        call = partial(call_with_chunk, function, self.form.reader)
        return parallel_map(call, chunks, n_jobs=n_jobs)

    @abstractmethod
    def _chunks(self):
        """Yield ``(where, chunk)`` pairs; `where` is how errors call the chunk."""


def call_with_chunk(function, reader, chunk):
    """Call a function with the number of a chunk and the chunk; errors say which it was."""
    number, where, table = chunk
    try:
        return number, function(number, table)
    except Exception as error:
        try:
            reader.read(table)
        except ValueError as reason:
            raise does_not_fit(where, reason) from reason
        error.add_note(f"This happened in {where}.")
        raise


def cut(table, where):
    """Yield a table in pieces of at most `chunk_rows` rows, each with how errors call it."""
    n, p = table.shape
    size = chunk_rows(p)
    for first in range(0, n, size):
        end = min(n, first + size)
        named = where if n <= size else f"{where} (rows {first} to {end - 1})"
        yield named, take_rows(table, slice(first, end))


def _grouped(chunks):
    """Yield chunks, small ones together: a teacher answers many rows at once much faster."""
    group: list = []
    try:
        for where, table in chunks:
            group.append((where, table))
            if 2 * sum(part.shape[0] for _, part in group) >= chunk_rows(table.shape[1]):
                yield from _stacked(group)
                group = []
    except Exception:
        yield from _stacked(group)
        raise
    yield from _stacked(group)


def _stacked(group):
    if len(group) < 2:
        return group
    where = f"{group[0][0]} … {group[-1][0]}"
    return cut(stack_rows([table for _, table in group]), where)


def no_rows(where):
    """Return the error that there are no rows."""
    return ValueError(f"{where} has 0 sample(s): pass rows, or None for no unlabelled rows.")
