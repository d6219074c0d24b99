"""Odd probabilities follow one rule, and columns are whose name they bear."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skdistill.exceptions import DistillationWarning
from skdistill.tasks._probabilities import by_name, positions, proper

CLASSES = np.array(["a", "b", "c"])
FAIR = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])


def with_row(*row):
    return np.array([FAIR[0], row])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_rounding_does_is_undone(dtype):
    rng = np.random.default_rng(0)
    proba = rng.dirichlet(np.ones(200), size=50).astype(dtype).astype(np.float64)
    np.testing.assert_allclose(proper(proba, "p").sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(proper(proba, "p"), proba, rtol=2e-3)


def test_what_needs_no_mending_is_taken_bit_by_bit():
    proba = np.random.default_rng(0).dirichlet(np.ones(7), size=50)
    np.testing.assert_array_equal(proper(proba, "p"), proba)


def test_a_hair_below_zero_is_zero():
    np.testing.assert_allclose(proper(with_row(-1e-17, 0.4, 0.6), "p")[1], [0, 0.4, 0.6])
    np.testing.assert_allclose(proper(with_row(-1e-9, 0, 1 + 1e-9), "p")[1], [0, 0, 1])


def test_a_row_of_zeros_is_uniform_and_said():
    with pytest.warns(DistillationWarning, match="Some rows of the answers are zero for every"):
        proba = proper(with_row(0, -1e-17, 0), "the answers")
    np.testing.assert_allclose(proba, [FAIR[0], [1 / 3] * 3])


@pytest.mark.parametrize(
    "row",
    [
        (np.nan, 0.5, 0.5),
        (np.inf, 0, 0),
        (-np.inf, 1, 0),
        (-0.01, 0.5, 0.51),
        (2, 0, 0),
        (0.5, 0.2, 0.2),
        (50, 30, 20),
        (1e-9, 0, 0),
    ],
)
def test_what_is_no_probability_raises_with_row_and_value(row):
    with pytest.raises(ValueError, match=rf"Row 1 of soft_targets is \[{row[0]!r}"):
        proper(np.array([FAIR[0], row], dtype=float), "soft_targets")


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_a_frames_columns_are_matched_by_name(frame):
    shuffled = frame({"c": FAIR[:, 2], "a": FAIR[:, 0], "b": FAIR[:, 1]})
    np.testing.assert_array_equal(by_name(shuffled, CLASSES, "p"), FAIR)
    texts = frame({"9": FAIR[:, 1], "-3": FAIR[:, 0]})
    np.testing.assert_array_equal(by_name(texts, np.array([-3, 9]), "p"), FAIR[:, :2])


def test_columns_without_names_are_in_order():
    for frame in (pd.DataFrame(FAIR), pl.DataFrame(FAIR, orient="row")):
        np.testing.assert_array_equal(by_name(frame, CLASSES, "p"), FAIR)


@pytest.mark.parametrize("names", [["a", "b", "d"], ["a", "b"], ["p_a", "p_b", "p_c"]])
def test_columns_of_other_names_are_refused(names):
    frame = pd.DataFrame(FAIR[:, : len(names)], columns=names)
    with pytest.raises(ValueError, match=r"the columns .*, but the classes are .* name each"):
        by_name(frame, CLASSES, "p")


def test_labels_are_found_by_value_or_else_by_text():
    assert positions([2, 0], [0, 1, 2]).tolist() == [2, 0]
    assert positions(["2", "0"], [0, 1, 2]).tolist() == [2, 0]
    assert positions(["False", "True"], [False, True]).tolist() == [0, 1]
    assert positions([3], [0, 1, 2]) is None


def test_many_classes_of_two_digits_each_are_rounded_probabilities():
    proba = np.random.default_rng(0).dirichlet(np.full(30, 0.3), 50).round(2)
    assert (np.abs(proba.sum(axis=1) - 1) > 0.01).any()
    np.testing.assert_allclose(proper(proba, "answers").sum(axis=1), 1)
