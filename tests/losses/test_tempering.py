"""Tempering of teacher probabilities."""

import numpy as np
import pytest
import torch

from skdistill.losses import distillation_loss, temper


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


def test_a_student_with_its_teachers_logits_up_to_shift_and_scale_has_no_standardised_loss():
    logits = torch.randn(20, 4, generator=torch.Generator().manual_seed(0))
    targets = temper(torch.softmax(logits, dim=1), 2.0, standardize=True)
    student = 3 * logits + 7
    loss = distillation_loss(student, targets, temperature=2.0, alpha=1.0, standardize=True)
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert distillation_loss(student, targets, temperature=2.0, alpha=1.0) > 0.1


def test_a_zero_has_no_logarithm_to_standardise():
    with pytest.raises(ValueError, match=r"Row 1 .* smooth the teacher's probabilities first"):
        temper(torch.tensor([[0.5, 0.5], [1.0, 0.0]]), 2.0, standardize=True)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("k", [2, 10, 1000])
def test_half_precision_is_tempered_in_float32_and_comes_back(dtype, k):
    generator = torch.Generator().manual_seed(k)
    low = torch.softmax(torch.randn(500, k, generator=generator), dim=1).to(dtype)
    for standardize in (False, True):
        soft = temper(low, 3.0, standardize=standardize)
        expected = temper(low.double() / low.double().sum(1, True), 3.0, standardize=standardize)
        assert soft.dtype == dtype
        torch.testing.assert_close(soft.double(), expected, rtol=torch.finfo(dtype).eps, atol=1e-6)
    assert temper(low, 1) is low


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_excuses_no_row_that_is_no_distribution(dtype):
    with pytest.raises(ValueError, match=r"Row 1 of the targets sums to 1\.1"):
        temper(torch.tensor([[0.5, 0.5], [0.6, 0.5]], dtype=dtype), 2.0)


def test_integers_are_no_probabilities():
    with pytest.raises(ValueError, match=r"proba must be floats, got torch.int64"):
        temper(torch.eye(3, dtype=torch.long), 2.0)


@pytest.mark.parametrize("temperature", [1e-9, 1e9, float("nan")])
def test_temperatures_at_which_float32_is_noise_are_refused(temperature):
    with pytest.raises(ValueError, match="temperature must be a positive number from"):
        temper(torch.tensor([[0.5, 0.5]]), temperature)
