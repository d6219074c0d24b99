"""The loss against NumPy in float64, and its gradient against autograd and differences."""

import numpy as np
import pytest
import torch
from scipy.special import log_softmax

from skdistill.losses import DistillationLoss, distillation_loss, temper


def case(n, k, temperature=1.0, zeros=False):
    rng = np.random.default_rng([n, k])
    logits = torch.tensor(rng.normal(scale=3, size=(n, k)), dtype=torch.float32)
    proba = torch.tensor(rng.dirichlet(np.ones(k), n), dtype=torch.float32)
    if zeros:
        proba[:, 0] = 0
        proba /= proba.sum(dim=1, keepdim=True)
    labels = torch.tensor(rng.integers(-1, k, n))
    weight = torch.tensor(rng.random(n), dtype=torch.float32)
    return logits, temper(proba, temperature), labels, weight


def reference(logits, targets, labels, weight, temperature, alpha):
    z, p, w = (a.detach().numpy().astype(float) for a in (logits, targets, weight))
    y = labels.numpy()
    log_q = log_softmax(z / temperature, axis=1)
    terms = np.zeros_like(p)
    some = p > 0
    terms[some] = p[some] * (np.log(p[some]) - log_q[some])
    soft = temperature**2 * terms.sum(axis=1)
    hard = np.where(y >= 0, -log_softmax(z, axis=1)[np.arange(len(y)), y], 0)
    return np.mean(w * (alpha * soft + (1 - alpha) * hard))


def composed(logits, targets, labels, weight, temperature, alpha):
    """Return the same from torch's own operators, for autograd."""
    log_q = torch.log_softmax(logits / temperature, dim=1)
    soft = temperature**2 * (torch.xlogy(targets, targets) - targets * log_q).sum(dim=1)
    hard = torch.nn.functional.cross_entropy(logits, labels, ignore_index=-1, reduction="none")
    return (weight * (alpha * soft + (1 - alpha) * hard)).mean()


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("temperature", [0.05, 0.5, 1.0, 2.0, 100.0])
@pytest.mark.parametrize(("n", "k"), [(1, 2), (7, 3), (33, 10), (5, 100)])
def test_value_and_gradient_are_those_of_the_formula(n, k, temperature, alpha, zeros):
    logits, targets, labels, weight = case(n, k, temperature, zeros)
    logits.requires_grad_()
    loss = distillation_loss(
        logits, targets, labels, temperature=temperature, alpha=alpha, sample_weight=weight
    )
    expected = reference(logits, targets, labels, weight, temperature, alpha)
    assert loss.item() == pytest.approx(expected, rel=1e-4, abs=2e-6 * temperature**2)
    (grad,) = torch.autograd.grad(3 * loss, logits)
    twin = logits.detach().double().requires_grad_()
    plain = composed(twin, targets.double(), labels, weight.double(), temperature, alpha)
    (expected_grad,) = torch.autograd.grad(3 * plain, twin)
    rounding = 1e-6 * (1 + temperature)  # of q - p in float32
    np.testing.assert_allclose(grad, expected_grad, rtol=1e-3, atol=rounding)


def test_a_student_equal_to_its_teacher_has_no_loss_and_no_gradient():
    logits, *_ = case(9, 5)
    logits.requires_grad_()
    targets = torch.softmax(logits.detach() / 3, dim=1)
    loss = distillation_loss(logits, targets, temperature=3.0, alpha=1.0)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-5)
    assert logits.grad.abs().max() < 1e-6


def test_one_hot_targets_are_cross_entropy():
    logits, _, labels, _ = case(9, 4)
    labels = labels.clamp(min=0)
    targets = torch.nn.functional.one_hot(labels, 4).float()
    loss = distillation_loss(logits, targets, alpha=1.0)
    assert loss.item() == pytest.approx(torch.nn.functional.cross_entropy(logits, labels).item())


def test_an_impossible_class_may_have_minus_infinity():
    logits = torch.tensor([[-torch.inf, 1.0, 0.5]], requires_grad=True)
    targets = torch.tensor([[0.0, 0.4, 0.6]])
    loss = distillation_loss(logits, targets, torch.tensor([1]))
    loss.backward()
    assert torch.isfinite(loss)
    assert logits.grad[0, 0] == 0
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_types_are_computed_in_float32_and_come_back(dtype):
    logits, targets, labels, weight = case(20, 6)
    low = logits.to(dtype).requires_grad_()
    loss = distillation_loss(low, targets.to(dtype), labels, sample_weight=weight.to(dtype))
    loss.backward()
    assert loss.dtype == low.grad.dtype == dtype
    expected = distillation_loss(logits, targets, labels, sample_weight=weight)
    assert loss.item() == pytest.approx(expected.item(), rel=3e-2)


def test_rows_need_not_be_contiguous():
    logits, targets, labels, weight = case(8, 6)
    expected = distillation_loss(logits, targets, labels, sample_weight=weight)
    strided = torch.empty(6, 8).t().copy_(logits), torch.empty(8, 12)[:, ::2].copy_(targets)
    loss = distillation_loss(*strided, labels, sample_weight=weight)
    assert loss.item() == pytest.approx(expected.item())


def test_the_module_is_the_function():
    logits, targets, labels, weight = case(8, 6, 2.0)
    module = DistillationLoss(temperature=2.0, alpha=0.3)
    assert module(logits, targets, labels, weight) == distillation_loss(
        logits, targets, labels, temperature=2.0, alpha=0.3, sample_weight=weight
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperature": 0.0}, "temperature must be a positive number"),
        ({"temperature": float("inf")}, "temperature must be a positive number"),
        ({"alpha": 1.1}, "alpha must be in"),
        ({"targets": torch.ones(4, 2) / 2}, r"targets of shape \(4, 2\)"),
        ({"labels": torch.zeros(3, dtype=torch.long)}, r"labels of shape \(3,\) for 4 rows"),
        ({"sample_weight": torch.ones(4, 1)}, "sample_weight of shape"),
    ],
)
def test_unusable_arguments(change, message):
    logits, targets, labels, weight = case(4, 3)
    arguments = {"targets": targets, "labels": labels, "sample_weight": weight, **change}
    with pytest.raises(ValueError, match=message):
        distillation_loss(logits, **arguments)


def test_tempering_is_softmax_of_scaled_logarithms():
    proba = torch.tensor([[0.7, 0.3, 0.0], [0.2, 0.2, 0.6]])
    soft = temper(proba, 2.0)
    np.testing.assert_allclose(soft, proba.sqrt() / proba.sqrt().sum(1, keepdim=True), atol=1e-6)
    assert soft[0, 2] == 0
    assert temper(proba, 1) is proba


@pytest.mark.parametrize("row", [[0.5, 0.6], [1.5, -0.5], [float("nan"), 1.0]])
def test_tempering_refuses_what_is_no_distribution(row):
    with pytest.raises(ValueError, match="Row 1 of the targets"):
        temper(torch.tensor([[0.5, 0.5], row]), 2.0)
