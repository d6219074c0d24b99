"""What a training of several labels a row makes small."""

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from skdistill.losses import binary_loss
from skdistill.tasks._label_criterion import LabelCriterion

GENERATOR = torch.Generator().manual_seed(0)
ANSWERS = {
    "targets": torch.rand(6, 3, generator=GENERATOR),
    "labels": torch.randint(2, (6, 3), generator=GENERATOR).float(),
    "sample_weight": torch.tensor([2.0, 0, 1, 1, 1, 1]),
}


def test_held_out_rows_are_scored_by_log_loss_against_labels():
    scores = torch.randn(6, 3)
    losses = binary_cross_entropy_with_logits(scores, ANSWERS["labels"], reduction="none")
    expected = (losses.mean(dim=1) * ANSWERS["sample_weight"]).mean()
    criterion = LabelCriterion(alpha=1.0, temperature=5.0).eval()
    torch.testing.assert_close(criterion(scores, ANSWERS), expected)


@pytest.mark.parametrize("n_members", [1, 4])
@pytest.mark.parametrize("loss", ["kl", binary_loss])
def test_backward_hands_on_the_gradient_of_forward(loss, n_members):
    criterion = LabelCriterion(0.3, 2.0, loss)
    assert (criterion.kernel is None) == callable(loss)
    scores = torch.randn(n_members * 6, 3, requires_grad=True)
    forward = criterion(scores, ANSWERS)
    (expected,) = torch.autograd.grad(forward, scores)
    value = criterion.backward(scores, ANSWERS)
    assert not value.requires_grad
    torch.testing.assert_close(value, forward.detach())
    torch.testing.assert_close(scores.grad, expected)
