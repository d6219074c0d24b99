"""Pinball loss of quantiles."""

import numpy as np
import pytest
import torch
from sklearn.metrics import mean_pinball_loss

from skdistill.losses import pinball_loss

LEVELS = (0.05, 0.5, 0.9)
RNG = np.random.default_rng(0)
PREDICTIONS, TARGETS = (torch.tensor(RNG.normal(size=(8, 3))) for _ in range(2))
LABELS = torch.tensor(RNG.normal(size=(8, 1)))


def test_against_labels_it_is_scikit_learns_mean_over_levels():
    loss = pinball_loss(PREDICTIONS, TARGETS, LABELS, levels=LEVELS, alpha=0.0)
    columns = [
        mean_pinball_loss(LABELS[:, 0], PREDICTIONS[:, k], alpha=q) for k, q in enumerate(LEVELS)
    ]
    assert loss.item() == pytest.approx(np.mean(columns))


def test_against_the_teacher_it_is_the_squared_distance():
    loss = pinball_loss(PREDICTIONS, TARGETS, levels=LEVELS, alpha=1.0)
    assert loss.item() == pytest.approx(((PREDICTIONS - TARGETS) ** 2).mean().item())


def test_a_row_without_label_has_the_teachers_term_alone():
    labels = LABELS.clone()
    labels[2] = torch.nan
    weight = torch.tensor(RNG.random(8))
    predictions = PREDICTIONS.clone().requires_grad_()
    each = pinball_loss(
        predictions,
        TARGETS,
        labels,
        levels=LEVELS,
        alpha=0.3,
        sample_weight=weight,
        reduction="none",
    )
    expected = 0.3 * weight[2] * ((PREDICTIONS - TARGETS)[2] ** 2).mean()
    assert each[2].item() == pytest.approx(expected.item())
    each.sum().backward()
    assert torch.isfinite(predictions.grad).all()


def test_its_mean_is_least_at_the_quantile():
    labels = torch.linspace(0, 1, 1001)[:, None]
    losses = [
        pinball_loss(torch.full((1001, 1), v), labels, labels, levels=(0.9,), alpha=0.0).item()
        for v in (0.85, 0.9, 0.95)
    ]
    assert losses[1] < min(losses[0], losses[2])


def test_its_gradient_is_that_of_its_values():
    predictions = PREDICTIONS.clone().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda p: pinball_loss(p, TARGETS, LABELS, levels=LEVELS, alpha=0.4), predictions
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": TARGETS[:, :2]}, r"targets of shape \(8, 2\): expected \(8, 3\)"),
        ({"labels": LABELS[:, 0]}, r"labels of shape \(8,\): expected \(8, 1\)"),
        ({"levels": (0.5,)}, "predictions of shape"),
        ({"levels": (0.0, 0.5, 0.9)}, r"levels must be in \(0, 1\)"),
        ({"alpha": 2.0}, r"alpha in \[0, 1\]"),
        ({"reduction": "max"}, "reduction must be"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(change, message):
    given = {"predictions": PREDICTIONS, "targets": TARGETS, "labels": LABELS, "levels": LEVELS}
    with pytest.raises(ValueError, match=message):
        pinball_loss(**{**given, **change})
