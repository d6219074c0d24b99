"""Rows in a Dask dataframe or array."""

import operator
from collections import deque
from functools import partial
from itertools import chain, islice

import numpy as np

from skdistill.sources._parallel import parallel_map
from skdistill.sources._source import Source, call_with_chunk, cut
from skdistill.tables import is_sparse

PARTITIONS_PER_THREAD = 2  # on their way at once, for each thread of a cluster


class DaskSource(Source):
    """A Dask dataframe or array: each partition is answered where it lies.

    With an active `distributed.Client`, partitions go to its cluster, which repeats the work of
    workers that die; `n_jobs` does not matter then. Partitions are computed one by one, so
    persist a collection whose partitions share costly work.
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

        call = partial(_call_partition, function, self.form)
        parts = enumerate(self._partitions())
        client = getattr(get_scheduler(collections=[self._X]), "__self__", None)
        if client is None:
            answered = parallel_map(partial(_compute, call), parts, n_jobs=n_jobs)
        else:
            answered = _map_on_cluster(client, call, parts)
        return chain.from_iterable(answered)

    def _partitions(self):
        # each selected before it becomes a task, whose graph would else hold all partitions
        for i in range(self._X.npartitions):
            yield np.ravel(self._X.partitions[i].to_delayed())[0]


def _call_partition(function, form, i, table):
    """Call a function with each chunk of a partition."""
    where = f"partition {i} of X_unlabeled"
    if table.shape[0] == 0:
        return []
    chunks = cut(form.conform(table, where), where)
    return [
        call_with_chunk(function, form.reader, ((i, k), *chunk)) for k, chunk in enumerate(chunks)
    ]


def _compute(call, part):
    i, table = part
    return call(i, table.compute(scheduler="synchronous"))


def _map_on_cluster(client, call, parts):
    """Yield ``call(i, table)`` for each partition, in order; few are on their way at once."""
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
                waiting.append(client.compute(dask.delayed(operator.call)(held, i, table)))
            if not waiting:
                return
            yield waiting.popleft().result()
    except KilledWorker as error:  # several died, one after the other, with the same partition
        raise RuntimeError(
            f"Dask gave up a partition of X_unlabeled: {error} If memory ran out, use smaller "
            "partitions or workers with more memory; with memory= and an integer random_state, "
            "finished chunks are kept."
        ) from error
    finally:
        client.cancel([held, *waiting])


def _hold(call):
    return call
