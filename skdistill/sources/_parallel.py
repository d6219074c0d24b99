"""A function over many items: in parallel, in order, with few of them in memory."""

import operator
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed

Item = TypeVar("Item")
Result = TypeVar("Result")

ITEMS_PER_JOB = 4  # in memory at once, for each job


def parallel_map(
    function: Callable[[Item], Result], items: Iterable[Item], *, n_jobs: int | None
) -> Iterator[Result]:
    """Yield ``function(item)`` for each item, in order.

    Threads do the work, or what a surrounding `joblib.parallel_config` says. ``4 * n_jobs`` items
    are taken, by the caller's thread, and worked on before the next ones are.
    """
    items = iter(items)
    n_jobs = effective_n_jobs(n_jobs)
    window = 1 if n_jobs == 1 else ITEMS_PER_JOB * n_jobs
    parallel = Parallel(n_jobs=n_jobs, prefer="threads", batch_size=1)
    done, error = 0, None
    while error is None:
        some, error = _take(items, window)
        try:
            # by `call`, as `delayed` would take attributes of `function` for its own
            yield from parallel(delayed(operator.call)(function, item) for item in some)
        except BrokenProcessPool as broken:
            raise RuntimeError(
                f"A worker process died in one of the {len(some)} chunks that follow the first "
                f"{done}: it crashed, or memory ran out. Use fewer n_jobs or give each more "
                "memory; with memory= and an integer random_state, finished chunks are kept."
            ) from broken
        done += len(some)
    if not isinstance(error, StopIteration):
        raise error


def _take(items, n):
    """Return the next `n` items, or those before the error, or the end, that comes earlier."""
    some: list = []
    try:
        while len(some) < n:
            some.append(next(items))
    except Exception as error:
        return some, error
    return some, None
