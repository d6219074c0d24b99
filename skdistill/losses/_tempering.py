"""Teacher probabilities, brought to the distillation temperature once a fit."""

import torch
from torch import Tensor

from skdistill.losses._settings import check_temperature

EPS = 1e-7  # of a standard deviation
HALF = {torch.float16, torch.bfloat16}
ROUNDING = 1e-3  # by which a row's sum may differ from 1, or by more where its dtype is coarser


def temper(proba: Tensor, temperature: float, *, standardize: bool = False) -> Tensor:
    """Soften probabilities: p ↦ softmax(log p / T).

    Parameters
    ----------
    proba : Tensor of shape (n_samples, n_classes)
        Probabilities; each row sums to 1. Zeros stay zeros. Half precision is computed in
        float32.
    temperature : float
        T, from 1e-4 to 1e5; 1 leaves `proba` as it is.
    standardize : bool
        Bring each row's log p to mean 0 and standard deviation 1 before it is divided by T, for
        a loss with ``standardize=True``.

    Returns
    -------
    targets : Tensor of shape (n_samples, n_classes)
        Soft targets at `temperature`, in the dtype of `proba`.

    Raises
    ------
    ValueError
        If `temperature` is out of range, `proba` are no floats, a row is no probability
        distribution, or a row to be standardised has a zero.
    """
    check_temperature(temperature)
    if not proba.is_floating_point():
        raise ValueError(f"proba must be floats, got {proba.dtype}.")
    wide = proba.float() if proba.dtype in HALF else proba
    _check_rows(wide, max(ROUNDING, torch.finfo(proba.dtype).eps))
    if temperature == 1 and not standardize:
        return proba
    logits = torch.log(wide)
    if standardize:
        if (zero := (wide == 0).any(dim=1)).any():
            raise ValueError(
                f"Row {int(zero.nonzero()[0, 0])} of the targets has a probability of 0, whose "
                "logarithm cannot be standardised: smooth the teacher's probabilities first."
            )
        logits, *_ = standardized(logits)
    return torch.softmax(logits / temperature, dim=1).to(proba.dtype)


def standardized(z):
    """Return rows of mean 0 and standard deviation 1, and what these were before."""
    spread, center = torch.std_mean(z, dim=1, correction=0, keepdim=True)
    return (z - center) / (spread + EPS), center, spread


def _check_rows(proba, rounding):
    sums = proba.sum(dim=1)
    bad = ~torch.isclose(sums, torch.ones_like(sums), atol=rounding) | (proba < 0).any(dim=1)
    if bad.any():
        row = int(bad.nonzero()[0, 0])
        raise ValueError(
            f"Row {row} of the targets sums to {float(sums[row]):.4g} with minimum "
            f"{float(proba[row].min()):.4g}: pass probabilities, each row summing to 1."
        )
