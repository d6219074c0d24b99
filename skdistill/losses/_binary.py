"""The loss of several labels a row: a mix of soft and hard binary cross-entropy."""

import torch
from torch import Tensor
from torch.nn.functional import softplus

from skdistill.losses._settings import LEAST_TEMPERATURE, MOST_TEMPERATURE

BINARY_NUMBER = 7  # as in csrc/losses/batch.h


def binary_loss(
    logits: Tensor,
    targets: Tensor,
    labels: Tensor | None = None,
    *,
    temperature: float = 1.0,
    alpha: float = 0.5,
    sample_weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Mix of binary cross-entropy against the teacher's probabilities and against labels.

    For each row, with labels y, targets p, weight w and f the mean over labels of binary
    cross-entropy::

        w · (α T² f(p, logits / T)  +  (1 - α) f(y, logits))

    Soft binary cross-entropy is the divergence KL(p‖σ(logits / T)) but for what no student can
    change [1]_. A label that is not known (NaN) has the first term alone.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_labels)
        The student's log-odds, before any temperature.
    targets : Tensor of shape (n_samples, n_labels)
        The teacher's probabilities, already at `temperature`; no gradient.
    labels : Tensor of shape (n_samples, n_labels) or None
        1 where a row has a label, 0 where not, NaN where that is not known. None: nowhere.
    temperature : float
        Distillation temperature T, from 1e-4 to 1e5.
    alpha : float
        Weight α of the soft loss, in [0, 1].
    sample_weight : Tensor of shape (n_samples,) or None
        Weight of each row; None: 1.
    reduction : {"mean", "sum", "none"}
        "mean" divides the sum by the number of rows, whatever the weights.

    Returns
    -------
    loss : scalar Tensor, or Tensor of shape (n_samples,) without reduction
        Nats a row, mean over labels.

    Raises
    ------
    ValueError
        If shapes differ, or a setting is out of range.

    References
    ----------
    .. [1] Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015, Section 2,
       with σ in place of the softmax.
    """
    _check(logits, targets, labels, temperature, alpha, reduction)
    losses = alpha * temperature**2 * _cross_entropy(logits / temperature, targets).mean(dim=1)
    if labels is not None and alpha < 1:
        known = ~torch.isnan(labels)
        hard = _cross_entropy(logits, torch.where(known, labels, 0.0))
        losses = losses + (1 - alpha) * torch.where(known, hard, 0.0).mean(dim=1)
    if sample_weight is not None:
        losses = losses * sample_weight
    return {"mean": losses.mean, "sum": losses.sum, "none": lambda: losses}[reduction]()


# f(z) = log(1 + e^z) - p z = -p log σ(z) - (1 - p) log σ(-z)
# ∂f/∂z = σ(z) - p
def _cross_entropy(z, p):
    return softplus(z) - p * z


def _check(logits, targets, labels, temperature, alpha, reduction):
    shape = logits.shape
    for name, values in (("targets", targets), ("labels", labels)):
        if values is not None and (len(shape) != 2 or values.shape != shape):
            raise ValueError(
                f"logits of shape {tuple(shape)} and {name} of shape {tuple(values.shape)}: both "
                "must be (n_samples, n_labels)."
            )
    if not LEAST_TEMPERATURE <= temperature <= MOST_TEMPERATURE:
        raise ValueError(
            f"temperature must be from {LEAST_TEMPERATURE} to {MOST_TEMPERATURE}, got "
            f"{temperature}."
        )
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be in [0, 1], got {alpha}.")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}.")
