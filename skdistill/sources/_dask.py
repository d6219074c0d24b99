"""Rows in a Dask dataframe or array."""

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from skdistill.sources._form import Form
from skdistill.sources._parallel import parallel_map
from skdistill.sources._source import Call, Source, cut
from skdistill.tables import is_sparse

PARTITIONS_PER_THREAD = 2  # on their way at once, for each thread of a cluster


class DaskSource(Source):
    """A Dask dataframe or array: each partition is answered where it lies.

    With an active `distributed.Client`, partitions go to its cluster, which repeats the work of
    workers that die; `n_jobs` does not matter then. Partitions are computed one by one, so
    persist a collection whose partitions share costly work.

    Parameters
    ----------
    form : Form
    X : dask.dataframe.DataFrame or dask.array.Array
    """

    def __init__(self, form, X):
        super().__init__(form)
        is_array = hasattr(X, "rechunk")
        if not is_array and not hasattr(X, "partitions"):
            raise ValueError(
                f"X_unlabeled is a Dask {type(X).__name__}: pass a dataframe or an array."
            )
        if is_sparse(form.example):
            raise ValueError("X_unlabeled is a Dask collection, but X is a sparse matrix.")
        meta = X._meta
        if is_array and X.ndim == 2:
            meta = np.empty((0, X.shape[1]), X.dtype)
            X = X.rechunk({1: -1})
        form.conform(meta, "X_unlabeled")
        self._X = X

    def _results(self, function, n_jobs):
        from dask.base import get_scheduler

        call = CallPartition(function, self.form)
        parts = enumerate(self._partitions())
        client = getattr(get_scheduler(collections=[self._X]), "__self__", None)
        if client is None:
            answered = parallel_map(Compute(call), parts, n_jobs=n_jobs)
        else:
            answered = map_on_cluster(client, call, parts)
        for results in answered:
            yield from results

    def _partitions(self):
        # each selected before it becomes a task, whose graph would else hold all partitions
        for i in range(self._X.npartitions):
            yield np.ravel(self._X.partitions[i].to_delayed())[0]


@dataclass(frozen=True)
class CallPartition:
    """Calls a function with the chunks of a partition."""

    function: Any
    form: Form

    def __call__(self, i, table):
        where = f"partition {i} of X_unlabeled"
        if table.shape[0] == 0:
            return []
        call = Call(self.function, self.form.reader)
        chunks = cut(self.form.conform(table, where), where)
        return [call(((i, k), named, chunk)) for k, (named, chunk) in enumerate(chunks)]


@dataclass(frozen=True)
class Compute:
    """Computes a partition here, and calls a function with it."""

    call: CallPartition

    def __call__(self, part):
        i, table = part
        return self.call(i, table.compute(scheduler="synchronous"))


def map_on_cluster(client, call, parts):
    """Yield ``call(i, table)`` for each partition, in order; few are on their way at once.

    Parameters
    ----------
    client : distributed.Client
    call : callable
    parts : iterable of (int, dask.delayed.Delayed)

    Raises
    ------
    RuntimeError
        If several workers died, one after the other, with the same partition.
    """
    import dask
    from distributed import KilledWorker

    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
        # not scattered: what a task returned is made again when all workers that hold it die
        held = client.submit(_hold, call, pure=False)
    waiting: deque = deque()
    try:
        while True:
            window = PARTITIONS_PER_THREAD * max(1, sum(client.nthreads().values()))
            for i, table in islice(parts, max(0, window - len(waiting))):
                waiting.append(client.compute(dask.delayed(_call)(held, i, table)))
            if not waiting:
                return
            yield waiting.popleft().result()
    except KilledWorker as error:
        raise RuntimeError(
            f"Dask gave up a partition of X_unlabeled: {error} If memory ran out, use smaller "
            "partitions or workers with more memory; with memory= and an integer random_state, "
            "finished chunks are kept."
        ) from error
    finally:
        client.cancel([held, *waiting])


def _hold(call):
    return call


def _call(call, i, table):
    return call(i, table)
