"""What a training of quantiles makes small."""

import numpy as np
import pytest
import torch
from torch.utils.dlpack import to_dlpack

from skdistill import layers
from skdistill._plumbing.extension import kernels
from skdistill.losses import pinball_loss
from skdistill.tasks._quantile_criterion import QuantileCriterion, ascending

LEVELS = [0.05, 0.5, 0.95]
N = 40


@pytest.fixture
def answers():
    generator = torch.Generator().manual_seed(0)
    labels = torch.randn(N, 1, generator=generator)
    labels[::5] = torch.nan
    return {
        "targets": torch.randn(N, 3, generator=generator),
        "labels": labels,
        "sample_weight": torch.rand(N, generator=generator),
    }


def test_scores_stand_for_the_values_that_the_layer_makes_of_them():
    scores = torch.randn(9, 4) * 10
    np.testing.assert_allclose(ascending(scores), layers.ascending(scores.numpy()), rtol=1e-5)


def test_held_out_rows_are_scored_by_pinball_loss_against_labels(answers):
    answers["labels"] = answers["labels"].nan_to_num(0.3)
    scores = torch.randn(N, 3)
    got = QuantileCriterion(LEVELS, 1.0, 1.0).eval()(scores, answers)
    given = {"levels": LEVELS, "alpha": 0.0, "sample_weight": answers["sample_weight"]}
    expected = pinball_loss(ascending(scores), ascending(scores), answers["labels"], **given)
    assert got.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("n_members", [1, 4])
@pytest.mark.parametrize("loss", ["auto", pinball_loss])
def test_backward_hands_on_the_gradient_of_forward(loss, n_members, answers):
    criterion = QuantileCriterion(LEVELS, 0.3, 1.0, loss)
    scores = torch.randn(n_members * N, 3, requires_grad=True)
    forward = criterion(scores, answers)
    (expected,) = torch.autograd.grad(forward, scores)
    value = criterion.backward(scores, answers)
    torch.testing.assert_close(value, forward.detach())
    torch.testing.assert_close(scores.grad, expected)


@pytest.mark.skipif(kernels is None, reason="the extension was not built")
@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_compiled_code_has_the_loss_and_the_gradient_of_torch(alpha, answers):
    criterion = QuantileCriterion(LEVELS, alpha, 1.0)
    x, weight, bias = torch.randn(4, N), 3 * torch.randn(4, 3), torch.randn(3)
    ours = [array.clone().requires_grad_() for array in (weight, bias)]
    expected = criterion.backward(x.t() @ ours[0] + ours[1], answers)
    gradients = [torch.zeros_like(array) for array in ours]
    trained = [
        tuple(map(to_dlpack, (a.clone(), g, torch.zeros_like(a), torch.zeros_like(a))))
        for a, g in zip((weight, bias), gradients, strict=True)
    ]
    losses, labels = np.empty(1, np.float32), answers["labels"].expand(N, 3).contiguous()
    rows = map(to_dlpack, (labels, answers["sample_weight"]))
    net = to_dlpack(torch.tensor([0])), 4, (), ((3, *trained),)
    kernels.train(
        *(np.array([N]), to_dlpack(x), to_dlpack(answers["targets"]), None, *rows),
        *(np.zeros(1), losses, *criterion.kernel, 0, *net, 0, 0.0, 0, 0.9, 0.999, 1e-8, 0.0),
    )
    assert losses[0] == pytest.approx(expected.item(), rel=1e-5)
    for got, own in zip(gradients, ours, strict=True):
        torch.testing.assert_close(got, own.grad, rtol=1e-4, atol=1e-6)
