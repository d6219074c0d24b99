"""Displays of classes draw the numbers of `frame`, which are those computed by hand."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from skdistill.report import AgreementDisplay, ReliabilityDisplay, expected_calibration_error


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    proba, other = rng.dirichlet(np.ones(3), size=(2, 300))
    return np.array(["a", "b", "c"])[rng.integers(0, 3, 300)], proba, other


def drawn(display, x, y):
    frame = display.frame()
    np.testing.assert_array_equal(display.line_.get_xdata(), frame[x])
    np.testing.assert_array_equal(display.line_.get_ydata(), frame[y])
    assert display.ax_.figure is display.figure_
    return frame


def test_reliability_is_accuracy_by_confidence(rows):
    y, proba, _ = rows
    display = ReliabilityDisplay.from_predictions(y, proba, classes=["a", "b", "c"], n_bins=5)
    frame = drawn(display, "confidence", "accuracy")
    order = np.argsort(proba.max(axis=1), kind="stable")
    predicted = np.array(["a", "b", "c"])[proba.argmax(axis=1)]
    assert frame["n_rows"].tolist() == [60] * 5
    assert frame["accuracy"][1] == accuracy_score(y[order[60:120]], predicted[order[60:120]])
    gaps = (frame["confidence"] - frame["accuracy"]).abs()
    error = expected_calibration_error(y, proba, classes=["a", "b", "c"], n_bins=5)
    assert np.average(gaps, weights=frame["n_rows"]) == pytest.approx(error)


def test_reliability_of_an_estimator_is_that_of_its_answers(case):
    by_estimator = ReliabilityDisplay.from_estimator(case.clf, case.X, case.y)
    proba = case.clf.predict_proba(case.X)
    by_answers = ReliabilityDisplay.from_predictions(case.y, proba, classes=["no", "yes"])
    assert by_estimator.frame().equals(by_answers.frame())
    assert by_estimator.line_.get_label() == "DistilledClassifier"


def test_agreement_is_the_share_of_equal_classes_by_the_teachers_confidence(rows):
    _, teacher, student = rows
    display = AgreementDisplay.from_predictions(teacher, student, n_bins=3, name="student")
    frame = drawn(display, "confidence", "agreement")
    order = np.argsort(teacher.max(axis=1), kind="stable")
    first = order[:100]
    assert frame["confidence"][0] == pytest.approx(teacher.max(axis=1)[first].mean())
    expected = accuracy_score(teacher.argmax(axis=1)[first], student.argmax(axis=1)[first])
    assert frame["agreement"][0] == expected
    assert display.ax_.get_legend() is not None


def test_agreement_of_an_estimator_has_the_share_of_the_report(case):
    frame = AgreementDisplay.from_estimator(case.clf, case.X).frame()
    share = np.average(frame["agreement"], weights=frame["n_rows"])
    assert share == pytest.approx(case.report.models["student"].quality["agreement"])


def test_shares_have_intervals_that_are_wide_where_rows_are_few():
    display = ReliabilityDisplay(np.array([0.8, 0.9]), np.array([0.5, 1.0]), np.array([10, 1000]))
    frame = display.frame()
    # Wilson's, by statsmodels.stats.proportion.proportion_confint(5, 10, method="wilson")
    assert frame["accuracy_low"][0] == pytest.approx(0.2366, abs=1e-3)
    assert frame["accuracy_high"][0] == pytest.approx(0.7634, abs=1e-3)
    assert frame["accuracy_low"][1] > 0.99
    bars = display.plot().ax_.collections[0].get_segments()
    np.testing.assert_allclose([bar[0, 1] for bar in bars], frame["accuracy_low"])


def test_equal_confidences_are_in_one_bin_whatever_the_order_of_rows():
    proba = np.repeat([[0.6, 0.4], [0.7, 0.3], [0.9, 0.1]], [50, 5, 45], axis=0)
    y = np.r_[np.zeros(25), np.ones(25), np.zeros(50)].astype(int)
    for order in (np.arange(100), np.random.default_rng(0).permutation(100)):
        display = ReliabilityDisplay.from_predictions(
            y[order], proba[order], classes=[0, 1], n_bins=10
        )
        frame = display.frame()
        assert frame["n_rows"].tolist() == [50, 5, 45]
        np.testing.assert_allclose(frame["accuracy"], [0.5, 1, 1])


def test_two_displays_share_axes(rows):
    y, proba, other = rows
    first = ReliabilityDisplay.from_predictions(y, proba, classes=["a", "b", "c"])
    second = ReliabilityDisplay.from_predictions(y, other, classes=["a", "b", "c"], ax=first.ax_)
    assert second.ax_ is first.ax_
    assert second.plot(color="red").line_.get_color() == "red"
    assert second.ax_ is not first.ax_


def test_no_point_is_cut_off_where_displays_share_axes():
    display = AgreementDisplay(np.array([0.5, 0.9]), np.array([0.8, 1.0]), np.array([9, 9]))
    ax = display.plot().ax_
    AgreementDisplay(np.array([0.5, 0.9]), np.array([0.1, 0.9]), np.array([9, 9])).plot(ax)
    low, high = ax.get_ylim()
    assert low < 0.1
    assert high > 1


def test_reliability_shows_the_confidences_there_are():
    display = ReliabilityDisplay(np.array([0.8, 0.99]), np.array([0.7, 1.0]), np.array([9, 9]))
    assert display.plot().ax_.get_xlim()[0] > 0.7
