"""What a task of classes says to reports: its measures, its labels, its parts."""

import numpy as np
import pytest

from skdistill.tasks import Multiclass

TASK = Multiclass(np.array(["a", "b", "c"]))
PROBA = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])


def test_the_measure_that_decides_is_the_log_loss_row_by_row():
    losses = TASK.answer_losses(np.array([0, 1]), PROBA)
    np.testing.assert_allclose(losses, -np.log([0.7, 0.3]))
    assert [each.name for each in TASK.measures if each.name == TASK.loss] == ["log_loss"]


def test_names_of_measures_are_those_of_frames_and_files():
    names = [each.name for each in TASK.measures]
    assert names == [
        *("accuracy", "balanced_accuracy", "log_loss", "brier", "ece", "auc", "agreement", "kl")
    ]
    brief = [each.name for each in TASK.measures if each.brief]
    assert brief == ["accuracy", "log_loss", "ece", "agreement"]


def test_labels_are_read_and_answers_decided_in_the_order_of_the_classes():
    assert TASK.labels_of(["c", "a"], "y").tolist() == [2, 0]
    assert TASK.decide(PROBA).tolist() == ["a", "c"]
    with pytest.raises(ValueError, match="y_test has the label 'd' in row 1"):
        TASK.labels_of(["c", "d"], "y_test")


class Odd:
    """A classifier whose classes are in an order of its own."""

    classes_ = np.array(["b", "c", "a"])

    def predict_proba(self, X):
        return np.tile([0.5, 0.2, 0.3], (len(X), 1))


def test_answers_are_probabilities_in_the_order_of_the_classes():
    assert TASK.answers(Odd(), [[0.5]]).tolist() == [[0.3, 0.5, 0.2]]


def test_every_class_is_a_part_even_without_rows():
    parts = TASK.parts(np.array([0, 2, 0]))
    assert {part: rows.tolist() for part, rows in parts.items()} == {
        "a": [True, False, True],
        "b": [False, False, False],
        "c": [False, True, False],
    }


def test_labels_that_a_task_was_learned_from_have_all_its_classes_and_no_other():
    TASK.check_learned(["b", "a", "c"], "y_train")
    for y in (["a", "b"], ["a", "b", "c", "d"]):
        with pytest.raises(ValueError, match=r"y_train has the classes .*, the classifier \['a'"):
            TASK.check_learned(y, "y_train")
