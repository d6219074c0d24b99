"""Displays of a fit draw `history_` and the trials of the race."""

from itertools import combinations

import numpy as np
import pytest

from skdistill.report import TrainingDisplay, TransferDisplay
from skdistill.report._panels import Panel, draw_figure


def assert_apart(texts):
    boxes = [text.get_window_extent() for text in texts]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_training_draws_both_losses_and_the_chosen_epoch():
    history = [
        {
            "epoch": epoch,
            "train_loss": 9 / epoch,
            "seen_loss": 1 / epoch,
            "valid_loss": abs(epoch - 3) + 1.0,
        }
        for epoch in range(1, 6)
    ]
    display = TrainingDisplay(history, chosen=4, loss_name="log_loss").plot()
    frame = display.frame()
    np.testing.assert_array_equal(display.line_.get_ydata(), frame["valid_loss"])
    np.testing.assert_array_equal(display.train_line_.get_ydata(), frame["seen_loss"])
    assert display.ax_.get_ylabel() == "log loss"
    assert frame["valid_loss"].tolist() == [3, 2, 1, 2, 3]
    assert frame.loc[frame["chosen"], "epoch"].tolist() == [4]
    assert display.chosen_line_.get_xdata() == [4, 4]


def test_without_held_out_rows_training_losses_are_drawn_alone():
    history = [{"epoch": epoch, "train_loss": 1 / epoch} for epoch in range(1, 4)]
    display = TrainingDisplay(history, chosen=3).plot()
    assert display.line_ is display.train_line_
    assert "valid_loss" not in display.frame()


def test_a_loss_of_another_kind_is_not_drawn_beside_the_held_out_one():
    history = [{"epoch": 1, "train_loss": 9.0, "valid_loss": 1.0}]
    display = TrainingDisplay(history, chosen=1).plot()
    assert display.train_line_ is None
    assert display.line_.get_ydata() == [1.0]


def test_training_of_an_estimator_is_its_history(case):
    frame = TrainingDisplay.from_estimator(case.clf).frame()
    history = case.clf.history_
    assert frame["valid_loss"].tolist() == [row["valid_loss"] for row in history]
    assert frame["seen_loss"].tolist() == [row["seen_loss"] for row in history]
    assert frame.loc[frame["chosen"], "epoch"].tolist() == [case.clf.n_iter_]


TRIAL = {"stage": "race", "n_synthetic": 2400, "source": "munge", "alpha": 0.5, "real_weight": 4}
TRIALS = [
    {**TRIAL, "log_loss": 0.3, "chosen": False},
    {**TRIAL, "log_loss": 0.2, "chosen": True, "source": None, "n_synthetic": 0, "real_weight": 1},
]


def test_transfer_draws_every_trial_and_rings_the_chosen_one():
    display = TransferDisplay(TRIALS, loss_name="log_loss").plot()
    frame = display.frame()
    np.testing.assert_array_equal(display.line_.get_xdata(), frame["log_loss"])
    assert frame["log_loss"].tolist() == [0.3, 0.2]
    assert display.chosen_line_.get_xdata().tolist() == [0.2]
    assert display.ax_.get_xlabel() == "held-out log loss"
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == frame["label"].tolist()
    assert labels == ["race: munge 2.4k, \u03b1 0.5, real x4", "race: real rows, \u03b1 0.5"]


def test_transfer_of_an_estimator_is_its_race(case):
    frame = TransferDisplay.from_estimator(case.clf).frame()
    trials = case.clf.transfer_summary_["trials"]
    assert frame["log_loss"].tolist() == [trial["log_loss"] for trial in trials]
    assert frame["stage"].tolist() == [trial["stage"] for trial in trials]


def test_labels_of_many_trials_stand_apart():
    display = TransferDisplay(TRIALS * 30, loss_name="log_loss").plot()
    display.figure_.canvas.draw()
    assert_apart(display.ax_.get_yticklabels())


def test_labels_of_many_trials_stand_apart_in_a_report(case):
    race = TransferDisplay(TRIALS * 20, loss_name="log_loss")
    few = case.report.panels[0]
    figure = draw_figure((few, few, Panel("Race", ((race, {}),))))
    figure.canvas.draw()
    assert_apart(figure.axes[2].get_yticklabels())


def test_without_a_race_there_is_nothing_to_draw():
    with pytest.raises(ValueError, match=r'no race to draw\. A fit with transfer="auto"'):
        TransferDisplay([], loss_name="log_loss")
