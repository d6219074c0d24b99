"""From the estimator's parameters to what all trainings of a fit share."""

import re

import numpy as np
import pytest
from torch import nn

from skdistill import DistilledClassifier
from skdistill._plumbing.seeds import stage_seeds
from skdistill.flow._check import check_samples
from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, OwnNet, TabM
from skdistill.tasks import Multiclass
from skdistill.training._training import make_training

X = np.random.default_rng(0).normal(size=(60, 3))


def make(y=None, **params):
    y = np.arange(60) % 3 if y is None else y
    data, _ = check_samples(Multiclass, X, y, None, None, None)
    reader = ColumnReader.learn(X)
    params = DistilledClassifier(**params).get_params(deep=False)
    return make_training(params, reader.read(X), data, reader, stage_seeds(0))


@pytest.mark.parametrize(
    ("student", "module", "net"),
    [
        ("linear", MLP, {"hidden_layer_sizes": ()}),
        ("mlp", MLP, {"hidden_layer_sizes": (7,)}),
        ("tabm", TabM, {"hidden_layer_sizes": (7,), "n_members": 16}),
        (nn.Linear, OwnNet, {"make": nn.Linear}),
    ],
)
def test_each_student_has_its_architecture(student, module, net):
    training = make(student=student, hidden_layer_sizes=(7,))
    assert training.module is module
    assert training.net.items() >= net.items()
    assert training.task.n_outputs == 3


def test_an_assistant_differs_in_its_hidden_layers_alone():
    assert make().assistant is None
    training = make(student="linear", assistant_layer_sizes=(64,), num_embedding="periodic")
    assert training.assistant.module is MLP
    assert training.assistant.net == {**training.net, "hidden_layer_sizes": (64,)}
    assert training.assistant.random_state == training.random_state


def test_a_number_of_units_is_one_layer():
    training = make(hidden_layer_sizes=np.int64(7), assistant_layer_sizes=64)
    assert training.net["hidden_layer_sizes"] == (7,)
    assert training.assistant.net["hidden_layer_sizes"] == (64,)


@pytest.mark.parametrize("sizes", [True, (8, 0), [8, 2.5], (8, True)])
@pytest.mark.parametrize("name", ["hidden_layer_sizes", "assistant_layer_sizes"])
def test_a_width_that_is_no_number_of_units_is_named(name, sizes):
    with pytest.raises(ValueError, match=re.escape(f"{name}={sizes!r} has")):
        make(**{name: sizes})


def test_numbers_are_embedded_as_told():
    assert len(make(num_embedding="ple", n_bins=4).encoding.bin_low) == 3 * 4
    periodic = make(num_embedding="periodic", n_bins=4)
    assert len(periodic.encoding.bin_low) == 0
    assert periodic.net["waves"].frequency.shape == (3, 4)
    assert make(num_embedding="none").net["waves"] is None


def test_a_loss_without_meaning_for_two_classes_is_refused():
    with pytest.raises(ValueError, match="needs three classes"):
        make(np.arange(60) % 2, loss="dist")
