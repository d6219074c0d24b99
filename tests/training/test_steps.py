"""Steps by torch are those of torch's own AdamW."""

import numpy as np
import pytest
import torch
from torch import nn

from skdistill.students import OwnNet
from skdistill.training._steps import TorchSteps


def rate(step):
    return 1 / (1 + step)


def stock_epoch(net, batches, n_done):
    """Train as everybody does."""
    net.module_.train()
    net.criterion_.train()
    for rows, answers in batches:
        net.optimizer_.param_groups[0]["lr"] = 0.01 * rate(n_done)
        net.optimizer_.zero_grad()
        net.criterion_(net.module_(rows), answers).backward()
        net.optimizer_.step()
        n_done += 1
    return n_done


def assert_same_epochs(make, **tolerance):
    (net, rows, _), (other, _, _) = make(), make()
    steps = TorchSteps(net.module_, net.criterion_, net.optimizer_, rate)
    batches, stock = (each.get_iterator(rows, training=True) for each in (net, other))
    n_done = 0
    for _ in range(3):
        torch.manual_seed(1)
        losses, sizes = steps.train(batches)
        torch.manual_seed(1)
        n_done = stock_epoch(other, stock, n_done)
    assert np.isfinite(losses).all()
    assert sum(sizes) == len(rows)
    assert len(losses) == len(sizes) == n_done / 3 == steps.n_done / 3
    state = other.module_.state_dict()
    for name, values in net.module_.state_dict().items():
        torch.testing.assert_close(values, state[name], **tolerance)


@pytest.mark.parametrize("kind", ["dense", "embedded", "sparse"])
@pytest.mark.parametrize("loss", ["kl", "dkd"])
def test_steps_are_those_of_adamw(untrained, kind, loss):
    assert_same_epochs(lambda: untrained(kind, loss=loss), rtol=1e-3, atol=1e-5)


class Odd(nn.Module):
    """Has weights of two dtypes, frozen ones, unused ones, and some used now and then."""

    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.first = nn.Linear(n_inputs, 8)
        self.bias = nn.Parameter(torch.zeros(8, dtype=torch.float64))
        self.frozen = nn.Parameter(torch.ones(8), requires_grad=False)
        self.unused = nn.Linear(3, 3)
        self.second = nn.Linear(8, n_outputs)
        self.rare = nn.Linear(8, n_outputs)
        self.n_calls = 0

    def forward(self, x):
        x = torch.tanh((self.first(x) + self.bias).float() * self.frozen)
        self.n_calls += 1
        return self.second(x) + (self.rare(x) if self.n_calls % 3 == 0 else 0)


def own_loss(logits, targets, labels, sample_weight, *, alpha, temperature):
    return nn.functional.cross_entropy(logits / temperature, targets)


@pytest.mark.parametrize("make", [Odd, nn.LazyLinear], ids=["odd", "lazy"])
def test_modules_of_the_users_own_are_trained_as_adamw_does(untrained, make):
    own = (lambda a, b: nn.LazyLinear(b)) if make is nn.LazyLinear else make
    params = {"module": OwnNet, "net": {"make": own}, "loss": own_loss}
    assert_same_epochs(lambda: untrained(**params), rtol=0, atol=0)


def test_scores_are_log_losses_without_dropout_and_leave_the_weights(untrained):
    net, _, held_out = untrained()
    before = {name: values.clone() for name, values in net.module_.state_dict().items()}
    steps = TorchSteps(net.module_, net.criterion_, net.optimizer_, rate)
    batches = net.get_iterator(held_out, training=False)
    (loss,), (size,) = steps.score(batches)
    assert steps.score(batches)[0] == [loss]
    assert size == len(held_out)
    net.module_.eval()
    scores = net.module_(held_out.rows)
    losses = nn.functional.cross_entropy(scores, held_out.answers["labels"], reduction="none")
    expected = (losses * held_out.answers["sample_weight"]).mean().item()
    assert loss == pytest.approx(expected, rel=1e-5)
    for name, values in net.module_.state_dict().items():
        assert torch.equal(values, before[name])
