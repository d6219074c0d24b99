"""The Pareto front, for models made by hand."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.metrics import log_loss

from skdistill.report import TradeoffDisplay, serialized_bytes
from skdistill.tasks import Multiclass


def test_the_front_is_what_no_other_model_beats_in_both():
    names, costs = ["a", "b", "c", "d", "e"], [1, 2, 3, 3, np.nan]
    display = TradeoffDisplay(names, costs, [0.5, 0.6, 0.2, 0.2, 0.1], loss_name="log_loss").plot()
    frame = display.frame()
    assert frame.loc[frame["on_front"], "model"].tolist() == ["a", "c", "d"]
    drawn = [(line.get_label(), *line.get_xdata(), *line.get_ydata()) for line in display.lines_]
    known = frame[frame["bytes"].notna()]
    assert drawn == list(zip(known["model"], known["bytes"], known["log_loss"], strict=True))
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
        "log_loss_low": [pytest.approx(np.log(2))],
        "log_loss_high": [pytest.approx(np.log(2))],
        "on_front": [True],
    }
    assert display.ax_.get_xlabel() == "time for one row"
    assert display.ax_.get_ylabel() == "log loss"


def test_an_unknown_cost_is_refused(case):
    with pytest.raises(
        ValueError, match=r"cost_name='joule' is not known\. Use one of bytes, lat"
    ):
        TradeoffDisplay.from_estimator(case.clf, case.X, case.y, cost_name="joule")


@pytest.mark.parametrize("size", [(6.4, 4.8), (4.4, 3.3)])
@pytest.mark.parametrize("seed", range(4))
def test_names_collide_with_nothing_wherever_the_models_are(seed, size):
    rng = np.random.default_rng(seed)
    names = ["calibrated teacher", "hard-label twin", "small boosting", "student", "own", "other"]
    cost = 10_000 * np.exp(rng.exponential(2 * (seed % 2), len(names)))
    loss = 0.5 + rng.normal(0, 0.1 * (seed // 2), len(names))
    display = TradeoffDisplay(
        names, cost, loss, loss_low=loss - 0.1, loss_high=loss + 0.2, loss_name="log_loss"
    )
    figure = Figure(figsize=size, layout="constrained")
    display.plot(figure.subplots())
    figure.draw_without_rendering()
    axis = display.ax_.get_xaxis()
    texts = [*display.ax_.get_legend().get_texts(), axis.label]
    boxes = [text.get_window_extent() for text in (*texts, *axis.get_ticklabels())]
    named = boxes[: len(names)]
    assert not any(a.overlaps(b) for a in named for b in boxes if a is not b)
    assert not any(box.overlaps(display.ax_.get_window_extent()) for box in named)
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in named)
    assert all(box.y0 >= 0 for box in named)


def test_losses_have_their_intervals(case):
    frame = TradeoffDisplay.from_estimator(case.clf, case.X, case.y).frame()
    student = frame.set_index("model").loc["student"]
    found = case.report.models["student"].loss
    assert student["log_loss_low"] == pytest.approx(found.low, rel=0.02)
    assert student["log_loss_high"] == pytest.approx(found.high, rel=0.02)


@pytest.mark.parametrize("highest", [30_000.0, 150_000.0, 1e6, 3e7, 2e12])
def test_marks_of_the_cost_stand_apart_and_say_their_unit(highest):
    figure = Figure(figsize=(4.4, 3.3), layout="constrained")  # as in a report
    display = TradeoffDisplay(["a", "b"], [20_000.0, highest], [0.5, 0.1], loss_name="log_loss")
    display.plot(figure.subplots())
    figure.draw_without_rendering()
    labels = display.ax_.get_xticklabels() + display.ax_.get_xticklabels(minor=True)
    low, high = display.ax_.get_xlim()
    shown = [t for t in labels if t.get_text() and low <= t.get_position()[0] <= high]
    assert len(shown) >= 2
    assert all(text.get_text().endswith("B") for text in shown)
    boxes = [text.get_window_extent() for text in shown]
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
