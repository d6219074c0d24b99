"""Every implementation against the reference: kinds, shapes around register widths, settings."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from skdistill.losses import KINDS, _aten, _native
from skdistill.losses._settings import make_settings

SHAPES = [(1, 3), (7, 3), (33, 10), (5, 100)]


def implementations(case, chosen):
    yield _aten
    if _native.serves(*case, chosen):
        yield _native


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_all_give_the_references_numbers(kind, standardize, Case, assert_agrees):
    for (n, k), alpha, t, zeros in itertools.product(
        SHAPES, [0.0, 0.4, 1.0], [0.05, 1.0, 3.0, 1000.0], [False, True]
    ):
        case = Case(n, k, temperature=t, zeros=zeros)
        chosen = make_settings(kind, t, alpha, standardize=standardize)
        assert_agrees(_aten, case, chosen)


@pytest.mark.parametrize("reduction", ["sum", "none"])
@pytest.mark.parametrize("kind", KINDS[:-1])
def test_sums_and_single_rows(kind, reduction, Case, assert_agrees):
    case, chosen = Case(9, 5), make_settings(kind, 2.0, reduction=reduction)
    for implementation in implementations(case, chosen):
        assert_agrees(implementation, case, chosen)


@hypothesis_settings(deadline=None)
@given(
    n=st.integers(1, 40),
    k=st.sampled_from([2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129]),
    log_t=st.floats(-3, 3),
    alpha=st.floats(0, 1),
    kind=st.sampled_from(["kl", "logit_mse", "reverse_kl", "jsd"]),
    zeros=st.booleans(),
    seed=st.integers(0, 99),
)
def test_any_shape_and_temperature(Case, assert_agrees, n, k, log_t, alpha, kind, zeros, seed):
    t = 10**log_t
    case = Case(n, k, temperature=t, zeros=zeros, seed=seed)
    chosen = make_settings(kind, t, alpha)
    for implementation in implementations(case, chosen):
        assert_agrees(implementation, case, chosen)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_of_no_weight_has_no_part_in_it_whatever_it_holds(kind, Case):
    case, chosen = Case(6, 4), make_settings(kind)
    case.weight[:] = torch.tensor([1.0, 0, 2, 1, 1, 1])
    expected, expected_gradient = _aten.loss_and_gradient(*case, chosen)
    if kind != "dist":  # a correlation of columns cannot leave out NaN
        case.logits[1] = torch.tensor([torch.nan, torch.inf, 0, 0])
    for implementation in implementations(case, chosen):
        loss, gradient = implementation.loss_and_gradient(*case, chosen)
        assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
        np.testing.assert_allclose(gradient, expected_gradient, atol=1e-6)
        assert gradient[1].abs().max() == 0


def test_double_precision_is_kept(Case):
    case, chosen = Case(8, 5), make_settings(temperature=2.0)
    case.logits, case.targets = case.logits.double(), case.targets.double()
    case.targets /= case.targets.sum(dim=1, keepdim=True)
    loss, gradient = _aten.loss_and_gradient(*case, chosen)
    expected, expected_gradient = case.expect(chosen)
    assert loss.item() == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, expected_gradient, atol=1e-14)


@pytest.mark.parametrize("kind", ["kl", "reverse_kl", "jsd"])
def test_terms_do_not_overflow_at_high_temperature(kind, reference):
    logits, targets = torch.tensor([[0.0, -280.0], [0.0, -300.0]]), torch.tensor([[0.5, 0.5]] * 2)
    chosen = make_settings(kind, 3.0, 1.0)
    expected, _ = reference.loss_and_gradient(logits, targets, None, None, chosen)
    for implementation in implementations((logits, targets, None, None), chosen):
        loss, _ = implementation.loss_and_gradient(logits, targets, None, None, chosen)
        assert loss.item() == pytest.approx(expected, rel=1e-4)
