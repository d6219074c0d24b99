"""The Pareto front, for models made by hand."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import log_loss

from skdistill.report import TradeoffDisplay, serialized_bytes
from skdistill.tasks import Multiclass


def test_the_front_is_what_no_other_model_beats_in_both():
    names, costs = ["a", "b", "c", "d", "e"], [1, 2, 3, 3, np.nan]
    display = TradeoffDisplay(names, costs, [0.5, 0.6, 0.2, 0.2, 0.1], loss_name="log_loss").plot()
    frame = display.frame()
    assert frame.loc[frame["on_front"], "model"].tolist() == ["a", "c", "d"]
    np.testing.assert_array_equal(display.line_.get_xdata(), frame["bytes"])
    np.testing.assert_array_equal(display.line_.get_ydata(), frame["log_loss"])
    assert display.front_line_.get_xdata().tolist() == [1, 3, 3]


def test_quality_is_the_log_loss_of_scikit_learn(case):
    display = TradeoffDisplay.from_estimator(case.clf, case.X, case.y)
    student = display.frame().set_index("model").loc["student"]
    assert student["bytes"] == serialized_bytes(case.clf.student_)
    assert student["log_loss"] == pytest.approx(log_loss(case.y, case.clf.predict_proba(case.X)))


def test_latency_is_a_cost_too():
    proba, task = np.full((4, 2), 0.5), Multiclass(np.array([0, 1]))
    display = TradeoffDisplay.from_predictions(
        [0, 1, 0, 1], {"m": proba}, {"m": 1e-3}, task=task, cost_name="latency"
    )
    assert display.frame().to_dict("list") == {
        "model": ["m"],
        "latency": [1e-3],
        "log_loss": [pytest.approx(np.log(2))],
        "on_front": [True],
    }
    assert display.ax_.get_xlabel() == "time for one row"
    assert display.ax_.get_ylabel() == "log loss"


def test_an_unknown_cost_is_refused(case):
    with pytest.raises(
        ValueError, match=r"cost_name='joule' is not known\. Use one of bytes, lat"
    ):
        TradeoffDisplay.from_estimator(case.clf, case.X, case.y, cost_name="joule")


def test_names_of_models_alike_stand_apart():
    display = TradeoffDisplay(
        ["a", "b", "c"], [1.0, 1.1, 900.0], [0.5, 0.5001, 0.1], loss_name="log_loss"
    ).plot()
    display.figure_.canvas.draw()
    boxes = [text.get_window_extent() for text in display.ax_.texts]
    assert len(boxes) == 3
    assert not any(a.overlaps(b) for a, b in [boxes[:2], boxes[1:], boxes[::2]])


@pytest.mark.parametrize("highest", [30_000.0, 3e7])
def test_marks_of_the_cost_stand_apart_and_say_their_unit(highest):
    display = TradeoffDisplay(
        ["a", "b"], [20_000.0, highest], [0.5, 0.1], loss_name="log_loss"
    ).plot()
    display.figure_.canvas.draw()
    labels = display.ax_.get_xticklabels() + display.ax_.get_xticklabels(minor=True)
    low, high = display.ax_.get_xlim()
    shown = [t for t in labels if t.get_text() and low <= t.get_position()[0] <= high]
    assert "kB" in shown[0].get_text()
    boxes = [text.get_window_extent() for text in shown]
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
