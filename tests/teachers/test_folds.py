"""What is held out together, for which teachers, whatever the classes are."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import KFold, LeaveOneGroupOut, RepeatedKFold

from skdistill.exceptions import DistillationWarning
from skdistill.tasks import Multiclass
from skdistill.teachers._folds import folds_of_share, inner_folds, make_folds

X, Y = load_iris(return_X_y=True)
X = X + np.arange(150)[:, None] * 1e-6  # no two rows alike
N = len(Y)
TASK = Multiclass(np.unique(Y))


def folds_of(y, cv=5, *, X=X, groups=None, taught=True):
    params = {} if groups is None else {"groups": np.asarray(groups)}
    return make_folds(TASK, cv, X, y, split_params=params, random_state=0, taught=taught)


def inner_of(folds, y, groups=None):
    return inner_folds(TASK, folds, X, y, groups=groups, random_state=0)


def rare(n_rows, label=7):
    y = Y.copy()
    y[:n_rows] = label
    return y


@pytest.mark.parametrize("n_rows", [2, 3, 4])
@pytest.mark.parametrize("groups", [None, np.arange(N) // 2], ids=["rows", "groups"])
def test_a_rare_class_costs_the_others_no_folds(n_rows, groups):
    y = rare(n_rows if groups is None else 2 * n_rows)
    folds = folds_of(y, groups=groups)
    assert len(folds) == 5
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(N))
    for train, test in folds:
        assert set(y[train]) == set(y)
        assert not set(train) & set(test)
        assert abs(len(test) - N / 5) <= 2
        for label in (0, 1, 2):
            assert abs(np.sum(y[test] == label) - np.sum(y == label) / 5) <= 2


def test_folds_are_fewer_only_where_no_class_has_enough_rows():
    y = np.array([0] * 3 + [1] * 2 + [2] * 2)
    with pytest.warns(DistillationWarning, match="No class has more than 3 rows: 3 folds, not 5"):
        assert len(folds_of(y, X=X[:7])) == 3
    with pytest.warns(DistillationWarning, match="more than 2 groups: 2 folds, not 5"):
        assert len(folds_of(y, X=X[:7], groups=[0, 1, 1, 0, 1, 0, 1])) == 2


def test_the_only_row_of_a_class_never_parts_its_group():
    groups = np.arange(N) // 5
    with pytest.warns(DistillationWarning, match=r"1 classes have a single group.* to 1 rows"):
        folds = folds_of(rare(1), groups=groups)
    for train, test in folds:
        assert not set(groups[train]) & set(groups[test])
        assert 0 not in test
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(1, N))


def test_classes_that_are_groups_cannot_be_held_out():
    for groups, every in ((Y, "Every class"), (np.where(Y == 0, np.arange(N), -Y), "Every class")):
        with pytest.raises(ValueError, match=f"{every}.* has a single group"):
            folds_of(Y, groups=groups)


@pytest.mark.parametrize("taught", [True, False])
def test_a_single_group_is_named(taught):
    with pytest.raises(ValueError, match="All rows are of one group"):
        folds_of(Y, groups=np.zeros(N), taught=taught)


@pytest.mark.parametrize("y", [rare(1), rare(2), np.arange(N), np.arange(N) // 2])
def test_the_share_held_out_does_not_depend_on_the_classes(y):
    folds = folds_of(y, 5, taught=False)
    assert [len(test) for _, test in folds] == [30] * 5


def test_copies_stay_together_once_that_is_said():
    index = np.repeat(np.arange(N), 1 + np.arange(N) % 3)
    with pytest.warns(DistillationWarning, match=r"50\.0% of the rows repeat others: equal rows"):
        folds = folds_of(Y[index], X=X[index])
    for train, test in folds:
        assert not set(index[train]) & set(index[test])
    once = folds_of(Y)
    for (_, test), (_, of_distinct) in zip(folds, once, strict=True):
        assert set(index[test]) == set(of_distinct)


def test_copies_that_fill_a_fold_are_spread_with_a_warning():
    index = np.append(np.arange(N), np.zeros(60, dtype=int))
    with pytest.warns(DistillationWarning, match=r"61 times, which no fold can hold"):
        folds = folds_of(Y[index], X=X[index])
    assert [len(test) for _, test in folds] == [42] * 5


@pytest.mark.parametrize(
    ("cv", "groups"),
    [(5, np.arange(300) // 2), (KFold(5), None)],
    ids=["groups", "splitter"],
)
def test_whoever_says_what_stays_together_is_obeyed(cv, groups):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        folds = folds_of(np.tile(Y, 2), cv, X=np.tile(X, (2, 1)), groups=groups)
    assert any(set(train % N) & set(test % N) for train, test in folds)


def test_a_class_of_copies_of_one_row_is_always_in_training():
    index = np.append(np.arange(N), [0] * 9)
    y = rare(1)[index]
    with pytest.warns(DistillationWarning) as caught:
        folds = folds_of(y, X=X[index])
    assert any("in-sample" in str(w.message) for w in caught)
    assert all(set(np.flatnonzero(y == 7)) <= set(train) for train, _ in folds)


def test_an_iterator_that_is_used_up_is_named():
    splits = KFold(3, shuffle=True, random_state=0).split(X)
    assert len(folds_of(Y, splits)) == 3
    with pytest.raises(ValueError, match=r"iterator is used up by the first fit: pass a list"):
        folds_of(Y, splits)


HALVES = np.arange(N) % 2
CVS = {
    "five": (5, None),
    "two": (2, None),
    "two groups": (LeaveOneGroupOut(), HALVES),
    "two by group": (2, np.arange(N) % 8),
    "a class a fold": (KFold(3), None),
    "repeated": (RepeatedKFold(n_splits=2, n_repeats=2, random_state=0), None),
}


@pytest.mark.parametrize("name", CVS)
def test_every_training_row_of_the_race_is_held_out_without_the_first_folds_test_rows(name):
    cv, groups = CVS[name]
    folds = folds_of(Y, cv, groups=groups)
    outer = set(folds[0][0])
    inner = inner_of(folds, Y, groups)
    for train, test in inner:
        assert set(train) | set(test) <= outer
        assert not set(train) & set(test)
    assert set(np.concatenate([test for _, test in inner])) == outer
    if name == "two by group":
        assert not any(set(groups[train]) & set(groups[test]) for train, test in inner)


def test_the_race_asks_no_teacher_about_a_class_that_it_lacks():
    y = rare(2)
    inner = inner_of(folds_of(y), y)
    assert len(inner) == 4
    assert all(set(y[test]) <= set(y[train]) for train, test in inner)


def test_too_few_rows_for_a_race_teacher_are_left_without_one():
    with pytest.warns(DistillationWarning):
        folds = folds_of(np.array([0, 0, 1]), X=X[:3])
    assert inner_folds(TASK, folds, X[:3], np.array([0, 0, 1]), groups=None, random_state=0) == []


def test_one_row_of_many_copies_leaves_those_of_others_together():
    rng = np.random.default_rng(0)
    rows = np.concatenate([np.zeros(300, dtype=int), np.tile(np.arange(1, 101), 3)])
    X, y = rng.normal(size=(101, 5))[rows], (np.arange(101) % 2)[rows]
    with pytest.warns(DistillationWarning, match="one of them 300 times"):
        folds = make_folds(TASK, 3, X, y, split_params={}, random_state=0)
    for train, test in folds:
        assert set(rows[train]) & set(rows[test]) == {0}


@pytest.mark.parametrize("share", [0.5, 0.4, 0.35, 0.2, 0.15])
def test_the_share_held_out_is_the_one_asked_for(share):
    y = np.arange(600) % 3
    rows = np.arange(600.0)[:, None]
    how = {"split_params": {}, "random_state": 0, "taught": False}
    folds = folds_of_share(TASK, share, rows, y, **how)
    train, test = folds[0]
    assert len(test) == pytest.approx(share * 600, abs=600 / 20)
    assert sorted([*train, *test]) == list(range(600))
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(600))
    np.testing.assert_allclose(np.bincount(y[test]) / len(test), 1 / 3, atol=0.02)
