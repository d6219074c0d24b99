"""A function over many items: in parallel, in order, with few of them in memory."""

import itertools
import warnings
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed

ITEMS_PER_JOB = 4  # in memory at once, for each job


def parallel_map(function, items, *, n_jobs):
    """Yield ``function(item)`` for each item, in order.

    Threads do the work, or what a surrounding `joblib.parallel_config` says. At most
    ``4 * n_jobs`` items are taken, by the caller's thread, before all their results are.

    Parameters
    ----------
    function : callable
    items : iterable
        Gone through once.
    n_jobs : int or None

    Raises
    ------
    RuntimeError
        If the process of a worker died.
    """
    items = iter(items)
    window = ITEMS_PER_JOB * effective_n_jobs(n_jobs)
    parallel = Parallel(
        n_jobs=n_jobs, prefer="threads", return_as="generator", pre_dispatch="all", batch_size=1
    )
    done = 0
    # window after window: a single call would go on taking items while results pile up
    for first in items:
        some = _Some(itertools.chain([first], itertools.islice(items, window - 1)))
        try:
            with _quietly(parallel(delayed(_call)(function, item) for item in some)) as results:
                for result in results:
                    yield result
                    done += 1
        except BrokenProcessPool as error:
            raise RuntimeError(
                f"A worker process died in one of the {window} chunks that follow the first "
                f"{done}: it crashed, or memory ran out. Use fewer n_jobs or give each more "
                "memory; with memory= and an integer random_state, finished chunks are kept."
            ) from error
        if some.error is not None:
            raise some.error


class _Some:
    """Items up to the first that cannot be taken: joblib would pass over the error."""

    def __init__(self, items):
        self._items = items
        self.error = None

    def __iter__(self):
        try:
            yield from self._items
        except Exception as error:
            self.error = error


def _call(function, item):  # `delayed` would take attributes of `function` for its own
    return function(item)


@contextmanager
def _quietly(results):
    """Close a generator of joblib without its warning that results were not used."""
    try:
        yield results
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results.close()
