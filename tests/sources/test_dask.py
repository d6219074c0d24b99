"""Dask collections, here and on a cluster whose workers die."""

import logging
import os
import signal
import time

import dask
import dask.array
import dask.dataframe
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from distributed import Client, LocalCluster

from skdistill.runtime._reader import ColumnReader
from skdistill.sources._dask import DaskSource
from skdistill.sources._form import Form


class Pid:
    """Answers slowly, with the ids of the rows and of its process."""

    def __init__(self, seconds=0.0):
        self.seconds = seconds

    def __call__(self, number, table):
        import os
        import time

        time.sleep(self.seconds)
        return table["id"].to_numpy(), os.getpid()


class Die:
    def __call__(self, number, table):
        import os

        os.kill(os.getpid(), 9)


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(
            n_workers=2,
            processes=True,
            threads_per_worker=1,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_partitions_are_cut_and_numbered(form, frame, collect, small_chunks, n_jobs):
    source = DaskSource(form, dask.dataframe.from_pandas(frame, npartitions=3))
    numbers, chunks = collect(source, n_jobs)
    assert numbers == [(i, k) for i in range(3) for k in range(3)]
    pd.testing.assert_frame_equal(pd.concat(chunks), frame)


def test_an_array_is_made_of_whole_rows(array, array_form, collect):
    source = DaskSource(array_form, dask.array.from_array(array, chunks=(300, 1)))
    numbers, chunks = collect(source)
    assert numbers == [(i, 0) for i in range(3)]
    np.testing.assert_array_equal(np.concatenate(chunks), array)


def test_partitions_without_rows_are_left_out(form, frame, collect):
    X = dask.dataframe.from_pandas(frame, npartitions=3)
    numbers, chunks = collect(DaskSource(form, X[X["id"] >= 300]))
    assert [i for i, _ in numbers] == [1, 2]
    assert pd.concat(chunks)["id"].tolist() == list(range(300, 700))
    with pytest.raises(ValueError, match=r"X_unlabeled has 0 sample\(s\)"):
        collect(DaskSource(form, X[X["id"] < 0]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X.drop(columns="id"), r"X_unlabeled does not fit X: .*missing \['id'\]"),
        (
            lambda X: X.astype({"id": "string"}),
            r"Column 'id' of X_unlabeled .*\(category\), but int64",
        ),
        (lambda X: X.to_dask_array(), "X_unlabeled is a numpy ndarray, but X is a pandas Data"),
        (lambda X: X.to_bag(), "X_unlabeled is a Dask Bag: pass a dataframe or an array"),
    ],
)
def test_what_does_not_fit_is_found_at_once(form, frame, change, message):
    X = dask.dataframe.from_pandas(frame, npartitions=3)
    with pytest.raises(ValueError, match=message):
        DaskSource(form, change(X))


def test_beside_sparse_rows(array):
    X = scipy.sparse.csr_array(np.nan_to_num(array))
    with pytest.raises(ValueError, match="but X is a sparse matrix"):
        DaskSource(Form.of(X, ColumnReader.learn(X)), dask.array.from_array(array))


def test_an_error_says_in_which_partition_it_happened(form, frame, keep):
    bad = frame.copy()
    bad.loc[600, "x.y"] = np.inf
    source = DaskSource(form, dask.dataframe.from_pandas(bad, npartitions=2))
    with pytest.raises(ValueError, match=r"partition 1 of X_unlabeled does not fit X: .*infinity"):
        list(source.map(lambda number, table: form.reader.read(table), n_jobs=2))


def test_a_cluster_answers_its_partitions_where_they_lie(form, frame, client):
    with client.as_current():
        X = dask.dataframe.from_pandas(frame, npartitions=5).persist()
        results = list(DaskSource(form, X).map(Pid(), n_jobs=None))
    assert [number for number, _ in results] == [(i, 0) for i in range(5)]
    assert np.concatenate([ids for _, (ids, _) in results]).tolist() == frame["id"].tolist()
    assert {pid for _, (_, pid) in results} <= set(client.run(os.getpid).values())


def count_tasks(dask_scheduler):
    return len(dask_scheduler.tasks)


def test_a_cluster_is_left_clean(form, frame, client):
    source = DaskSource(form, dask.dataframe.from_pandas(frame, npartitions=100))
    with client.as_current():
        results = source.map(Pid(0.01), n_jobs=None)
        next(results)
        assert len(client.futures) < 20
        results.close()
        with pytest.raises(TypeError, match="argument") as caught:
            list(source.map(len, n_jobs=None))
    assert caught.value.__notes__ == ["This happened in partition 0 of X_unlabeled."]
    deadline = time.monotonic() + 5
    while (n := client.run_on_scheduler(count_tasks)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert n == 0


def kill_at(client, results, at):
    """List the results; the i-th worker is killed when `at[i]` results have come."""
    client.wait_for_workers(len(at))  # one that another test killed may be on its way back
    pids = list(client.run(os.getpid).values())
    for i, result in enumerate(results):
        yield result
        if i in at:
            os.kill(pids[at.index(i)], signal.SIGKILL)


@pytest.mark.slow
def test_every_row_comes_once_and_in_order_although_workers_die(form, frame, client):
    source = DaskSource(form, dask.dataframe.from_pandas(frame, npartitions=50))
    with client.as_current():
        results = list(kill_at(client, source.map(Pid(0.1), n_jobs=None), at=[3, 30]))
    assert [number for number, _ in results] == [(i, 0) for i in range(50)]
    assert np.concatenate([ids for _, (ids, _) in results]).tolist() == frame["id"].tolist()
    assert len({pid for _, (_, pid) in results}) > 2


@pytest.mark.slow
def test_a_partition_that_kills_its_workers_is_given_up(form, frame, client):
    def allow(n, dask_scheduler):
        dask_scheduler.allowed_failures = n

    source = DaskSource(form, dask.dataframe.from_pandas(frame, npartitions=2))
    client.run_on_scheduler(allow, 0)
    try:
        with (
            client.as_current(),
            pytest.raises(RuntimeError, match=r"Dask gave up a partition .* smaller partitions"),
        ):
            list(source.map(Die(), n_jobs=None))
    finally:
        client.run_on_scheduler(allow, 3)
