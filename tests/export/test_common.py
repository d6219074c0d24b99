"""What all exporters share."""

import re

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill import DistilledClassifier
from skdistill.exceptions import ExportError
from skdistill.export._common import LARGEST, check_parity, probe_rows, student_of

X, Y = load_iris(return_X_y=True)


@pytest.fixture(scope="module")
def clf():
    clf = DistilledClassifier(
        GaussianNB(), max_epochs=2, transfer=None, early_stopping=False, random_state=0
    )
    return clf.fit(X, Y)


def test_a_student_is_found_in_what_holds_one(clf):
    assert student_of(clf.student_) is student_of(clf) is clf.student_
    assert student_of(make_pipeline("passthrough", None, clf)) is clf.student_


def test_a_pipeline_that_does_more_is_refused(clf):
    pipeline = make_pipeline(StandardScaler(), clf)
    with pytest.raises(ValueError, match=r"steps \['standardscaler'\] come before the student"):
        student_of(pipeline)


@pytest.mark.parametrize("model", [GaussianNB(), DistilledClassifier(), "iris"])
def test_what_has_no_student_is_refused(model):
    with pytest.raises(TypeError, match=f"A {type(model).__name__} has no student"):
        student_of(model)


def test_probing_rows_are_hard(make_student):
    student = make_student("relu")
    rows = probe_rows(student, 200)
    assert rows.dtype == np.float32
    for j, levels in student.reader.levels.items():
        assert set(rows[:, j]) == set(range(len(levels) + 2))
    numbers = np.delete(rows, sorted(student.reader.levels), axis=1)
    assert np.isnan(numbers).any(axis=0).all()
    assert np.isin([0, np.float32(3e38), np.float32(-3e38)], numbers).all()
    assert not np.isinf(numbers).any()
    np.testing.assert_array_equal(rows, probe_rows(student, 200))


def test_probing_rows_of_a_sparse_student_have_few_numbers(make_student):
    rows = probe_rows(make_student("sparse"), 200)
    assert rows.shape == (200, 40)
    assert 0.05 < np.mean(rows != 0) < 0.15


def test_probing_rows_stay_finite_beside_the_largest_floats():
    huge = np.linspace(-1, 1, 60)[:, None] * LARGEST
    clf = DistilledClassifier(max_epochs=1, transfer=None, early_stopping=False, random_state=0)
    soft = np.tile([0.5, 0.5], (60, 1))
    student = clf.fit(huge, np.arange(60) % 2, soft_targets=soft).student_
    assert not np.isinf(probe_rows(student, 200)).any()


EXPECTED = np.array([[0.25, 0.75], [0.5, 0.5]])


def test_answers_within_the_tolerance_pass():
    check_parity(EXPECTED, EXPECTED + 9e-6, "It")
    check_parity(EXPECTED[:0], EXPECTED[:0], "It")


def test_answers_are_compared_by_their_spread():
    spread = np.array([1000.0, 1.0])
    check_parity(EXPECTED, EXPECTED + np.array([9e-3, 9e-6]), "It", spread)
    with pytest.raises(ExportError, match=r"they differ by 0\.009"):
        check_parity(EXPECTED, EXPECTED + np.array([0, 9e-3]), "It", spread)
    far = EXPECTED + 1e12
    check_parity(far, np.nextafter(far, np.inf), "It", 1e-3)


@pytest.mark.parametrize(
    ("got", "message"),
    [
        (EXPECTED + np.array([[0, 0], [2e-5, 0]]), "It answers a row with [0.50002 0.5"),
        (EXPECTED + np.array([[0, np.nan], [0.1, 0]]), "It answers a row with [0.25  nan]"),
        (EXPECTED[:, :1], "It gave answers of shape (2, 1), not (2, 2)"),
    ],
)
def test_other_answers_are_shown(got, message):
    with pytest.raises(ExportError, match=re.escape(message)):
        check_parity(EXPECTED, got, "It")
