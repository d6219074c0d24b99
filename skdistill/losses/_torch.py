"""The distillation loss in torch, its gradient made in the forward pass.

Scores are laid out class by class, (n_classes, n_samples): torch's softmax over a last dimension
narrower than a SIMD register is many times slower.
"""

import math

import torch
from torch import nn


def temper(proba, temperature):
    """Soften probabilities: p ↦ softmax(log p / T).

    Parameters
    ----------
    proba : Tensor of shape (n_samples, n_classes)
        Probabilities; each row sums to 1. Zeros stay zeros.
    temperature : float
        T > 0; 1 leaves `proba` as it is.

    Returns
    -------
    targets : Tensor of shape (n_samples, n_classes)
        Soft targets at `temperature`, in the dtype of `proba`.

    Raises
    ------
    ValueError
        If `temperature` is not a positive number or a row is no probability distribution.
    """
    _check_temperature(temperature)
    sums = proba.sum(dim=1)
    bad = ~torch.isclose(sums, torch.ones_like(sums), atol=1e-3) | (proba < 0).any(dim=1)
    if bad.any():
        row = int(bad.nonzero()[0, 0])
        raise ValueError(
            f"Row {row} of the targets sums to {float(sums[row]):.4g} with minimum "
            f"{float(proba[row].min()):.4g}: pass probabilities, each row summing to 1."
        )
    if temperature == 1:
        return proba
    return torch.softmax(torch.log(proba) / temperature, dim=1)


def distillation_loss(
    logits, targets, labels=None, *, temperature=1.0, alpha=0.5, sample_weight=None
):
    """Mix of the soft loss against the teacher and the hard loss against labels [1]_.

    For each row, with p the targets, q = softmax(logits / T), y the label and w the weight::

        w · (α T² Σ_k p_k (log p_k - log q_k)  -  (1 - α) log softmax(logits)_y)

    A row without label (-1) has the first term alone. The result is the sum over rows divided by
    their number, whatever the weights.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        Student scores in nats, before any temperature.
    targets : Tensor of shape (n_samples, n_classes)
        Teacher probabilities already at `temperature` (see `temper`); no gradient.
    labels : int64 Tensor of shape (n_samples,) or None
        Class indices, -1 for a row without label. None: no row has one.
    temperature : float
        Distillation temperature T > 0.
    alpha : float
        Weight α of the soft loss, in [0, 1].
    sample_weight : Tensor of shape (n_samples,) or None
        Weight of each row; None: 1.

    Returns
    -------
    loss : scalar Tensor
        Nats a row.

    Raises
    ------
    ValueError
        If shapes differ, or `temperature` or `alpha` is out of range.

    References
    ----------
    .. [1] Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015, Section 2.
    """
    _check_temperature(temperature)
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be in [0, 1], got {alpha}.")
    if logits.ndim != 2 or logits.shape != targets.shape:
        raise ValueError(
            f"logits of shape {tuple(logits.shape)} and targets of shape {tuple(targets.shape)}: "
            "both must be (n_samples, n_classes)."
        )
    for name, rows in (("labels", labels), ("sample_weight", sample_weight)):
        if rows is not None and rows.shape != logits.shape[:1]:
            raise ValueError(
                f"{name} of shape {tuple(rows.shape)} for {logits.shape[0]} rows of logits."
            )
    return _Loss.apply(logits, targets, labels, temperature, alpha, sample_weight)


class DistillationLoss(nn.Module):
    """`distillation_loss` as a module.

    Parameters
    ----------
    temperature : float
        Distillation temperature T > 0.
    alpha : float
        Weight of the soft loss, in [0, 1].
    """

    def __init__(self, *, temperature=1.0, alpha=0.5):
        super().__init__()
        self.temperature = temperature
        self.alpha = alpha

    def forward(self, logits, targets, labels=None, sample_weight=None):
        """Return the loss; see `distillation_loss`."""
        return distillation_loss(
            logits,
            targets,
            labels,
            temperature=self.temperature,
            alpha=self.alpha,
            sample_weight=sample_weight,
        )


class _Loss(torch.autograd.Function):
    # soft: T² Σ_k p_k (log p_k - log q_k),  ∂/∂z_k = T (q_k - p_k)   (p is data: no gradient)
    # hard: -log s_y,  s = softmax(z),        ∂/∂z_k = s_k - [k = y]
    @staticmethod
    def forward(ctx, logits, targets, labels, temperature, alpha, sample_weight):
        z = logits.detach().t().contiguous().float()
        p = targets.t().float()
        n = z.shape[1]
        weight = z.new_ones(n) if sample_weight is None else sample_weight.float()
        labelled = z.new_zeros(n) if labels is None else (labels >= 0).float()
        log_q = torch.log_softmax(z / temperature, dim=0)
        soft_weight = weight * alpha
        # xlogy and the masked product keep 0 · log 0 and 0 · (-inf) at zero
        cross = torch.where(p > 0, p * log_q, 0.0)
        loss = temperature**2 * torch.dot(soft_weight, (torch.xlogy(p, p) - cross).sum(dim=0))
        grad = (log_q.exp() - p) * (temperature * soft_weight)
        if labels is not None and alpha < 1:
            log_s = log_q if temperature == 1 else torch.log_softmax(z, dim=0)
            hard_weight = weight * labelled * (1 - alpha)
            index = labels.clamp(min=0).unsqueeze(0)
            picked = log_s.gather(0, index).squeeze(0)
            loss = loss - torch.where(hard_weight > 0, hard_weight * picked, 0.0).sum()
            grad.addcmul_(log_s.exp(), hard_weight)
            grad.scatter_add_(0, index, -hard_weight.unsqueeze(0))
        ctx.save_for_backward((grad / n).t().to(logits.dtype))
        return (loss / n).to(logits.dtype)

    @staticmethod
    def backward(ctx, upstream):
        (grad,) = ctx.saved_tensors
        return grad * upstream, None, None, None, None, None


def _check_temperature(temperature):
    if not (temperature > 0 and math.isfinite(temperature)):
        raise ValueError(f"temperature must be a positive number, got {temperature}.")
