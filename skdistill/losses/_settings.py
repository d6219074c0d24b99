"""What a loss is made of, checked once."""

import math
from typing import NamedTuple

from skdistill.losses._distributions import KINDS, SOFT, KindName

# Between these, float32 keeps two digits of what is compared, against float64. At a high T
# probabilities differ from 1 / K by some 1 / T, and rounding is T · 1e-7 of the gradient. At a low
# one T divides logits, and at 16 the next one that float32 has is 1e-6 away.
LEAST_TEMPERATURE, MOST_TEMPERATURE = 1e-4, 1e5  # as in csrc/losses/batch.h


class Settings(NamedTuple):
    """Settings of a loss, as `distillation_loss` documents them."""

    kind: KindName = "kl"
    temperature: float = 1.0
    alpha: float = 0.5
    beta: float = 0.0
    standardize: bool = False
    reduction: str = "mean"

    def scale(self, n_rows: int) -> float:
        """Return the factor of the sum of the losses; NaN for a mean of none."""
        return 1.0 if self.reduction != "mean" else 1 / n_rows if n_rows else math.nan


def make_settings(
    kind: KindName = "kl",
    temperature: float = 1.0,
    alpha: float = 0.5,
    beta: float | None = None,
    standardize: bool = False,
    reduction: str = "mean",
) -> Settings:
    """Check and return settings; `beta` None is the kind's default."""
    if kind not in SOFT:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}.")
    check_temperature(temperature)
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be in [0, 1], got {alpha}.")
    default, most = SOFT[kind].beta, SOFT[kind].most_beta
    if beta is None:
        beta = default or 0.0
    elif default is None:
        raise ValueError(f"kind={kind!r} has no beta; leave it None, got {beta}.")
    elif not 0 < beta < most:
        raise ValueError(f"beta must be in (0, {most:g}) for kind={kind!r}, got {beta}.")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}.")
    if reduction == "none" and not SOFT[kind].of_rows:
        raise ValueError(
            f"kind={kind!r} compares whole columns of a batch: no loss of single rows."
        )
    return Settings(kind, float(temperature), float(alpha), beta, bool(standardize), reduction)


def check_temperature(temperature):
    """Raise ValueError where float32 would round away what a temperature leaves to compare."""
    if not LEAST_TEMPERATURE <= temperature <= MOST_TEMPERATURE:
        raise ValueError(
            f"temperature must be a positive number from {LEAST_TEMPERATURE:g} to "
            f"{MOST_TEMPERATURE:g}, got {temperature}: beyond, rounding decides. The limit of "
            "a high one is kind='logit_mse'; that of a low one is a one-hot target."
        )


def check_classes(settings, n_classes):
    """Raise ValueError where so few classes leave nothing to compare."""
    if n_classes == 0:
        raise ValueError("logits of no class: their second dimension is 0.")
    if n_classes > 2:
        return
    reason = SOFT[settings.kind].at_two_classes
    if settings.standardize:
        reason = "two standardised logits are always 1 and -1"
    if reason:
        option = "standardize=True" if settings.standardize else f"kind={settings.kind!r}"
        raise ValueError(f"{option} needs three classes or more: {reason}. Use kind='kl'.")
