"""A student of numbers alone: predictions, scores, and what tools see of it."""

import pickle
from copy import copy, deepcopy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_regressor
from sklearn.ensemble import VotingRegressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression
from sklearn.metrics import get_scorer, r2_score
from sklearn.utils import get_tags

from skdistill import RegressorStudent, Student, load
from skdistill.exceptions import DistillationWarning
from skdistill.layers import Affine, Classes, Exponential, Numbers

SHAPES = {
    "mlp": {"hidden": (16,)},
    "tabm": {"hidden": (16,), "n_members": 3},
    "periodic": {"hidden": (8,), "n_waves": 2},
}


@pytest.fixture(params=SHAPES)
def shape(request):
    return SHAPES[request.param]


@pytest.fixture
def student(random_students):
    return random_students.regressor(hidden=(16,), scale=3.0, center=2.0)


@pytest.fixture
def two(random_students):
    return random_students.regressor(n_outputs=2, hidden=(16,), n_members=3, scale=3.0)


def rows_and_y(students, student, n=200):
    """Return rows, and numbers near those that the student says."""
    X = students.rows(student, n)
    answers = student.predict(X)
    return X, answers + np.random.default_rng(0).normal(0, 0.3, answers.shape)


@pytest.mark.parametrize(("n_outputs", "flat"), [(1, True), (1, False), (3, False)])
def test_predictions_have_the_dimensions_that_y_had(n_outputs, flat, shape, random_students):
    student = random_students.regressor(n_outputs=n_outputs, **shape)
    student = replace(student, outputs=Numbers(n_outputs, flat))
    predicted = student.predict(random_students.rows(student, 7))
    assert predicted.shape == ((7,) if flat else (7, n_outputs))
    assert predicted.dtype == np.float64
    assert student.predict(random_students.rows(student, 0)).shape == (0, *predicted.shape[1:])


@pytest.mark.parametrize("head", [Affine, Exponential])
def test_numbers_beside_a_milliard_keep_their_digits(head, shape, random_students, tmp_path):
    far = {"scale": 0.4, "center": 1e9} if head is Affine else {"scale": 4e-10}
    center = far.get("center", np.log(1e9))
    student = random_students.regressor(head=head, **{**far, "center": center}, **shape)
    rows = random_students.rows(student, 300)
    predicted = student.predict(rows)
    exact = student._forward(rows)[:, 0]
    assert np.unique(predicted).size > 100  # float32 has one number there, in 64
    assert np.abs(predicted - 1e9).max() < 5
    assert np.abs(predicted - exact).max() < 1e-5
    student.save(tmp_path / "s")
    np.testing.assert_array_equal(load(tmp_path / "s").predict(rows), predicted)


def test_a_row_is_answered_alike_alone_and_in_any_batch(shape, random_students):
    student = random_students.regressor(n_outputs=2, head=Exponential, **shape)
    rows = random_students.rows(student, 50)
    alone = np.concatenate([student.predict(row[None]) for row in rows])
    np.testing.assert_array_equal(student.predict(np.tile(rows, (200, 1)))[:50], alone)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", ["student", "two"])
def test_a_score_is_scikit_learns(kind, weighted, request, random_students):
    student = request.getfixturevalue(kind)
    X, y = rows_and_y(random_students, student)
    weight = np.random.default_rng(1).random(len(y)) if weighted else None
    expected = r2_score(y, student.predict(X), sample_weight=weight)
    assert 0 < expected < 1
    assert student.score(X, y, sample_weight=weight) == pytest.approx(expected, abs=1e-12)
    assert get_scorer("r2")(student, X, y) == pytest.approx(student.score(X, y), abs=1e-12)


def test_a_score_takes_a_column_a_list_and_a_frame(student, random_students):
    X, y = rows_and_y(random_students, student)
    expected = student.score(X, y)
    for same in (y[:, None], y.tolist(), pd.Series(y), pd.DataFrame({"y": y})):
        assert student.score(X, same) == expected


def test_a_constant_y_scores_as_scikit_learn_has_it(student, random_students):
    X = np.tile(random_students.rows(student, 1), (5, 1))
    met = student.predict(X)
    assert student.score(X, met) == r2_score(met, met) == 1
    assert student.score(X, met + 1) == r2_score(met + 1, met) == 0


@pytest.mark.parametrize("n", [0, 1])
def test_a_score_of_fewer_than_two_rows_is_no_number_and_says_so(n, student, random_students):
    X, y = rows_and_y(random_students, student, n=2)
    with pytest.warns(DistillationWarning, match=f"R² of {n} rows is not defined"):
        assert np.isnan(student.score(X[:n], y[:n]))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda y: None, r"y contains NaN or infinity"),
        (lambda y: 3.0, r"y has shape \(\), but predictions have shape \(200, 1\)"),
        (lambda y: y[:-1], r"y has shape \(199, 1\), but predictions have shape \(200, 1\)"),
        (lambda y: np.stack([y, y], axis=1), r"y has shape \(200, 2\).* a row has 1 number"),
        (lambda y: np.where(y > y.mean(), np.nan, y), "y contains NaN or infinity"),
        (lambda y: np.where(y > y.mean(), np.inf, y), "y contains NaN or infinity"),
        (lambda y: ["much"] * len(y), "y holds what is no number"),
        (lambda y: [{}] * len(y), "y holds what is no number"),
    ],
)
def test_a_score_of_what_are_no_such_numbers_is_refused(spoil, message, student, random_students):
    X, y = rows_and_y(random_students, student)
    with pytest.raises(ValueError, match=message):
        student.score(X, spoil(y))


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0], r"sample_weight has shape \(1,\), X 200 rows"),
        (1.0, r"sample_weight has shape \(\), X 200 rows"),
        (np.ones((200, 1)), r"sample_weight has shape \(200, 1\), X 200 rows"),
        (np.full(200, np.nan), "sample_weight contains NaN or infinity"),
        (["a"] * 200, "sample_weight holds what is no number"),
    ],
    ids=str,
)
def test_weights_that_are_none_are_refused(weight, message, student, random_students):
    X, y = rows_and_y(random_students, student)
    with pytest.raises(ValueError, match=message):
        student.score(X, y, sample_weight=weight)


def test_it_is_a_regressor_to_scikit_learn(student, two, random_students):
    assert is_regressor(student)
    for each, many in ((student, False), (two, True)):
        tags = get_tags(each)
        assert tags.regressor_tags is not None
        assert (tags.target_tags.multi_output, tags.target_tags.single_output) == (many, not many)
    assert clone(student) is student
    X, y = np.nan_to_num(random_students.rows(student, 60)).clip(-9, 9), np.arange(60.0)
    vote = VotingRegressor([("s", FrozenEstimator(student)), ("l", LinearRegression())])
    assert vote.fit(X, y).predict(X).shape == (60,)


@pytest.mark.parametrize(
    "again", [copy, deepcopy, replace, lambda s: pickle.loads(pickle.dumps(s))], ids=str
)
def test_a_copy_answers_alike(again, two, random_students):
    other, rows = again(two), random_students.rows(two, 9)
    assert type(other) is RegressorStudent
    assert isinstance(other, Student)
    np.testing.assert_array_equal(other.predict(rows), two.predict(rows))


def test_a_shrunk_student_averages_the_first_members(two, random_students):
    rows, small = random_students.rows(two, 9), two.shrink(1)
    assert "1 x " in repr(small)
    assert not np.allclose(small.predict(rows), two.predict(rows))
    np.testing.assert_array_equal(two.shrink(3).predict(rows), two.predict(rows))


def test_it_says_what_it_is(student, two):
    assert repr(student).startswith("RegressorStudent(5 columns, ")
    assert "→1, 1 number, " in repr(student)
    assert "→2, 2 numbers, " in repr(two)
    assert "<p>2 numbers</p>" in two._repr_html_()


def test_other_outputs_and_arrays_set_anew_are_refused(student):
    with pytest.raises(ValueError, match="has a ColumnReader and Numbers"):
        replace(student, outputs=Classes(np.arange(2)))
    with pytest.raises(ValueError, match="read-only"):
        student.layers[-1].center[:] = 0
