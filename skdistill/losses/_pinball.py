"""Pinball loss of quantiles against labels, mixed with the distance to a teacher's quantiles."""

from collections.abc import Sequence

import torch
from torch import Tensor

PINBALL_NUMBER = 8  # as in csrc/losses/batch.h


def pinball_loss(
    predictions: Tensor,
    targets: Tensor,
    labels: Tensor | None = None,
    *,
    levels: Sequence[float],
    alpha: float = 0.5,
    sample_weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Mix of squared distances to the teacher's quantiles and pinball losses against labels.

    For each row, with label y, the teacher's quantiles t, weight w, and means over levels q::

        w · (α mean (prediction - t)²  +  (1 - α) mean ρ_q(y - prediction))

    ρ_q(e) = max(q e, (q - 1) e) is least, in the mean, at the quantile of level q [1]_, and
    grows with the square of a small distance to it, as the first term does. A row without label
    (NaN) has the first term alone.

    Parameters
    ----------
    predictions : Tensor of shape (n_samples, n_levels)
        Quantiles of the student.
    targets : Tensor of shape (n_samples, n_levels)
        Of the teacher; no gradient.
    labels : Tensor of shape (n_samples, 1) or None
        NaN in a row without label. None: no row has one.
    levels : sequence of float
        Level q of each column, in (0, 1).
    alpha : float
        Weight α of the teacher's quantiles, in [0, 1].
    sample_weight : Tensor of shape (n_samples,) or None
        Weight of each row; None: 1.
    reduction : {"mean", "sum", "none"}
        "mean" divides the sum by the number of rows, whatever the weights.

    Returns
    -------
    loss : scalar Tensor, or Tensor of shape (n_samples,) without reduction
        The teacher's term in squared units of the predictions, that of labels in their units.

    Raises
    ------
    ValueError
        If shapes differ, or a setting is out of range.

    References
    ----------
    .. [1] Koenker and Bassett, "Regression Quantiles", 1978.
    """
    _check(predictions, targets, labels, levels, alpha, reduction)
    losses = alpha * (predictions - targets).square().mean(dim=1)
    if labels is not None and alpha < 1:
        errors = torch.where(torch.isnan(labels), 0.0, labels - predictions)
        losses = losses + (1 - alpha) * pinball(errors, levels)
    if sample_weight is not None:
        losses = losses * sample_weight
    return losses if reduction == "none" else getattr(losses, reduction)()


def pinball(errors: Tensor, levels: Sequence[float]) -> Tensor:
    """Return the pinball loss of each row, the mean over levels, of labels less predictions."""
    q = torch.tensor(levels, dtype=errors.dtype, device=errors.device)
    return torch.maximum(q * errors, (q - 1) * errors).mean(dim=1)


def _check(predictions, targets, labels, levels, alpha, reduction):
    expected = len(predictions), len(levels)
    given = {"predictions": (predictions, expected), "targets": (targets, expected)}
    if labels is not None:
        given["labels"] = labels, (len(predictions), 1)
    for name, (numbers, shape) in given.items():
        if numbers.shape != shape:
            raise ValueError(
                f"{name} of shape {tuple(numbers.shape)}: expected {shape} for "
                f"{len(predictions)} rows and {len(levels)} levels."
            )
    if not all(0 < q < 1 for q in levels) or not 0 <= alpha <= 1:
        raise ValueError(
            f"levels must be in (0, 1) and alpha in [0, 1], got {tuple(levels)} and {alpha}."
        )
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}.")
