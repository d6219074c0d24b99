"""What a target is taken for, by its labels."""

import numpy as np
import pytest

from skdistill.cli._console import InputError
from skdistill.cli._targets import as_numbers, decide, what_is


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


def test_the_user_decides_whatever_the_target_looks_like(capsys):
    task, y = decide(np.array([0, 1]), "numbers")
    assert (task, y.dtype) == ("numbers", np.float64)
    assert decide(np.arange(30), "classes")[0] == "classes"
    assert capsys.readouterr().err == ""


def test_cells_spell_numbers():
    assert as_numbers(["1", 2.5, "3e1"]).tolist() == [1, 2.5, 30]


def test_text_is_refused_as_numbers():
    with pytest.raises(InputError, match=r"'a' is no number\. Pass --task classes"):
        decide(np.array(["a", "b"]), "numbers")


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ([3, 4, 4], "taken for 2 classes; --task numbers says otherwise"),
        ([0.5, 4, 4], "taken for numbers: 2 different ones; --task classes says otherwise"),
    ],
)
def test_what_a_target_was_taken_for_is_said(y, said, capsys):
    assert decide(np.array(y), "auto")[1].tolist() == y
    assert said in capsys.readouterr().err


def test_broken_numbers_become_text_where_they_are_classes():
    assert decide(np.array([0.5, 1.0]), "classes")[1].tolist() == ["0.5", "1.0"]
    assert decide(np.arange(30.0), "classes")[1].dtype == float
