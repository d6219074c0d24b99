"""The public loss: autograd, compiled graphs, odd input, and what it refuses."""

import numpy as np
import pytest
import torch
from torch import library
from torch._subclasses.fake_tensor import FakeTensorMode

from skdistill.losses import KINDS, DistillationLoss, _aten, distillation_loss, temper
from skdistill.losses._loss import OPERATOR
from skdistill.losses._settings import LEAST_TEMPERATURE, MOST_TEMPERATURE, make_settings


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("kind", KINDS)
def test_autograd_hands_on_the_references_gradient(kind, reduction, Case):
    case = Case(12, 5)
    logits = case.logits.clone().requires_grad_()
    loss = distillation_loss(
        logits, case.targets, case.labels,
        kind=kind, temperature=2.0, sample_weight=case.weight, reduction=reduction,
    )  # fmt: skip
    (gradient,) = torch.autograd.grad(3 * loss, logits)
    expected, expected_gradient = case.expect(make_settings(kind, 2.0, reduction=reduction))
    assert loss.item() == pytest.approx(expected, rel=1e-4)
    np.testing.assert_allclose(gradient, 3 * expected_gradient, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "none"])
@pytest.mark.parametrize("kind", KINDS)
def test_gradcheck(kind, reduction, standardize, Case):
    if kind == "dist" and reduction == "none":
        reduction = "sum"
    case = Case(4, 3)
    targets = case.targets.double() / case.targets.double().sum(dim=1, keepdim=True)

    def loss(logits):
        return distillation_loss(
            logits, targets, case.labels, kind=kind, temperature=3.0, standardize=standardize,
            sample_weight=case.weight.double(), reduction=reduction,
        )  # fmt: skip

    assert torch.autograd.gradcheck(loss, case.logits.double().requires_grad_())


def test_a_second_derivative_is_refused_rather_than_wrong(Case):
    logits, targets, labels, _ = Case(4, 3)
    loss = distillation_loss(logits.requires_grad_(), targets, labels) + logits.square().sum()
    with pytest.raises(RuntimeError, match="can be differentiated once"):
        torch.autograd.grad(loss, logits, create_graph=True)
    loss, _ = OPERATOR(logits, targets, labels, None, *make_settings())
    (gradient,) = torch.autograd.grad(loss, logits, create_graph=True)
    with pytest.raises(RuntimeError, match="does not require grad"):
        gradient.sum().backward()


@pytest.mark.parametrize("kind", ["kl", "dkd"])
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_the_operator_keeps_torchs_rules(kind, reduction, Case):
    logits, targets, labels, weight = Case(5, 4)
    chosen = make_settings(kind, 2.0, reduction=reduction)
    arguments = (logits.requires_grad_(), targets, labels, weight, *chosen)
    checks = ("test_schema", "test_autograd_registration", "test_faketensor")
    library.opcheck(OPERATOR, arguments, test_utils=checks)


@pytest.mark.parametrize("kind", KINDS)
def test_it_compiles_as_one_graph(kind, Case):
    logits, targets, labels, weight = Case(6, 4)

    def loss(logits):
        return distillation_loss(
            2 * logits, targets, labels, kind=kind, temperature=2.0, sample_weight=weight
        )

    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    for answer in (loss, compiled):
        leaf = logits.clone().requires_grad_()
        value = answer(leaf)
        value.backward()
        if answer is loss:
            expected, expected_gradient = value, leaf.grad
    assert value.item() == pytest.approx(expected.item())
    torch.testing.assert_close(leaf.grad, expected_gradient)


def test_it_exports(Case):
    logits, targets, labels, _ = Case(6, 4)
    module = DistillationLoss(temperature=2.0, alpha=0.3)
    exported = torch.export.export(module, (logits, targets, labels)).module()
    torch.testing.assert_close(exported(logits, targets, labels), module(logits, targets, labels))


def test_the_module_is_the_function_and_hands_out_the_gradient(Case):
    logits, targets, labels, weight = Case(8, 6)
    module = DistillationLoss(kind="jsd", temperature=2.0, alpha=0.3, beta=0.2)
    logits.requires_grad_()
    loss = distillation_loss(
        logits, targets, labels, kind="jsd", temperature=2.0, alpha=0.3, beta=0.2,
        sample_weight=weight,
    )  # fmt: skip
    assert module(logits, targets, labels, weight) == loss
    loss.backward()
    value, gradient = module.loss_and_gradient(logits, targets, labels, weight)
    assert value == loss
    assert torch.equal(gradient, logits.grad)
    assert not gradient.requires_grad
    assert "beta=0.2" in repr(module)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32_and_comes_back(kind, dtype, Case):
    case = Case(20, 6)
    low = case.logits.to(dtype).requires_grad_()
    loss = distillation_loss(low, case.targets, case.labels, kind=kind)
    loss.backward()
    assert loss.dtype == low.grad.dtype == dtype
    expected = distillation_loss(low.detach().float(), case.targets, case.labels, kind=kind)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-2)


def test_half_precision_survives_by_a_loss_scale(Case):
    logits, targets, labels, _ = Case(8192, 40)
    low, full = logits.half().requires_grad_(), logits.half().float().requires_grad_()
    scale = 1024.0
    (scale * distillation_loss(low, targets, labels)).backward()
    (scale * distillation_loss(full, targets, labels)).backward()
    np.testing.assert_allclose(low.grad.float(), full.grad, rtol=1e-3, atol=1e-7)


def test_nothing_but_logits_gets_a_graph(Case):
    for kind in ("kl", "dkd"):
        logits, targets, labels, weight = Case(5, 4)
        module = DistillationLoss(kind=kind)
        given = targets.requires_grad_(), labels, weight.requires_grad_()
        assert not any(part.requires_grad for part in module.loss_and_gradient(logits, *given))
        assert not module(logits, *given).requires_grad


def test_tensors_elsewhere_are_an_error_and_no_crash(Case):
    logits, targets, labels, weight = Case(5, 4)
    for place in range(1, 4):
        tensors = [logits, targets, labels, weight]
        tensors[place] = tensors[place].to("meta")
        with pytest.raises((RuntimeError, NotImplementedError), match=r"meta|device"):
            distillation_loss(*tensors[:3], sample_weight=tensors[3]).item()


def test_a_fake_tensor_passes_through_the_operator():
    with FakeTensorMode():
        loss = distillation_loss(torch.randn(4, 3), torch.rand(4, 3), torch.zeros(4).long())
    assert loss.shape == ()


def test_rows_need_not_be_contiguous(Case):
    logits, targets, labels, weight = Case(8, 6)
    expected = distillation_loss(logits, targets, labels, sample_weight=weight)
    strided = torch.empty(6, 8).t().copy_(logits), torch.empty(8, 12)[:, ::2].copy_(targets)
    twice = torch.stack([labels, labels], dim=1)[:, 0], torch.stack([weight, weight], 1)[:, 1]
    loss = distillation_loss(*strided, twice[0], sample_weight=twice[1])
    assert loss.item() == pytest.approx(expected.item())


@pytest.mark.parametrize("k", [3, 70])
def test_a_class_both_rule_out_costs_nothing(implementation, k, Case):
    case, chosen = Case(4, k), make_settings()
    case.logits[:, 0] = -torch.inf
    case.targets[:, 0] = 0
    case.labels[:] = 1
    loss, gradient = implementation.loss_and_gradient(*case, chosen)
    assert torch.isfinite(loss)
    assert torch.isfinite(gradient).all()
    assert gradient[:, 0].abs().max() == 0


@pytest.mark.parametrize("k", [3, 70])
@pytest.mark.parametrize("t", [1.0, 3.0])
def test_what_only_the_student_rules_out_is_infinite(implementation, k, t, Case):
    case, chosen = Case(4, k), make_settings(temperature=t, reduction="none")
    case.logits[1, 2] = -torch.inf
    loss, gradient = implementation.loss_and_gradient(*case[:2], None, None, chosen)
    assert torch.isinf(loss).tolist() == [False, True, False, False]
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("k", [3, 70])
def test_infinite_logits_are_not_a_number(implementation, k, Case):
    for value in (torch.inf, torch.nan):
        case, chosen = Case(4, k), make_settings(reduction="none")
        case.logits[1, 2] = value
        loss, gradient = implementation.loss_and_gradient(*case[:2], None, None, chosen)
        assert torch.isnan(loss).tolist() == [False, True, False, False]
        assert torch.isnan(gradient[1]).any()
        assert torch.isfinite(gradient[[0, 2, 3]]).all()


def test_no_rows_are_not_a_number_in_the_mean_and_nothing_in_the_sum():
    empty = torch.empty(0, 3), torch.empty(0, 3)
    assert torch.isnan(distillation_loss(*empty))
    assert distillation_loss(*empty, reduction="sum") == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "hinton"}, "kind must be one of kl, logit_mse"),
        ({"temperature": 0.0}, "temperature must be a positive number"),
        ({"temperature": 1e-9}, "temperature must be a positive number"),
        ({"temperature": float("nan")}, "temperature must be a positive number"),
        ({"temperature": float("inf")}, "temperature must be a positive number"),
        ({"alpha": 1.1}, "alpha must be in"),
        ({"beta": 0.5}, "kind='kl' has no beta"),
        ({"kind": "jsd", "beta": 1.0}, r"beta must be in \(0, 1\)"),
        (
            {"temperature": 1e30},
            "temperature must be a positive number from 0.0001 to 100000, got 1e\\+30",
        ),
        ({"reduction": "max"}, "reduction must be"),
        ({"kind": "dist", "reduction": "none"}, "no loss of single rows"),
        ({"targets": torch.ones(4, 2) / 2}, r"targets of shape \(4, 2\)"),
        ({"targets": torch.ones(4, 3, dtype=torch.long)}, "must be floats"),
        ({"labels": torch.zeros(3, dtype=torch.long)}, r"labels of shape \(3,\) for 4 rows"),
        ({"sample_weight": torch.ones(4, 1)}, "sample_weight of shape"),
    ],
)
def test_unusable_arguments(change, message, Case):
    logits, targets, labels, weight = Case(4, 3)
    arguments = {"targets": targets, "labels": labels, "sample_weight": weight, **change}
    with pytest.raises(ValueError, match=message):
        distillation_loss(logits, **arguments)


def test_no_classes_are_refused():
    with pytest.raises(ValueError, match="logits of no class"):
        distillation_loss(torch.empty(4, 0), torch.empty(4, 0))


@pytest.mark.parametrize("k", [3, 70])
def test_minus_one_is_no_label(implementation, k, Case):
    case, chosen = Case(20, k), make_settings(alpha=0.3)
    expected = implementation.loss_and_gradient(*case[:2], None, None, chosen)
    labels = torch.full((20,), -1)
    found = implementation.loss_and_gradient(*case[:2], labels, None, chosen)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("k", [3, 70])
@pytest.mark.parametrize("t", [0.3, 1.5, 4.0])
def test_a_diverged_students_logits_stay_in_range(implementation, k, t):
    logits = torch.full((3, k), 1e10)
    targets = torch.full((3, k), 1 / k)
    loss, gradient = implementation.loss_and_gradient(
        logits, targets, None, None, make_settings(temperature=t, alpha=1.0)
    )
    assert loss.item() == pytest.approx(0, abs=1e-5)
    np.testing.assert_allclose(gradient, 0, atol=1e-6)


@pytest.mark.parametrize("k", [3, 70])
def test_a_nan_of_any_bits_is_one(implementation, k, Case):
    logits, targets, _, _ = Case(4, k)
    logits[1, 1] = torch.tensor([0x7FC00001], dtype=torch.int32).view(torch.float32)
    targets[1] = torch.eye(k)[0]
    for alpha in (0.0, 1.0):
        chosen = make_settings(alpha=alpha, reduction="none")
        labels = torch.zeros(4, dtype=torch.long)
        loss, _ = implementation.loss_and_gradient(logits, targets, labels, None, chosen)
        assert torch.isnan(loss).tolist() == [False, True, False, False]


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("label", [3, 2**32, 2**63 - 1, -2, -100, -(2**32), -(2**63)])
def test_a_label_that_is_neither_class_nor_none_is_refused(implementation, label, alpha, Case):
    case = Case(4, 3)
    case.labels[2] = label
    message = rf"labels\[2\] is {label}, but must be from -1"
    with pytest.raises(ValueError, match=message):
        implementation.loss_and_gradient(*case, make_settings(alpha=alpha))


def test_labels_of_smaller_integers_count_and_others_are_refused(Case):
    logits, targets, labels, _ = Case(20, 3)
    for kind in ("kl", "dkd"):
        expected = distillation_loss(logits, targets, labels, kind=kind)
        assert distillation_loss(logits, targets, labels.short(), kind=kind) == expected
    for wrong in (labels.float(), labels > 0):
        with pytest.raises(ValueError, match=f"labels must be integers, got {wrong.dtype}"):
            distillation_loss(logits, targets, wrong)


@pytest.mark.parametrize("kind", ["kl", "logit_mse", "reverse_kl", "jsd"])
@pytest.mark.parametrize("t", [LEAST_TEMPERATURE, 1.0, MOST_TEMPERATURE])
def test_float32_keeps_two_digits_at_every_temperature_that_is_allowed(implementation, kind, t):
    generator = torch.Generator().manual_seed(0)
    scores, logits = torch.randn(2, 200, 10, generator=generator, dtype=torch.float64) * 2
    proba, logits = torch.softmax(scores, dim=1).float(), logits.float()
    exact = temper(proba.double() / proba.double().sum(dim=1, keepdim=True), t)
    chosen = make_settings(kind, t, alpha=1.0, reduction="none")
    loss, gradient = implementation.loss_and_gradient(logits, temper(proba, t), None, None, chosen)
    wide = _aten.loss_and_gradient(logits.double(), exact, None, None, chosen)
    size = max(wide[1].abs().max().item(), t)
    assert (gradient - wide[1]).abs().max() < 0.01 * size
    assert (loss - wide[0]).abs().mean() < 0.01 * wide[0].abs().mean()


@pytest.mark.parametrize("settings", [{"kind": "dkd"}, {"kind": "dist"}, {"standardize": True}])
def test_what_is_degenerate_at_two_classes_is_refused(settings, Case):
    logits, targets, labels, _ = Case(4, 2)
    with pytest.raises(ValueError, match=r"needs three classes or more: .* Use kind='kl'"):
        distillation_loss(logits, targets, labels, **settings)
