"""What a training of numbers makes small."""

import pytest
import torch

from skdistill.losses import POINT_NUMBERS, point_loss
from skdistill.tasks._point_criterion import PointCriterion

LABELS = torch.tensor([[0.5, 1], [2, -1], [0, 0], [1, 3], [torch.nan] * 2, [-2, 0]])


def answers_of(labels):
    generator = torch.Generator().manual_seed(0)
    return {
        "targets": torch.rand(6, 2, generator=generator),
        "labels": labels,
        "sample_weight": torch.tensor([2.0, 0, 1, 1, 1, 1]),
    }


@pytest.mark.parametrize("loss", ["absolute_error", point_loss])
def test_held_out_rows_are_scored_by_squared_error_against_labels(loss):
    criterion = PointCriterion(alpha=1.0, temperature=1.0, loss=loss).eval()
    scores, answers = torch.randn(6, 2), answers_of(LABELS.nan_to_num())
    errors = (scores - answers["labels"]).square().mean(dim=1) * answers["sample_weight"]
    assert criterion(scores, answers).item() == pytest.approx(errors.mean().item(), rel=1e-5)


@pytest.mark.parametrize("n_members", [1, 4])
@pytest.mark.parametrize("loss", ["auto", "huber", point_loss])
def test_backward_hands_on_the_gradient_of_forward(loss, n_members):
    criterion, answers = PointCriterion(0.3, 1.0, loss), answers_of(LABELS)
    scores = torch.randn(n_members * 6, 2, requires_grad=True)
    forward = criterion(scores, answers)
    (expected,) = torch.autograd.grad(forward, scores)
    value = criterion.backward(scores, answers)
    assert not value.requires_grad
    torch.testing.assert_close(value, forward.detach())
    torch.testing.assert_close(scores.grad, expected)


def test_members_learn_from_the_same_answers():
    criterion, answers = PointCriterion(0.3, 1.0), answers_of(LABELS)
    one, two = torch.randn(2, 6, 2)
    both = criterion(torch.cat([one, two]), answers)
    assert both.item() == pytest.approx(
        (criterion(one, answers) + criterion(two, answers)).item() / 2, rel=1e-5
    )


def test_compiled_code_is_told_of_losses_that_it_has():
    assert PointCriterion(0.3, 1.0).kernel == (POINT_NUMBERS["squared_error"], 1.0, 0.3, 1.0, None)
    assert PointCriterion(0.3, 1.0, "huber").kernel[0] == POINT_NUMBERS["huber"]
    assert PointCriterion(0.3, 1.0, point_loss).kernel is None
