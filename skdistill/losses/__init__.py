"""Distillation losses for torch: usable alone, in any torch or skorch code."""

from skdistill.losses._binary import BINARY_NUMBER as BINARY_NUMBER
from skdistill.losses._binary import binary_loss
from skdistill.losses._distributions import KINDS
from skdistill.losses._distributions import NUMBERS as NUMBERS
from skdistill.losses._distributions import KindName as KindName
from skdistill.losses._loss import DistillationLoss, distillation_loss
from skdistill.losses._native import describe as describe_kernels  # noqa: F401
from skdistill.losses._pinball import PINBALL_NUMBER as PINBALL_NUMBER
from skdistill.losses._pinball import pinball as pinball
from skdistill.losses._pinball import pinball_loss
from skdistill.losses._points import POINT_NUMBERS as POINT_NUMBERS
from skdistill.losses._points import POINTS, point_loss
from skdistill.losses._points import PointName as PointName
from skdistill.losses._settings import LEAST_TEMPERATURE as LEAST_TEMPERATURE
from skdistill.losses._settings import MOST_TEMPERATURE as MOST_TEMPERATURE
from skdistill.losses._settings import check_classes as check_classes
from skdistill.losses._settings import make_settings as make_settings
from skdistill.losses._tempering import temper

__all__ = ["KINDS", "POINTS", "DistillationLoss", "binary_loss", "distillation_loss"]
__all__ += ["pinball_loss", "point_loss", "temper"]
