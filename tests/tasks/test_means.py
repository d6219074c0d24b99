"""The task of numbers: what it is made of."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import DataConversionWarning

from skdistill.tasks import Means

RNG = np.random.default_rng(0)
Y = RNG.normal([5, -300], [2, 40], (400, 2))


def test_labels_are_standardised_and_come_back():
    task, labels = Means.learn(Y)
    assert task.n_outputs == 2
    assert labels.dtype == np.float32
    np.testing.assert_allclose(labels.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(labels.std(axis=0), 1, rtol=1e-6)
    np.testing.assert_allclose(task.plain(labels.astype(float)), Y, atol=1e-4)
    assert not task.outputs().flat
    assert Means.learn(Y[:, 0])[0].outputs().flat


def test_numbers_far_from_zero_keep_their_digits():
    y = 1e9 + RNG.normal(size=300)
    task, labels = Means.learn(y)
    np.testing.assert_allclose(task.plain(labels.astype(float))[:, 0] - 1e9, y - 1e9, atol=1e-6)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.full(9, 2.5), r"^y has one distinct value only \(2.5; n_samples=9\)"),
        (np.array([7.0]), r"y has one distinct value only \(7; n_samples=1\)"),
        (np.column_stack([np.arange(9), np.ones(9)]), r"^Output 1 of y has one distinct value"),
        (np.array([1e300, -1e300] * 3), "standard deviation of y, .* is beyond float64"),
        (np.array([1e-300, -1e-300] * 3), "standard deviation of y, .* is beyond float64"),
    ],
)
def test_numbers_that_cannot_be_standardised_are_named(y, message):
    with pytest.raises(ValueError, match=message):
        Means.learn(y)


@pytest.mark.parametrize("scale", [[0.0, 1.0], [1.0]])
def test_a_task_of_other_scales_cannot_be_made(scale):
    with pytest.raises(ValueError, match="a positive scale for each output"):
        Means(np.zeros(2), np.array(scale), flat=False)


NUMBERS = [1.0, 2.5, 4.0]


@pytest.mark.parametrize(
    "y",
    [
        NUMBERS,
        np.array(NUMBERS, dtype=object),
        np.array(NUMBERS, ">f4"),
        [Decimal("1"), Fraction(5, 2), np.float16(4)],
        pd.Series(NUMBERS, dtype="Float64"),
        pl.Series(NUMBERS),
    ],
    ids=lambda y: type(y).__name__,
)
def test_numbers_of_any_kind_become_float64(y):
    checked = Means.check(y)
    assert checked.dtype == np.float64
    assert checked.tolist() == NUMBERS


def test_a_single_column_is_one_number_and_that_is_said():
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed"):
        assert Means.check([[1.0], [2.0]]).tolist() == [1, 2]
    assert Means.check(Y).shape == Y.shape


def test_answers_of_the_users_are_standardised_whatever_their_dimensions():
    task, labels = Means.learn(Y[:, 0])
    for answers in (Y[:, 0], Y[:, :1]):
        found = task.check_answers(answers, len(Y), "soft_targets")
        np.testing.assert_allclose(found, labels, atol=1e-5)
    with pytest.raises(ValueError, match=r"soft_targets of shape \(400, 2\): expected \(400, 1\)"):
        task.check_answers(Y, len(Y), "soft_targets")


def test_answers_of_several_teachers_are_averaged():
    task, _ = Means.learn(Y[:, 0])
    parts = [(np.array([0, 1]), np.array([[1.0], [2.0]])), (np.array([1]), np.array([[4.0]]))]
    mean, known = task.average(parts, 3)
    assert mean.tolist() == [[1], [3], [0]]
    assert known.tolist() == [True, True, False]


def test_nobody_knows_the_mean_alone():
    task, labels = Means.learn(Y)
    weight = np.arange(len(Y)) % 3
    np.testing.assert_allclose(
        task.answer_of_nobody(labels, weight), np.average(Y, axis=0, weights=weight), rtol=1e-6
    )
    losses = task.losses_of_nobody(labels, np.ones(len(Y)), labels)
    assert losses.shape == (len(Y),)
    assert losses.mean() == pytest.approx(1)  # variances of y


def test_losses_are_squared_errors_in_variances_of_y():
    task, labels = Means.learn(Y)
    assert task.losses(labels + np.float32([1, 3]), task.head(), labels) == pytest.approx(5)
    assert task.recalibrate(labels, labels, np.ones(len(Y))).scale is task.scale


def test_of_several_numbers_the_direction_that_varies_most_is_boosted():
    _, labels = Means.learn(Y[:, :1] @ [[1, -2, 0.5]] + RNG.normal(0, 1e-3, (400, 3)))
    boosting, target = Means.learn(Y)[0].for_bins(labels, 30, 20)
    assert boosting.max_iter == 20
    assert abs(np.corrcoef(target, Y[:, 0])[0, 1]) > 0.999
    assert Means.learn(Y[:, 0])[0].for_bins(labels[:, :1], 9, 20)[1].shape == (400,)


def test_a_few_rows_are_spread_from_the_lowest_to_the_highest():
    task, labels = Means.learn(Y)
    few = task.few(labels, 2, 9)
    assert len(set(few)) == 9
    assert {labels[:, 0].argmin(), labels[:, 0].argmax()} <= set(few)
    assert task.few(labels[:4], 2, 9).tolist() == [0, 1, 2, 3]


def test_a_row_is_wrong_where_any_number_is_off():
    task, labels = Means.learn(Y)
    scores = labels.astype(float)
    scores[0, 1] += 0.1
    wrong, temperature = task.signs(scores, labels, np.ones(len(Y)))
    assert np.flatnonzero(wrong).tolist() == [0]
    assert temperature == 1


def test_held_out_numbers_must_be_of_as_many_outputs():
    task, _ = Means.learn(Y)
    np.testing.assert_array_equal(task.labels_of(Y, "y"), Y)
    with pytest.raises(ValueError, match="y_test has 1 outputs, fit had 2"):
        task.check_learned(Y[:, 0], "y_test")


def test_a_loss_of_classes_is_refused():
    with pytest.raises(ValueError, match=r"loss must be auto, squared_error, .*, got 'kl'"):
        Means.learn(Y)[0].check_loss("kl")
