"""Displays of numbers draw the numbers of `frame`."""

import numpy as np
import pytest

from skdistill.report import AgreementDisplay, PredictionDisplay, ResidualDisplay
from skdistill.report._number_displays import MOST_POINTS, panels_of_numbers

TRUE, PREDICTED = np.array([[1.0, 10], [2, 20], [4, 40]]), np.array([[1.5, 11], [2, 22], [3, 33]])


@pytest.mark.parametrize("output", [0, 1])
def test_a_residual_is_true_minus_predicted(output):
    display = ResidualDisplay.from_predictions(TRUE, PREDICTED, output=output, name="net")
    frame = display.frame()
    assert frame["predicted"].tolist() == PREDICTED[:, output].tolist()
    assert frame["residual"].tolist() == (TRUE - PREDICTED)[:, output].tolist()
    np.testing.assert_array_equal(display.line_.get_xdata(), frame["predicted"])
    np.testing.assert_array_equal(display.line_.get_ydata(), frame["residual"])
    assert display.ax_.get_legend() is not None


def test_predictions_of_an_estimator_are_drawn_against_what_is_true(numbers):
    display = PredictionDisplay.from_estimator(numbers.reg, numbers.X, numbers.y)
    frame = display.frame()
    assert frame["true"].tolist() == numbers.y.tolist()
    assert frame["predicted"].tolist() == numbers.reg.predict(numbers.X).tolist()
    np.testing.assert_array_equal(display.line_.get_xdata(), frame["true"])
    assert display.line_.get_label() == "DistilledRegressor"
    plain = PredictionDisplay(numbers.y, numbers.y).plot(color="red", alpha=1)
    assert plain.line_.get_color() == "red"
    assert plain.ax_.get_legend() is None


def test_a_report_draws_some_rows_from_the_lowest_to_the_highest():
    labels = np.arange(2.0 * MOST_POINTS)[:, None]
    answers = {"teacher": labels, "hard-label twin": labels, "student": labels + 1}
    shown = {"teacher": "C0", "hard-label twin": "C1", "student": "C2"}
    panels = panels_of_numbers(labels, answers, shown, "teacher")
    assert [title for title, _ in panels] == ["Predicted against true", "Residuals"]
    for _, drawn in panels:
        assert [display.name for display, _ in drawn] == ["teacher", "student"]
        for display, _ in drawn:
            assert len(display.true) == MOST_POINTS
            assert (display.true.min(), display.true.max()) == (0, 2 * MOST_POINTS - 1)


def test_several_outputs_are_drawn_apart():
    panels = panels_of_numbers(TRUE, {"student": PREDICTED}, {"student": "C0"}, "teacher")
    titles = [title for title, _ in panels]
    assert titles[:2] == ["Predicted against true, output 0", "Residuals, output 0"]
    assert len(titles) == 4


def test_agreement_is_of_classes(numbers):
    with pytest.raises(TypeError, match=r"this DistilledRegressor has none\. Use Pred"):
        AgreementDisplay.from_estimator(numbers.reg, numbers.X)
