"""The loss of several labels a row: against scikit-learn, its gradient, and the extension."""

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss

from skdistill._plumbing.extension import instruction_sets, kernels
from skdistill.losses import BINARY_NUMBER, binary_loss
from skdistill.losses._binary import _cross_entropy


def case(n, k, seed=0, dtype=torch.float32):
    """Return logits, targets, labels of which a third are not known, and weights."""
    rng = np.random.default_rng([seed, n, k])
    logits, targets = rng.normal(0, 4, (n, k)), rng.random((n, k))
    labels = np.where(rng.random((n, k)) < 1 / 3, np.nan, rng.integers(0, 2, (n, k)))
    arrays = logits, targets, labels, rng.choice([0, 0.5, 1, 3], n)
    return [torch.tensor(array, dtype=dtype) for array in arrays]


def test_labels_alone_cost_scikit_learns_log_loss():
    logits, targets, _, weight = case(50, 3)
    labels = (targets > 0.4).float()
    loss = binary_loss(logits, targets, labels, alpha=0.0, sample_weight=weight, reduction="sum")
    p = torch.sigmoid(logits.double()).numpy()
    each = [log_loss(labels[:, j], p[:, j], sample_weight=weight) for j in range(3)]
    assert loss.item() == pytest.approx(np.mean(each) * weight.sum().item(), rel=1e-5)


def test_a_student_equal_to_its_teacher_has_no_gradient():
    logits, *_ = case(20, 4, dtype=torch.float64)
    logits.requires_grad_()
    loss = binary_loss(logits, torch.sigmoid(logits.detach() / 3), alpha=1.0, temperature=3.0)
    (gradient,) = torch.autograd.grad(loss, logits)
    assert gradient.abs().max() < 1e-12


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_gradcheck(reduction):
    logits, targets, labels, weight = case(5, 3, dtype=torch.float64)

    def loss(logits):
        return binary_loss(
            logits, targets, labels,
            temperature=2.0, alpha=0.3, sample_weight=weight, reduction=reduction,
        )  # fmt: skip

    assert torch.autograd.gradcheck(loss, logits.requires_grad_())


def test_what_is_not_known_has_the_soft_loss_alone():
    logits, targets, labels, _ = case(30, 3)
    none = torch.full_like(labels, torch.nan)
    losses = binary_loss(logits, targets, none, alpha=0.3, reduction="none")
    soft = binary_loss(logits, targets, alpha=0.3, reduction="none")
    torch.testing.assert_close(losses, soft)
    some = binary_loss(logits, targets, labels, alpha=0.3, reduction="none")
    unknown = labels.isnan().all(dim=1)
    torch.testing.assert_close(some[unknown], soft[unknown])
    assert (some[~unknown] > soft[~unknown]).all()


def test_scores_that_are_sure_have_finite_losses():
    logits = torch.tensor([[1e4, -1e4]])
    assert binary_loss(logits, torch.tensor([[1.0, 0.0]]), alpha=1.0).item() == 0
    assert binary_loss(logits, torch.tensor([[0.0, 1.0]]), alpha=1.0).item() == 1e4
    assert _cross_entropy(torch.tensor(-100.0), 0.0).item() == pytest.approx(
        np.exp(-100), rel=1e-5
    )


@pytest.fixture(params=instruction_sets())
def instruction_set(request):
    kernels.use(request.param)
    yield request.param
    kernels.use(instruction_sets()[0])


@pytest.mark.parametrize("k", [1, 2, 3, 5, 16, 17, 63, 64, 65, 130])
@pytest.mark.parametrize("n", [1, 19, 37])
@pytest.mark.parametrize(
    ("alpha", "temperature"), [(0.0, 1.0), (0.3, 1.0), (0.6, 4.0), (1.0, 0.5)]
)
def test_every_instruction_set_gives_torchs_numbers(instruction_set, n, k, alpha, temperature):
    logits, targets, labels, weight = case(n, k)
    exact = logits.double().requires_grad_()
    expected = binary_loss(
        exact, targets.double(), labels.double(),
        temperature=temperature, alpha=alpha, sample_weight=weight.double(), reduction="none",
    )  # fmt: skip
    (slope,) = torch.autograd.grad(expected.sum() / n, exact)
    gradient, losses = np.empty((n, k), np.float32), np.empty(n, np.float32)
    answers = logits.numpy(), targets.numpy(), None, labels.numpy(), weight.numpy()
    how = BINARY_NUMBER, temperature, alpha, 0.0, 1 / n, 1
    kernels.fill(*answers, gradient, losses, None, *how)
    np.testing.assert_allclose(losses, expected.detach(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(gradient, slope, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": torch.zeros(2, 2)}, "and targets of shape"),
        ({"labels": torch.zeros(2)}, "and labels of shape"),
        ({"alpha": 1.5}, r"alpha must be in \[0, 1\], got 1.5"),
        ({"temperature": 0.0}, "temperature must be from"),
        ({"reduction": "max"}, "reduction must be"),
    ],
)
def test_what_is_out_of_range_is_refused(change, message):
    given = {"logits": torch.zeros(2, 3), "targets": torch.zeros(2, 3), **change}
    with pytest.raises(ValueError, match=message):
        binary_loss(**given)
