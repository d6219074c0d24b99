"""Unlabelled rows: who answers them, and which of them the race gets."""

from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from skdistill._plumbing.cache import Cache
from skdistill.flow._further_rows import RACE_CHUNKS, Answerer, answer_unlabeled
from skdistill.runtime._reader import ColumnReader
from skdistill.sources import open_source
from skdistill.tasks import IdentityCalibrator, Multiclass
from skdistill.teachers import Side
from skdistill.training._lessons import UNLABELED

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)
READER = ColumnReader.learn(X)
N = 100  # rows of a chunk


class Recorder(GaussianNB):
    """Notes the rows that it is asked about."""

    def predict_proba(self, X):
        self.__dict__.setdefault("asked", []).append(X)
        return super().predict_proba(X)


ANSWERER = Answerer(Multiclass(np.arange(2)), READER, 1.0, None)


def side(n):
    teacher = Recorder().fit(X[:n], Y[:n])
    return Side(np.arange(n), teacher, None, np.ones(60, bool), calibrator=IdentityCalibrator())


@pytest.fixture
def sides():
    return side(60), side(30)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr("skdistill.tables._forms.MAX_ROWS", N)


def chunks(n):
    """Number the rows of the chunks in their second column."""
    for k in range(n):
        yield np.column_stack([RNG.normal(size=N), np.arange(N) + k * N]).astype(np.float32)


def answered(source, sides, answerer=ANSWERER, **settings):
    settings = {"race": True, "random_state": 0, "n_jobs": 1, "verbose": 0} | settings
    sides = answer_unlabeled(open_source(source, X, READER), sides, answerer, **settings)
    return [side.unlabeled for side in sides]


def ask(n_chunks, *sides, **settings):
    return answered(chunks(n_chunks), sides, **settings)


def test_all_rows_are_answered_by_the_teacher_in_order(sides):
    unlabeled, _ = ask(3, *sides)
    assert unlabeled.rows[:, 1].tolist() == list(range(300))
    assert set(unlabeled.origin) == {UNLABELED}
    assert not unlabeled.has_label.any()
    np.testing.assert_allclose(
        unlabeled.targets, sides[0].teacher.predict_proba(unlabeled.rows), atol=1e-5
    )


@pytest.mark.parametrize("n_chunks", [1, RACE_CHUNKS])
def test_the_race_has_all_rows_when_they_are_few(sides, n_chunks):
    unlabeled, of_race = ask(n_chunks, *sides)
    np.testing.assert_array_equal(of_race.rows, unlabeled.rows)
    assert np.abs(of_race.targets - unlabeled.targets).max() > 0.01  # another teacher's


def test_the_race_has_a_few_chunks_worth_of_rows_from_everywhere(sides):
    full, race = sides
    _, of_race = ask(40, full, race)
    assert len(of_race) == pytest.approx(RACE_CHUNKS * N, rel=0.2)
    place = of_race.rows[:, 1]
    counts, _ = np.histogram(place, 4, (0, 40 * N))
    assert counts == pytest.approx(RACE_CHUNKS * N / 4, rel=0.4)
    np.testing.assert_allclose(
        of_race.targets, race.teacher.predict_proba(of_race.rows), atol=1e-5
    )
    asked = sum(map(len, race.teacher.asked[:-1]))
    assert asked < 40 * N / 2


def test_a_frozen_teacher_is_asked_once(sides):
    full, _ = sides
    unlabeled, of_race = ask(3, full, full)
    assert sum(map(len, full.teacher.asked)) == 300
    np.testing.assert_array_equal(of_race.targets, unlabeled.targets)


def test_without_a_race_nothing_is_put_aside(sides):
    full, _ = sides
    unlabeled, of_race = ask(2, full, side(30), race=False)
    assert len(unlabeled) == 200
    assert of_race is None


def test_the_rows_of_the_race_do_not_depend_on_the_number_of_jobs(sides):
    parts = []
    for n_jobs in (1, 2):
        global RNG
        RNG = np.random.default_rng(1)
        parts.append(ask(12, *sides, n_jobs=n_jobs))
    for one, two in zip(*parts, strict=True):
        np.testing.assert_array_equal(one.rows, two.rows)
        np.testing.assert_array_equal(one.targets, two.targets)


def test_finished_chunks_are_kept(sides, tmp_path):
    answerer = replace(ANSWERER, cache=Cache(tmp_path, "x"))
    table = np.concatenate(list(chunks(2)))

    def interrupted():
        yield table[:N]
        raise OSError("the network is gone")

    with pytest.raises(OSError, match="network"):
        answered(interrupted(), sides, answerer)
    n_asked = len(sides[0].teacher.asked)
    unlabeled, _ = answered([table[:N], table[N:]], sides, answerer)
    assert len(sides[0].teacher.asked) == n_asked + 1
    assert len(unlabeled) == 200


def test_a_chunk_without_a_row_in_the_race_is_no_trouble(sides):
    with mock.patch("skdistill.tables._forms.MAX_ROWS", 1):
        unlabeled, of_race = answered((X[:1] for _ in range(300)), sides)
    assert len(unlabeled) == 300
    assert of_race is None or len(of_race) < 20


def test_a_fit_without_a_race_leaves_nothing_wrong_in_the_cache(sides, tmp_path):
    answerer = replace(ANSWERER, cache=Cache(tmp_path, "x"))
    table = np.concatenate(list(chunks(2)))
    for race in (False, True):
        _, of_race = answered(table, sides, answerer, race=race)
    np.testing.assert_array_equal(of_race.rows, table)
    assert sum(map(len, sides[0].teacher.asked)) == 200


def test_progress_is_told(sides, monkeypatch, capsys):
    monkeypatch.setattr("skdistill._plumbing.progress.INTERVAL", 0)
    ask(2, *sides, verbose=1)
    assert "200 unlabelled rows answered" in capsys.readouterr().out
