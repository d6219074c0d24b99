"""The task of classes: what it is made of."""

import numpy as np
import pytest

from skdistill.tasks import Multiclass


def test_classes_are_learned_sorted_and_labels_are_their_indices():
    task, labels = Multiclass.learn(np.array(["b", "a", "b"], dtype=object))
    assert task.classes.tolist() == ["a", "b"]
    assert labels.tolist() == [1, 0, 1]
    assert task.n_outputs == 2


@pytest.mark.parametrize("classes", [["b", "a"], ["a", "a"], [["a", "b"]]])
def test_a_task_of_other_classes_cannot_be_made(classes):
    with pytest.raises(ValueError, match="distinct and sorted"):
        Multiclass(np.array(classes))


def test_a_head_is_fitted_on_a_hundred_rows_or_more():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    scores = np.where(np.arange(2) == labels[:, None], 2.0, 0.0) + rng.normal(size=(400, 2))
    task, weight = Multiclass(np.arange(2)), np.ones(400)
    sure = task.recalibrate(3 * scores, labels, weight)
    assert sure.inverse_temperature < 1
    plain = task.losses(3 * scores, task.head(), labels).mean()
    assert task.losses(3 * scores, sure, labels).mean() < plain
    assert task.recalibrate(scores[:99], labels[:99], weight[:99]).inverse_temperature == 1


def test_nobody_knows_the_frequencies_alone():
    task = Multiclass(np.arange(3))
    labels = np.array([0] * 6 + [1] * 2)
    losses = task.losses_of_nobody(labels, np.ones(8), np.array([0, 1, 2]))
    np.testing.assert_allclose(np.exp(-losses), [7 / 11, 3 / 11, 1 / 11])


@pytest.mark.parametrize("known", [["a", "b", "c"], [2**60, 2**60 + 1, 2**60 + 2]])
def test_the_prior_answers_frequencies_also_of_labels_that_are_absent(known):
    known = np.array(known)
    prior = Multiclass(known).prior(known[[0, 0, 0, 2]])
    assert prior.classes_.tolist() == known.tolist()
    np.testing.assert_allclose(prior.predict_proba(np.zeros((2, 5))), [[0.75, 0, 0.25]] * 2)
