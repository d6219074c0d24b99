"""What is wrong with the user's own parts of a training shows before any teacher is fitted."""

from functools import partial

import numpy as np
import pytest
import scipy.sparse
import torch
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from skorch.callbacks import Callback, EarlyStopping, EpochScoring
from torch import nn

from skdistill import DistilledClassifier
from skdistill.losses import distillation_loss

X, Y = load_iris(return_X_y=True)


class Counter(DecisionTreeClassifier):
    fits = 0

    def fit(self, X, y, sample_weight=None):
        Counter.fits += 1
        return super().fit(X, y, sample_weight)


def quick(**params):
    params = {"max_epochs": 2, "transfer": None, "random_state": 0, **params}
    return DistilledClassifier(Counter(), **params)


def loss(value):
    """Return a loss that is `value` of the logits."""

    def own(logits, targets, labels, sample_weight, *, alpha, temperature):
        return value(logits)

    return own


def too_wide(n_inputs, n_outputs):
    return nn.Linear(n_inputs, n_outputs + 1)


def too_narrow(n_inputs, n_outputs):
    return nn.Linear(3, n_outputs)


def recurrent(n_inputs, n_outputs):
    return nn.GRU(n_inputs, n_outputs)


class OnlyInTraining(nn.Linear):
    def forward(self, x):
        return super().forward(x) if self.training else x


class NoSampler:
    def fit(self, X):
        return self

    def draw(self, n):
        return X[:n]


BAD = [
    ({"hidden_layer_sizes": (8, 0)}, ValueError, r"hidden_layer_sizes=\(8, 0\) has 0: a layer's"),
    ({"hidden_layer_sizes": [2.5]}, ValueError, "has 2.5: a layer's width is an integer"),
    ({"assistant_layer_sizes": (True,)}, ValueError, "assistant_layer_sizes=.* has True"),
    ({"device": "nowhere"}, ValueError, "device='nowhere', but torch"),
    ({"device": "meta"}, ValueError, "device='meta', but torch"),
    ({"callbacks": [print]}, TypeError, "callbacks has <built-in function print>: expected"),
    ({"callbacks": [("a", 3)]}, TypeError, r"callbacks has \('a', 3\): expected callbacks of"),
    ({"callbacks": [EpochScoring]}, TypeError, "callbacks has .*EpochScoring'>, which needs arg"),
    ({"net_params": {"foo": 1}}, ValueError, "this net_params: .*unexpected argument.* foo"),
    ({"net_params": {"optimizer__foo": 1}}, ValueError, "this net_params: .*foo"),
    ({"net_params": {"module": 1}}, ValueError, "net_params has 'module', which would undo"),
    ({"net_params": {"optimizer": "adam"}}, ValueError, "this net_params: 'str' object"),
    ({"student": too_wide}, ValueError, r"too_wide answered 6 rows with shape \(6, 4\)"),
    ({"student": too_narrow}, ValueError, "The student too_narrow failed on 6 rows: mat1"),
    ({"student": recurrent}, ValueError, "The student recurrent failed on 6 rows"),
    ({"student": OnlyInTraining}, ValueError, "The student OnlyInTraining answered 6 rows with"),
    ({"student": nn.Linear, "net_params": {"foo": 1}}, ValueError, "net_params and student: "),
    ({"loss": lambda *a: 0.0}, ValueError, "The loss <lambda> failed on 6 rows"),
    ({"loss": loss(lambda z: 3.0)}, ValueError, "The loss own returned 3.0: expected a tensor"),
    ({"loss": loss(lambda z: z.sum(1))}, ValueError, "The loss own returned tensor.* of one"),
    ({"loss": loss(lambda z: z.detach().sum())}, ValueError, "depends on the logits"),
    ({"loss": loss(lambda z: z.sum() * torch.nan)}, ValueError, "this loss: .* look into `loss`"),
    ({"transfer": NoSampler()}, TypeError, "transfer=NoSampler is cloned, .* 'sample_weight'"),
]


@pytest.mark.parametrize(("params", "error", "message"), BAD)
def test_a_fault_shows_before_the_first_teacher_and_names_its_parameter(params, error, message):
    Counter.fits = 0
    with pytest.raises(error, match=message):
        quick(**params).fit(X, Y)
    assert Counter.fits == 0


def normed(n_inputs, n_outputs):
    return nn.Sequential(nn.BatchNorm1d(n_inputs), nn.Linear(n_inputs, n_outputs))


GOOD = [
    {"hidden_layer_sizes": [np.int64(5)]},
    {"callbacks": [EarlyStopping, ("mine", EarlyStopping())]},
    {"net_params": {"optimizer": torch.optim.LBFGS}},
    {"student": normed},
    {"loss": partial(distillation_loss, kind="dkd", beta=4.0)},
    {"loss": loss(lambda z: z.square().mean())},
]


@pytest.mark.parametrize("params", GOOD)
@pytest.mark.parametrize("rows", [X, scipy.sparse.csr_array(X)], ids=["dense", "sparse"])
def test_what_works_passes(params, rows):
    quick(**params).fit(rows, Y)


def test_a_loss_of_labelled_rows_alone_is_tried_on_these():
    def of_labels(logits, targets, labels, sample_weight, *, alpha, temperature):
        return nn.functional.nll_loss(logits.log_softmax(1), labels, ignore_index=99)

    quick(loss=of_labels).fit(X, Y)
    Counter.fits = 0
    with pytest.raises(ValueError, match=r"failed on 12 rows .label -1 or NaN: a row without one"):
        quick(loss=of_labels, transfer="mixup").fit(X, Y)
    assert Counter.fits == 0


def test_callbacks_are_not_called_and_random_numbers_not_drawn():
    seen = []

    class Watch(Callback):
        def on_train_begin(self, net, **kwargs):
            seen.append(len(net.history))

    plain = quick(callbacks=[Watch()]).fit(X, Y)
    trainings = len(seen)
    state = torch.random.get_rng_state()
    tried = quick(net_params={"compile": False}, callbacks=[Watch()]).fit(X, Y)
    assert torch.equal(state, torch.random.get_rng_state())
    np.testing.assert_array_equal(plain.predict_proba(X), tried.predict_proba(X))
    assert len(seen) == 2 * trainings


def test_a_loss_that_needs_every_class_is_tried_on_every_class():
    def balanced(logits, targets, labels, sample_weight, alpha, temperature):
        losses = nn.functional.cross_entropy(logits, targets, reduction="none")
        return sum(losses[labels == k].mean() for k in range(3))

    X, y = load_iris(return_X_y=True)  # sorted by class
    clf = DistilledClassifier(
        LogisticRegression(max_iter=500), loss=balanced, transfer=None, cv=2, max_epochs=2
    )
    assert clf.fit(X, y).score(X, y) > 0.3
