"""Distillation losses for torch: usable alone, in any torch or skorch code."""

from skdistill.losses._torch import DistillationLoss, distillation_loss, temper

__all__ = ["DistillationLoss", "distillation_loss", "temper"]
