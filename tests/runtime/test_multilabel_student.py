"""A student of several labels alone: predictions, scores, and what tools see of it."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import accuracy_score, get_scorer
from sklearn.utils import get_tags

from skdistill import MultilabelStudent
from skdistill.layers import Classes

N = 60


@pytest.fixture(params=[{"hidden": (16,)}, {"hidden": (16,), "n_members": 3}])
def student(request, random_students):
    return random_students.multilabel(**request.param)


@pytest.fixture
def rows(student, random_students):
    return random_students.rows(student, N)


def test_labels_are_those_that_are_more_likely_than_not(student, rows):
    proba = student.predict_proba(rows)
    assert proba.shape == (N, 3)
    np.testing.assert_array_equal(student.predict(rows), proba > 0.5)
    np.testing.assert_array_equal(student.predict_log_proba(rows), np.log(proba))
    assert student.predict(rows[:0]).shape == (0, 3)
    assert [each.tolist() for each in student.classes_] == [[0, 1]] * 3


def test_its_score_is_scikit_learns(student, rows):
    y = student.predict(rows)
    y[:20, 1] = 1 - y[:20, 1]
    weight = np.arange(N)
    assert student.score(rows, y) == pytest.approx(40 / 60)
    expected = accuracy_score(y, student.predict(rows), sample_weight=weight)
    assert student.score(rows, y, weight) == pytest.approx(expected)


@pytest.mark.parametrize("y", [np.zeros(N), np.zeros((N, 2)), np.zeros((N - 1, 3))])
def test_a_score_of_other_labels_is_refused(y, student, rows):
    with pytest.raises(ValueError, match=r"predictions have shape \(60, 3\): a row has 3 labels"):
        student.score(rows, y)


def test_scikit_learn_takes_it_for_a_classifier_of_labels(student, rows):
    tags = get_tags(student)
    assert is_classifier(student)
    assert tags.classifier_tags.multi_label
    assert tags.target_tags.multi_output
    frozen = clone(FrozenEstimator(student))
    y = np.eye(3, dtype=int)[np.arange(N) % 3]
    assert 0 <= get_scorer("roc_auc")(frozen, rows, y) <= 1


def test_it_comes_back_from_a_pickle(student, rows):
    again = pickle.loads(pickle.dumps(student))
    np.testing.assert_array_equal(again.predict_proba(rows), student.predict_proba(rows))


def test_classes_are_not_its_outputs(student):
    with pytest.raises(ValueError, match="A MultilabelStudent has a ColumnReader and Labels"):
        MultilabelStudent(student.reader, student.layers, Classes(np.arange(3)))
