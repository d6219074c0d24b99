"""Point losses of numbers: squared, absolute and Huber error against answers and labels."""

from typing import Literal, get_args

import torch
from torch import Tensor

PointName = Literal["squared_error", "absolute_error", "huber"]
POINTS: tuple[PointName, ...] = get_args(PointName)
POINT_NUMBERS: dict[str, int] = dict(
    zip(POINTS, range(4, 7), strict=True)
)  # as in csrc/losses/batch.h


def point_loss(
    predictions: Tensor,
    targets: Tensor,
    labels: Tensor | None = None,
    *,
    kind: PointName = "squared_error",
    alpha: float = 0.5,
    delta: float = 1.0,
    sample_weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Mix of an error against the teacher's numbers and the same error against labels.

    For each row, with label y, targets t, weight w and the error f of its kind::

        w · (α f(predictions - t)  +  (1 - α) f(predictions - y))

    f(e) is the mean over outputs of e², of abs(e), or of Huber's: e² / 2 up to δ, and
    δ (abs(e) - δ / 2) beyond [1]_. A row without label (NaN) has the first term alone.

    Parameters
    ----------
    predictions : Tensor of shape (n_samples, n_outputs)
        Of the student.
    targets : Tensor of shape (n_samples, n_outputs)
        Of the teacher; no gradient.
    labels : Tensor of shape (n_samples, n_outputs) or None
        NaN in a row without label. None: no row has one.
    kind : {"squared_error", "absolute_error", "huber"}
        The error.
    alpha : float
        Weight α of the teacher's numbers, in [0, 1].
    delta : float
        Where "huber" becomes linear, in units of the predictions.
    sample_weight : Tensor of shape (n_samples,) or None
        Weight of each row; None: 1.
    reduction : {"mean", "sum", "none"}
        "mean" divides the sum by the number of rows, whatever the weights.

    Returns
    -------
    loss : scalar Tensor, or Tensor of shape (n_samples,) without reduction
        In units of the error.

    Raises
    ------
    ValueError
        If shapes differ, or a setting is out of range.

    References
    ----------
    .. [1] Huber, "Robust Estimation of a Location Parameter", 1964.
    """
    _check(predictions, targets, labels, sample_weight)
    _check_settings(kind, alpha, delta, reduction)
    losses = alpha * _error(predictions - targets, kind, delta)
    if labels is not None and alpha < 1:
        known = ~torch.isnan(labels[:, 0])
        errors = torch.where(known[:, None], predictions - labels, 0.0)
        losses = losses + (1 - alpha) * _error(errors, kind, delta)
    if sample_weight is not None:
        losses = losses * sample_weight
    return {"mean": losses.mean, "sum": losses.sum, "none": lambda: losses}[reduction]()


def _error(e, kind, delta):
    if kind == "squared_error":
        return e.square().mean(dim=1)
    if kind == "absolute_error":
        return e.abs().mean(dim=1)
    return torch.nn.functional.huber_loss(
        e, torch.zeros_like(e), reduction="none", delta=delta
    ).mean(dim=1)


def _check(predictions, targets, labels, weight):
    shape = predictions.shape
    for name, numbers in (("targets", targets), ("labels", labels)):
        if numbers is not None and (len(shape) != 2 or numbers.shape != shape):
            raise ValueError(
                f"predictions of shape {tuple(shape)} and {name} of shape {tuple(numbers.shape)}: "
                "both must be (n_samples, n_outputs)."
            )
    if weight is not None and weight.shape != shape[:1]:
        raise ValueError(
            f"sample_weight of shape {tuple(weight.shape)} for {shape[0]} rows of predictions."
        )


def _check_settings(kind, alpha, delta, reduction):
    if kind not in POINTS:
        raise ValueError(f"kind must be one of {', '.join(POINTS)}, got {kind!r}.")
    if not 0 <= alpha <= 1 or not delta > 0:
        raise ValueError(f"alpha must be in [0, 1] and delta positive, got {alpha} and {delta}.")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}.")
