"""Teacher probabilities, brought to the distillation temperature once a fit."""

import torch

from skdistill.losses._reference import EPS
from skdistill.losses._settings import check_temperature


def temper(proba, temperature, *, standardize=False):
    """Soften probabilities: p ↦ softmax(log p / T).

    Parameters
    ----------
    proba : Tensor of shape (n_samples, n_classes)
        Probabilities; each row sums to 1. Zeros stay zeros.
    temperature : float
        T > 0; 1 leaves `proba` as it is.
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
        If `temperature` is not a positive number, a row is no probability distribution, or a
        row to be standardised has a zero.
    """
    check_temperature(temperature)
    sums = proba.sum(dim=1)
    bad = ~torch.isclose(sums, torch.ones_like(sums), atol=1e-3) | (proba < 0).any(dim=1)
    if bad.any():
        row = int(bad.nonzero()[0, 0])
        raise ValueError(
            f"Row {row} of the targets sums to {float(sums[row]):.4g} with minimum "
            f"{float(proba[row].min()):.4g}: pass probabilities, each row summing to 1."
        )
    if not standardize:
        return proba if temperature == 1 else torch.softmax(torch.log(proba) / temperature, dim=1)
    if (zero := (proba == 0).any(dim=1)).any():
        raise ValueError(
            f"Row {int(zero.nonzero()[0, 0])} of the targets has a probability of 0, whose "
            "logarithm cannot be standardised: smooth the teacher's probabilities first."
        )
    logits = torch.log(proba)
    spread, center = torch.std_mean(logits, dim=1, keepdim=True, correction=0)
    return torch.softmax((logits - center) / (spread + EPS) / temperature, dim=1)
