"""What a training makes small."""

import pytest
import torch

from skdistill.losses import distillation_loss
from skdistill.tasks._class_criterion import StudentCriterion

LABELS = torch.tensor([0, 1, 2, 0, 1, -1])


def answers_of(labels):
    generator = torch.Generator().manual_seed(0)
    return {
        "targets": torch.rand(6, 3, generator=generator).softmax(1),
        "labels": labels,
        "sample_weight": torch.tensor([2.0, 0, 1, 1, 1, 1]),
    }


def test_held_out_rows_are_scored_by_log_loss_against_labels():
    criterion = StudentCriterion(alpha=1.0, temperature=5.0).eval()
    logits, answers = torch.randn(6, 3), answers_of(LABELS.clamp(min=0))
    expected = -(logits.log_softmax(1)[range(6), answers["labels"]] * answers["sample_weight"])
    assert criterion(logits, answers).item() == pytest.approx(expected.mean().item(), rel=1e-5)


@pytest.mark.parametrize("n_members", [1, 4])
@pytest.mark.parametrize("loss", ["kl", "dkd", distillation_loss])
def test_backward_hands_on_the_gradient_of_forward(loss, n_members):
    criterion, answers = StudentCriterion(0.3, 2.0, loss), answers_of(LABELS)
    logits = torch.randn(n_members * 6, 3, requires_grad=True)
    forward = criterion(logits, answers)
    (expected,) = torch.autograd.grad(forward, logits)
    value = criterion.backward(logits, answers)
    assert not value.requires_grad
    torch.testing.assert_close(value, forward.detach())
    torch.testing.assert_close(logits.grad, expected)
