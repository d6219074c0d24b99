"""What the numbers of the last layer are called."""

import pickle

import numpy as np
import pytest

from skdistill.layers import LAYERS, OUTPUTS, Classes, Outputs, Softmax, from_plain, to_plain

LABELS = np.array(["a", "b", "c"], dtype=object)


def test_classes_name_the_columns_of_probabilities():
    classes = Classes(LABELS)
    assert (classes.n_outputs, classes.words) == (3, "3 classes")
    assert classes.last_layer is Softmax
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


def test_outputs_are_plain_and_back():
    plain = to_plain(Classes(LABELS))
    assert plain == {"kind": "Classes", "labels": LABELS}
    for again in (from_plain(plain), pickle.loads(pickle.dumps(Classes(LABELS)))):
        assert type(again) is Classes
        assert again.labels.tolist() == LABELS.tolist()


def test_every_meaning_of_outputs_is_known_by_its_name():
    ours = {kind for kind in Outputs.__subclasses__() if kind.__module__.startswith("skdistill.")}
    assert set(OUTPUTS.values()) == ours
    assert not set(OUTPUTS) & set(LAYERS)
    assert all(outputs.last_layer in LAYERS.values() for outputs in OUTPUTS.values())
