"""Distillation losses for torch: usable alone, in any torch or skorch code."""

from skdistill.losses._loss import DistillationLoss, distillation_loss
from skdistill.losses._settings import KINDS
from skdistill.losses._tempering import temper

__all__ = ["KINDS", "DistillationLoss", "distillation_loss", "temper"]
