"""The task of several labels a row: what it is made of."""

import numpy as np
import pytest
import scipy.sparse
from scipy.special import expit

from skdistill.exceptions import DistillationWarning
from skdistill.tasks import Multilabel

Y = np.array([[0, 1, 1], [1, 0, 1], [0, 0, 0], [1, 1, 0]])
SOME = np.where(np.arange(3) == 1, np.nan, Y)


@pytest.mark.parametrize("given", [Y, Y.tolist(), Y.astype(bool), Y.astype(object)])
def test_labels_may_have_any_dtype(given):
    y = Multilabel.check(given)
    task, labels = Multilabel.learn(y)
    assert (task.n_outputs, labels.dtype, y.dtype) == (3, np.float32, np.int64)
    np.testing.assert_array_equal(labels, Y)
    assert [each.tolist() for each in task.classes] == [[0, 1]] * 3


def test_labels_may_be_sparse():
    np.testing.assert_array_equal(Multilabel.check(scipy.sparse.csr_matrix(Y)), Y)


@pytest.mark.parametrize(
    ("given", "value"), [(Y + 1, "2"), (Y * 0.5, "0.5"), (np.full((4, 3), "a"), "'a'"), (-Y, "-1")]
)
def test_other_values_than_0_and_1_are_named(given, value):
    with pytest.raises(ValueError, match=f"has the value {value}.*MultiOutputClassifier"):
        Multilabel.check(given)


@pytest.mark.parametrize(("value", "how"), [(0, "no row"), (1, "every row")])
def test_a_label_that_tells_rows_apart_nowhere_is_named(value, how):
    y = np.where(np.arange(3) == 2, value, Y)
    with pytest.raises(ValueError, match=f"Label 2 .* is one that {how} of positive weight has"):
        Multilabel.learn(y)


def test_no_teacher_is_fitted_on_labels_that_are_not_known():
    y = Multilabel.check(np.where(np.arange(4)[:, None] == 2, np.nan, Y))
    with pytest.raises(ValueError, match=r"contains NaN: 1 rows .* the first is row 2.*Frozen"):
        Multilabel(3).check_teachable(y)
    Multilabel(3).check_teachable(Y)


def test_teachers_that_were_shown_other_labels_are_told_of():
    labels = Y.astype(np.float32)
    with pytest.warns(DistillationWarning, match=r"alike in the labels \[0\]"):
        Multilabel(3).check_taught(labels[[1, 3]], labels[[0]])


def test_the_average_is_that_of_probabilities():
    task, scores = Multilabel(2), np.array([[2.0, -36.0]])
    mean, known = task.average([([0], scores), ([0], -scores), ([2], scores)], 3)
    np.testing.assert_allclose(expit(mean), [[0.5, 0.5], [0, 0], expit(scores[0])], atol=1e-12)
    assert known.tolist() == [True, False, True]


def test_targets_at_a_temperature_are_softer():
    p = np.array([[0.9, 0.2, 0.5]])
    np.testing.assert_allclose(Multilabel(3).soften(p, 1.0), p, rtol=1e-6)
    softer = 1 / (1 + (1 / 9) ** 0.5)
    np.testing.assert_allclose(Multilabel(3).soften(p, 2.0)[0, [0, 2]], [softer, 0.5], rtol=1e-6)


def test_a_head_is_fitted_to_labels_that_are_known():
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 2, (3000, 3))
    labels = (rng.random((3000, 3)) < expit(truth)).astype(np.float32)
    labels[50:, 1], labels[:, 2] = np.nan, np.nan
    task, scores, weight = Multilabel(3), 2 * truth, np.ones(3000)
    head = task.recalibrate(scores, labels, weight)
    assert head.inverse_temperature[0] == pytest.approx(0.5, abs=0.05)
    assert head.inverse_temperature[0] < head.inverse_temperature[1] < 1
    assert head.inverse_temperature[2] == pytest.approx(1, abs=1e-4)
    fitted, plain = (task.losses(scores, each, labels).mean() for each in (head, task.head()))
    assert fitted < plain


def test_a_student_without_errors_on_a_few_rows_is_not_made_sure():
    labels = np.tile(np.float32([0, 1]), (240, 1))
    scores = np.tile([-4.0, 4.0], (240, 1))
    head = Multilabel(2).recalibrate(scores, labels, np.ones(240))
    assert (head.inverse_temperature > 1).all()
    assert (head.inverse_temperature < 1.5).all()


def test_losses_are_those_of_the_answers():
    task, scores = Multilabel(3), np.random.default_rng(0).normal(size=(4, 3))
    head = task.head()
    losses = task.losses(scores, head, Y)
    np.testing.assert_allclose(losses, task.answer_losses(Y, head.forward(scores)))
    np.testing.assert_allclose(task.losses(scores, head, np.full((4, 3), np.nan)), 0)


def test_nobody_knows_the_frequencies_alone():
    labels, weight = SOME.astype(np.float32), np.array([1.0, 2, 3, 4])
    answer = Multilabel(3).answer_of_nobody(labels, weight)
    np.testing.assert_allclose(answer, [7 / 12, 1 / 2, 4 / 12])


def test_a_temperature_is_of_what_is_known():
    wrong, temperature = Multilabel(3).signs(np.where(Y == 1, 3.0, -3.0), SOME, np.ones(4))
    assert not wrong.any()
    assert temperature < 0.03
    wrong, _ = Multilabel(3).signs(np.full((4, 3), -1.0), SOME, np.ones(4))
    assert wrong.tolist() == [True, True, False, True]


def test_few_rows_are_unlike_each_other():
    labels = np.repeat(Y, 10, axis=0).astype(np.float32)
    few = Multilabel(3).few(labels, 2, 100)
    assert len(few) == 8
    assert len(np.unique(labels[few], axis=0)) == 4


def test_bins_are_split_by_what_varies_most():
    _, number = Multilabel(3).for_bins(SOME, 10, 10)
    assert len(np.unique(np.abs(number).round(6))) == 2


def test_held_out_labels_are_all_known():
    with pytest.raises(ValueError, match=r"y_test of shape .* for each of 3 labels"):
        Multilabel(3).labels_of(SOME, "y_test")
    with pytest.raises(ValueError, match="y_test of shape"):
        Multilabel(2).check_learned(Y, "y_test")
    assert Multilabel(3).labels_of(Y, "y_test").dtype == np.float32
