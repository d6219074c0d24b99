"""What a target is taken for, by its labels."""

import numpy as np
import pytest

from skdistill.cli._console import InputError
from skdistill.cli._targets import as_classes, what_is


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (["yes", "no"], "classes"),
        ([True, False], "classes"),
        ([0, 1], "classes"),
        (range(1, 11), "classes"),
        (range(20), "classes"),
        ([1.0, 2.0], "classes"),
        (np.array(["a", "b"], dtype=object), "classes"),
        ([f"text {i}" for i in range(50)], "classes"),
        (range(21), "numbers"),
        (np.arange(21, dtype="uint8"), "numbers"),
        (np.arange(21.0), "numbers"),
        ([0.5, 1.0], "numbers"),
    ],
)
def test_many_or_broken_numbers_are_numbers_and_all_else_is_classes(y, task):
    assert what_is(np.array(y)) == task


@pytest.mark.parametrize(
    ("y", "task", "message"),
    [
        ([0, 1], "numbers", "--task numbers: there is no student of numbers yet. Pass --task cl"),
        (range(30), "auto", "has 30 different numbers, and there is no .* Pass --task classes"),
    ],
)
def test_numbers_are_refused_with_the_way_to_take_them_for_classes(y, task, message):
    with pytest.raises(InputError, match=message):
        as_classes(np.array(y), task)


def test_what_a_target_was_taken_for_is_said(capsys):
    assert as_classes(np.array([3, 4, 4]), "auto").tolist() == [3, 4, 4]
    assert "taken for 2 classes; --task says otherwise" in capsys.readouterr().err


def test_broken_numbers_become_text_where_they_are_classes(capsys):
    assert as_classes(np.array([0.5, 1.0]), "classes").tolist() == ["0.5", "1.0"]
    assert as_classes(np.arange(30.0), "classes").dtype == float
    assert capsys.readouterr().err == ""
