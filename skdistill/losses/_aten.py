"""The losses in torch's own operators, for every device; the gradient is made with the value."""

import torch

from skdistill.losses._distributions import SOFT, log_softmax
from skdistill.losses._tempering import EPS, standardized


def loss_and_gradient(logits, targets, labels, weight, settings):
    """Return the loss and its gradient by the logits, without autograd.

    Without reduction, the gradient is that of the sum of the losses. It is float32 where `logits`
    are of half precision.
    """
    dtype = torch.float64 if logits.dtype == torch.float64 else torch.float32
    z, p = (values.contiguous().to(dtype) for values in (logits, targets))
    weight = None if weight is None else weight.to(dtype).unsqueeze(1)
    labels = None if labels is None else _checked(labels.long(), z.shape[1]).unsqueeze(1)
    alpha, scale = settings.alpha, settings.scale(len(z))
    soft = alpha * settings.temperature**2
    losses, gradient, log_s, s = None, None, None, None
    if alpha > 0:
        u, pull_back = _scaled(z, settings)
        log_q = log_softmax(u)
        q = log_q.exp()
        f, df = SOFT[settings.kind].soft(log_q, q, p, labels, weight, settings)
        losses, gradient = f.mul_(soft), pull_back(df).mul_(soft * scale)
        if u is z:
            log_s, s = log_q, q
    if alpha < 1 and labels is not None:
        # f = -log s_y,  s = softmax(z),  ∂f/∂z_k = s_k - [k = y]
        if log_s is None:
            log_s = log_softmax(z)
            s = log_s.exp()
        known, index = labels >= 0, labels.clamp(min=0)
        share = known.to(dtype).mul_((1 - alpha) * scale)
        hard = torch.where(known, log_s.gather(1, index), 0.0).mul_(alpha - 1)
        losses = hard if losses is None else losses.add_(hard)
        gradient = s * share if gradient is None else gradient.addcmul_(s, share)
        gradient.scatter_add_(1, index, share.neg_())
    if losses is None or gradient is None:
        losses, gradient = z.new_zeros(len(z), 1), torch.zeros_like(z)
    if weight is not None:
        weighs = weight.bool()
        losses = torch.where(weighs, losses * weight, 0.0)
        gradient = torch.where(weighs, gradient * weight, 0.0)
    losses = losses.squeeze(1) if settings.reduction == "none" else losses.sum().mul_(scale)
    return losses.to(logits.dtype), gradient


def _checked(labels, n_classes):
    bad = (labels < -1) | (labels >= n_classes)
    if labels.is_cuda:  # to name the row, the host would wait for the device
        torch._assert_async(~bad.any(), f"a label is not from -1 (no label) to {n_classes - 1}")
    elif bad.any():
        row = int(bad.nonzero()[0, 0])
        raise ValueError(
            f"labels[{row}] is {int(labels[row])}, but must be from -1 (no label) to "
            f"{n_classes - 1}."
        )
    return labels


def _scaled(z, settings):
    """Return u, what the soft loss compares, and the map from ∂f/∂u to ∂f/∂z."""
    t = settings.temperature
    if not settings.standardize:
        return (z, lambda g: g) if t == 1 else (z / t, lambda g: g.div_(t))
    x, center, spread = standardized(z)

    def pull_back(g):
        g = g - g.mean(dim=1, keepdim=True)
        unit = (z - center) / torch.where(spread > 0, spread, 1.0)
        return (g - unit * (g * x).mean(dim=1, keepdim=True)) / (spread + EPS) / t

    return x / t, pull_back
