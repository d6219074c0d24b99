"""The plot shows the numbers of the search."""

from types import SimpleNamespace

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from skdistill.search import SearchDisplay

matplotlib.use("Agg")


def fitted(max_bytes=None):
    results = {
        "model": np.array(["student", "student", "student", "boosting"]),
        "params": [{"width": 8}, {"width": 4}, {"width": 8}, {"max_iter": 3}],
        "mean_test_n_bytes": np.array([80.0, 40.0, 80.0, 60.0]),
        "mean_test_score": np.array([-0.5, -0.9, -0.3, -0.35]),
    }
    front = [{"index": 1}, {"index": 3}, {"index": 2}]
    return SimpleNamespace(cv_results_=results, pareto_front_=front, max_bytes=max_bytes)


def test_the_front_and_the_last_round_of_every_model_are_drawn():
    display = SearchDisplay.from_estimator(fitted())
    np.testing.assert_array_equal(display.line_.get_xdata(), [40, 60, 80])
    np.testing.assert_array_equal(display.line_.get_ydata(), [-0.9, -0.35, -0.3])
    np.testing.assert_array_equal(display.students_.get_offsets(), [(40, -0.9), (80, -0.3)])
    np.testing.assert_array_equal(display.boosting_.get_offsets(), [(60, -0.35)])


def test_the_numbers_drawn_are_handed_back():
    frame = SearchDisplay.from_estimator(fitted()).frame()
    assert frame["model"].tolist() == ["student", "student", "boosting"]
    assert frame["n_bytes"].tolist() == [40, 80, 60]
    assert frame["score"].tolist() == [-0.9, -0.3, -0.35]
    assert frame["on_front"].all()


def test_it_draws_where_it_is_told_and_marks_the_budget():
    ax = Figure().subplots()
    display = SearchDisplay.from_estimator(fitted(max_bytes=70), ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["student", "boosting", "Pareto front", "max_bytes"]


def test_the_markers_may_look_otherwise():
    display = SearchDisplay.from_estimator(fitted()).plot(color="black")
    for markers in (display.students_, display.boosting_):
        assert markers.get_edgecolor().tolist() == [[0, 0, 0, 1]]
