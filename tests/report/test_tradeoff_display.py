"""The Pareto front, for models made by hand."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from skdistill.report import TradeoffDisplay, serialized_bytes


def test_the_front_is_what_no_other_model_beats_in_both():
    names, costs = ["a", "b", "c", "d", "e"], [1, 2, 3, 3, np.nan]
    display = TradeoffDisplay(names, costs, [0.5, 0.6, 0.2, 0.2, 0.1]).plot()
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
    proba = np.full((4, 2), 0.5)
    display = TradeoffDisplay.from_predictions(
        [0, 1, 0, 1], {"m": proba}, {"m": 1e-3}, classes=[0, 1], cost_name="latency"
    )
    assert display.frame().to_dict("list") == {
        "model": ["m"],
        "latency": [1e-3],
        "log_loss": [pytest.approx(np.log(2))],
        "on_front": [True],
    }
    assert display.ax_.get_xlabel() == "seconds for one row"


def test_an_unknown_cost_is_refused(case):
    with pytest.raises(
        ValueError, match=r"cost_name='joule' is not known\. Use one of bytes, lat"
    ):
        TradeoffDisplay.from_estimator(case.clf, case.X, case.y, cost_name="joule")
