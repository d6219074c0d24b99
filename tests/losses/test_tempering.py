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
