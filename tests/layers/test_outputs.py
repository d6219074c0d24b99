"""What the numbers of the last layer are called."""

import pickle

import numpy as np
import pytest

from skdistill.layers import (
    LAYERS,
    OUTPUTS,
    Affine,
    Ascending,
    Classes,
    Exponential,
    Labels,
    Numbers,
    Outputs,
    Quantiles,
    Sigmoid,
    Softmax,
    from_plain,
    to_plain,
)

LABELS = np.array(["a", "b", "c"], dtype=object)


def test_classes_name_the_columns_of_probabilities():
    classes = Classes(LABELS)
    assert (classes.n_outputs, classes.words) == (3, "3 classes")
    assert classes.last_layers == (Softmax,)
    answers = np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4]])
    assert classes.decide(answers).tolist() == ["b", "a"]
    assert classes.decide(answers[:0]).dtype == object


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", "b"], "an array of one dimension"),
        (np.array([["a", "b"]]), "an array of one dimension"),
        (np.array(3), "an array of one dimension"),
        (None, "an array of one dimension"),
        (LABELS[:1], "at least two classes"),
    ],
)
def test_labels_of_another_form_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        Classes(labels)


@pytest.mark.parametrize(
    ("numbers", "words", "shape"),
    [
        (Numbers(1, True), "1 number", (2,)),
        (Numbers(1, False), "1 number", (2, 1)),
        (Numbers(3, False), "3 numbers", (2, 3)),
    ],
)
def test_numbers_have_the_dimensions_that_y_had(numbers, words, shape):
    assert numbers.words == numbers.described == words
    assert numbers.last_layers == (Affine, Exponential)
    answers = np.arange(2.0 * numbers.n_outputs).reshape(2, -1)
    np.testing.assert_array_equal(numbers.decide(answers), answers.reshape(shape))
    again = from_plain(to_plain(numbers))
    assert (again.count, again.flat) == (numbers.count, numbers.flat)


@pytest.mark.parametrize(
    ("count", "flat"),
    [(0, False), (-1, False), (1.0, False), (True, False), ("1", False), (None, True)],
)
def test_a_count_is_a_positive_integer(count, flat):
    with pytest.raises(ValueError, match="answers by one number or more"):
        Numbers(count, flat)


@pytest.mark.parametrize(("count", "flat"), [(2, True), (1, 1), (1, None)])
def test_one_number_alone_is_flat(count, flat):
    with pytest.raises(ValueError, match="does not go with"):
        Numbers(count, flat)


def test_outputs_are_plain_and_back():
    plain = to_plain(Classes(LABELS))
    assert plain == {"kind": "Classes", "labels": LABELS}
    for again in (from_plain(plain), pickle.loads(pickle.dumps(Classes(LABELS)))):
        assert type(again) is Classes
        assert again.labels.tolist() == LABELS.tolist()


def test_the_median_is_what_quantiles_predict():
    quantiles = Quantiles(np.array([0.05, 0.5, 0.9, 0.95]))
    assert (quantiles.n_outputs, quantiles.words) == (4, "4 quantiles")
    assert quantiles.described == "quantiles: 0.05, 0.5, 0.9, 0.95"
    assert quantiles.last_layers == (Ascending,)
    assert quantiles.decide(np.arange(8.0).reshape(2, 4)).tolist() == [1, 5]
    assert Quantiles(np.array([0.5])).words == "1 quantile"


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ((0.05, 0.5, 0.95), "a float64 array"),
        (np.float32([0.5]), "a float64 array"),
        (np.array([[0.5]]), "between 0 and 1"),
        (np.array([0.0, 0.5]), "between 0 and 1"),
        (np.array([0.5, np.nan]), "between 0 and 1"),
        (np.array([0.5, 0.1]), r"quantiles=\(0.5, 0.1\): sort the levels"),
        (np.array([0.5, 0.5]), "sort the levels, each once"),
        (np.array([0.1, 0.9]), "add .5"),
        (np.array([]), "add .5"),
    ],
)
def test_levels_of_another_form_are_refused(levels, message):
    with pytest.raises(ValueError, match=message):
        Quantiles(levels)


def test_a_row_has_each_label_that_is_more_likely_than_not():
    labels = Labels(3)
    assert labels.words == labels.described == "3 labels"
    decided = labels.decide(np.array([[0.5, 0.51, 0.49], [1.0, 0.0, 0.9]]))
    assert (decided.tolist(), decided.dtype) == ([[0, 1, 0], [1, 0, 1]], np.int64)
    assert from_plain(to_plain(labels)).count == 3


@pytest.mark.parametrize("count", [1, 0, 2.0, True, "2", None])
def test_labels_are_two_or_more(count):
    with pytest.raises(ValueError, match="a student has two labels or more"):
        Labels(count)


def test_every_meaning_of_outputs_is_known_by_its_name():
    ours = {kind for kind in Outputs.__subclasses__() if kind.__module__.startswith("skdistill.")}
    assert set(OUTPUTS.values()) == ours
    assert not set(OUTPUTS) & set(LAYERS)
    lasts = {last for outputs in OUTPUTS.values() for last in outputs.last_layers}
    heads = {Softmax, Sigmoid, Affine, Ascending, Exponential}
    assert lasts == heads <= set(LAYERS.values())
