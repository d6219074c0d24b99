"""Which rows a transfer set is made of."""

import logging
import os
import signal
import threading
import time

import dask.array
import dask.dataframe
import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from distributed import Client, LocalCluster
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification
from sklearn.naive_bayes import GaussianNB

from skdistill import DistilledClassifier, Munge
from skdistill.exceptions import DistillationWarning
from skdistill.flow._compose import MAX_POOL, WIDE, Composer, candidate_samplers
from skdistill.samplers import SAMPLERS
from skdistill.training._batches import LessonRows

X, Y = make_classification(300, 6, random_state=0)
MORE = np.concatenate([X + 0.1, X - 0.1, X + 0.2])


def quick(**params):
    settings = {"alpha": 0.5, "max_epochs": 3, "random_state": 0, "transfer": None} | params
    return DistilledClassifier(GaussianNB(), **settings)


def test_candidates_by_name():
    mine = Munge(swap_probability=0.1)
    assert candidate_samplers(None, X, race=True) == {None: None}
    assert candidate_samplers("auto", X, race=False) == {None: None}
    assert list(candidate_samplers("auto", X, race=True)) == [None, *SAMPLERS]
    assert list(candidate_samplers("munge", X, race=False)) == ["munge"]
    assert candidate_samplers(mine, X, race=True) == {"Munge": mine}


def test_samplers_that_take_long_in_wide_tables_are_left_out_there():
    wide = np.zeros((9, WIDE + 1))
    assert list(candidate_samplers("auto", wide, race=True)) == [
        *(None, "munge", "mixup", "bootstrap")
    ]
    assert list(candidate_samplers("copula", wide, race=True)) == ["copula"]


def test_the_race_goes_without_millions_of_rows():
    work = {"random_state": 0, "n_jobs": None, "verbose": 0}
    for n, raced in (("auto", "auto"), (50, 50), (10**7, MAX_POOL)):
        composer = Composer(None, None, X, {}, n, None, **work)
        assert composer.for_race().n_synthetic == raced


class Copies(BaseEstimator):
    """A sampler that notes in which threads it draws."""

    threads: set = set()  # noqa: RUF012
    weights: list = []  # noqa: RUF012

    def fit(self, X, sample_weight=None, random_state=None):
        Copies.weights.append(sample_weight)
        self.X_ = X
        return self

    def draw(self, n_rows, random_state=None):
        Copies.threads.add(threading.get_ident())
        rng = np.random.default_rng(random_state)
        return self.X_[rng.integers(0, len(self.X_), n_rows)]


class Odd(BaseEstimator):
    """A sampler that draws other rows than it was asked for."""

    def __init__(self, rows=lambda X, n: X[:n]):
        self.rows = rows

    def fit(self, X, sample_weight=None, random_state=None):
        self.X_ = X

    def draw(self, n_rows, random_state=None):
        return self.rows(np.tile(self.X_, (9, 1)), n_rows)


def test_a_sampler_need_not_return_itself():
    assert quick(transfer=Odd(), n_synthetic=99).fit(X, Y).transfer_summary_["n_synthetic"] == 99


@pytest.mark.parametrize(
    ("transfer", "table", "error", "message"),
    [
        (Munge, X, TypeError, r"got the class Munge: call it, as in Munge\(\)"),
        ("mixup", scipy.sparse.csr_array(X), ValueError, "Mixup needs dense rows"),
        (Munge(), scipy.sparse.csr_array(X), ValueError, "Munge needs dense rows"),
        (Odd(lambda X, n: X[: n - 1]), X, ValueError, "sampler Odd drew 98 rows instead of 99"),
        (Odd(lambda X, n: X[:n, :3]), X, ValueError, "sampler Odd drew does not fit X: X has 3"),
    ],
)
def test_what_is_wrong_with_a_sampler(transfer, table, error, message):
    with pytest.raises(error, match=message):
        quick(transfer=transfer, n_synthetic=99).fit(table, Y)


@pytest.mark.parametrize("n", [1, 2, 40])
def test_few_synthetic_rows(n):
    clf = quick(transfer="munge", n_synthetic=n).fit(X, Y)
    assert clf.transfer_summary_["n_synthetic"] == n
    realism = {t["realism_auc"] for t in clf.transfer_summary_["trials"]}
    assert (realism == {None}) == (n < 30)


def test_without_soft_targets_nothing_else_is_used():
    twin = quick(alpha=0).fit(X, Y)
    for params, more in [({"transfer": "auto"}, None), ({"transfer": "munge"}, None), ({}, MORE)]:
        clf = quick(alpha=0, **params)
        if params == {"transfer": "auto"}:
            clf.fit(X, Y)
        else:
            with pytest.warns(DistillationWarning, match="alpha=0 trains on labels alone"):
                clf.fit(X, Y, X_unlabeled=more)
        np.testing.assert_array_equal(clf.predict_proba(X), twin.predict_proba(X))
        assert clf.transfer_summary_["n_synthetic"] == clf.transfer_summary_["n_unlabeled"] == 0


def test_samplers_get_weights_only_where_rows_differ_in_them():
    for weight in (None, np.full(300, 2.0), np.arange(1.0, 301)):
        Copies.weights.clear()
        quick(transfer=Copies(), n_synthetic=50).fit(X, Y, sample_weight=weight)
        equal = weight is None or np.ptp(weight) == 0
        assert all((given is None) == equal for given in Copies.weights)


@pytest.mark.parametrize("transfer", SAMPLERS)
def test_every_sampler_serves_a_fit(transfer):
    clf = quick(transfer=transfer, n_synthetic=100).fit(X, Y)
    assert clf.transfer_summary_["source"] == transfer
    assert clf.transfer_summary_["n_synthetic"] == 100
    assert clf.score(X, Y) > 0.7


def test_a_set_larger_than_memory_gives_the_same_student(monkeypatch):
    kinds = []
    make = LessonRows.__init__

    def noted(self, lessons, **kwargs):
        kinds.append(type(lessons.rows))
        make(self, lessons, **kwargs)

    monkeypatch.setattr(LessonRows, "__init__", noted)
    probas = []
    for limit in (10**9, 1000):
        monkeypatch.setattr("skdistill._plumbing.store.SPILL_BYTES", limit)
        kinds.clear()
        clf = quick(transfer="munge", n_synthetic=500).fit(X, Y, X_unlabeled=MORE)
        probas.append(clf.predict_proba(X))
        assert (np.memmap in kinds) == (limit == 1000)
    np.testing.assert_array_equal(*probas)


@pytest.mark.filterwarnings("ignore:.*X does not have valid feature names")
def test_workers_draw_beside_unlabelled_rows_larger_than_memory(monkeypatch):
    monkeypatch.setattr("skdistill._plumbing.store.SPILL_BYTES", 1000)
    monkeypatch.setattr("skdistill.flow._compose.chunk_rows", lambda n_columns: 100)
    params = {"transfer": "munge", "n_synthetic": 300, "random_state": 0}
    alone = quick(**params).fit(X, Y, X_unlabeled=MORE)
    with joblib.parallel_config("loky", n_jobs=2):
        together = quick(**params, n_jobs=2).fit(X, Y, X_unlabeled=MORE)
    np.testing.assert_array_equal(alone.predict_proba(X), together.predict_proba(X))


def sources(tmp_path):
    frame = pd.DataFrame(MORE, columns=list("abcdef"))
    for i in range(3):
        frame[i * 300 : (i + 1) * 300].to_parquet(tmp_path / f"part-{i}.parquet")
    pieces = [frame[i * 300 : (i + 1) * 300] for i in range(3)]
    arrays = [piece.to_numpy() for piece in pieces]
    yield (
        frame,
        [tmp_path, str(tmp_path), pieces, dask.dataframe.from_pandas(frame, npartitions=3)],
    )
    yield MORE, [iter(arrays), dask.array.from_array(MORE, chunks=(300, 6))]


def test_all_sources_of_unlabelled_rows_give_the_same_student(tmp_path):
    for table, others in sources(tmp_path):
        rows = pd.DataFrame(X, columns=list("abcdef")) if table is not MORE else X
        expected = quick().fit(rows, Y, X_unlabeled=table)
        assert expected.transfer_summary_["n_unlabeled"] == 900
        for other in others:
            clf = quick().fit(rows, Y, X_unlabeled=other)
            np.testing.assert_array_equal(
                clf.predict_proba(rows), expected.predict_proba(rows), err_msg=repr(other)[:80]
            )


def test_rows_are_drawn_in_chunks_that_do_not_depend_on_the_number_of_jobs(monkeypatch):
    monkeypatch.setattr("skdistill.flow._compose.chunk_rows", lambda n_columns: 64)
    probas = []
    for n_jobs in (1, 2):
        Copies.threads.clear()
        clf = quick(transfer=Copies(), n_synthetic=1000, n_jobs=n_jobs).fit(X, Y)
        assert clf.transfer_summary_["n_synthetic"] == 1000
        assert (threading.get_ident() in Copies.threads) == (n_jobs == 1)
        probas.append(clf.predict_proba(X))
    np.testing.assert_array_equal(*probas)


def test_a_broken_fit_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr("skdistill.flow._compose.chunk_rows", lambda n_columns: 64)
    asked = []

    def interrupt(self, X, ask=GaussianNB.predict_proba):
        if len(X) == 64:
            asked.append(len(X))
            if len(asked) == 4:
                raise KeyboardInterrupt
        return ask(self, X)

    monkeypatch.setattr(GaussianNB, "predict_proba", interrupt)
    clf = quick(transfer="munge", n_synthetic=640, memory=tmp_path, early_stopping=False)
    with pytest.raises(KeyboardInterrupt, match="finished teacher work is kept"):
        clf.fit(X, Y)
    clf.fit(X, Y)
    assert len(asked) == 11  # ten chunks, of which one was asked about twice
    assert clf.transfer_summary_["n_synthetic"] == 640


def slow_part(part):
    time.sleep(0.2)
    return part


@pytest.mark.slow
def test_a_fit_loses_no_row_when_a_worker_dies():
    names = list("abcdef")
    frame = pd.DataFrame(X, columns=names)
    more = pd.DataFrame(np.tile(MORE, (4, 1)), columns=names)
    expected = quick().fit(frame, Y, X_unlabeled=[more[i * 90 : i * 90 + 90] for i in range(40)])
    parts = dask.dataframe.from_pandas(more, npartitions=40).map_partitions(slow_part)
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
    )
    with cluster, Client(cluster) as client:
        (pid, *_) = client.run(os.getpid).values()
        killer = threading.Timer(2.0, os.kill, [pid, signal.SIGKILL])
        killer.start()
        clf = quick().fit(frame, Y, X_unlabeled=parts)
        assert not killer.is_alive()
        assert pid not in client.run(os.getpid).values()
    assert clf.transfer_summary_["n_unlabeled"] == 3600
    np.testing.assert_array_equal(clf.predict_proba(frame), expected.predict_proba(frame))
