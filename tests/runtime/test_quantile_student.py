"""A student of quantiles: what it predicts, and what tools see of it."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import is_regressor
from sklearn.metrics import r2_score

from skdistill import QuantileStudent, load
from skdistill.layers import Affine, Ascending, Numbers, Quantiles

LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95, 0.99])


@pytest.fixture
def student(random_students):
    made = random_students.regressor(n_outputs=6, head=Ascending, hidden=(16,), scale=3.0)
    return replace(made, outputs=Quantiles(LEVELS))


@pytest.fixture
def X(random_students, student):
    return random_students.rows(student, 200)


def test_the_median_is_predicted_and_all_quantiles_beside_it(student, X):
    quantiles = student.predict_quantiles(X)
    assert quantiles.shape == (200, 6)
    assert (np.diff(quantiles, axis=1) >= 0).all()
    np.testing.assert_array_equal(student.predict(X), quantiles[:, 2])


@pytest.mark.parametrize(("coverage", "ends"), [(0.9, [0, 4]), (0.5, [1, 3])])
def test_an_interval_goes_from_one_level_to_its_opposite(coverage, ends, student, X):
    expected = student.predict_quantiles(X)[:, ends]
    np.testing.assert_array_equal(student.predict_interval(X, coverage), expected)


@pytest.mark.parametrize("coverage", [0.8, 0.94, 0.98, 0.0])
def test_a_coverage_that_lacks_a_level_is_refused_and_the_others_are_named(coverage, student, X):
    with pytest.raises(
        ValueError, match=r"needs the levels .* Coverages that it has: 0\.9, 0\.5\."
    ):
        student.predict_interval(X, coverage)


def test_a_student_of_the_median_alone_has_no_coverage(random_students):
    student = random_students.regressor(n_outputs=1, head=Ascending)
    with pytest.raises(ValueError, match="Coverages that it has: none"):
        student.predict_interval(random_students.rows(student, 2), 0.9)


def test_a_score_is_the_r2_of_the_median(student, X):
    y = student.predict(X) + np.random.default_rng(0).normal(size=200)
    assert student.score(X, y) == pytest.approx(r2_score(y, student.predict(X)))
    assert is_regressor(student)


def test_a_file_brings_the_student_back(student, X, tmp_path):
    student.save(tmp_path / "s")
    other = load(tmp_path / "s")
    assert type(other) is QuantileStudent
    np.testing.assert_array_equal(other.outputs.levels, LEVELS)
    np.testing.assert_array_equal(other.predict_quantiles(X), student.predict_quantiles(X))
    assert repr(other).startswith("QuantileStudent(5 columns, ")
    assert ", 6 quantiles, " in repr(other)


def test_parts_of_other_students_are_refused(student):
    with pytest.raises(ValueError, match="has a ColumnReader and Quantiles"):
        replace(student, outputs=Numbers(6, False))
    affine = Affine(np.ones(6), np.zeros(6))
    with pytest.raises(ValueError, match="Ascending must be the last layer"):
        replace(student, layers=(*student.layers[:-1], affine))
