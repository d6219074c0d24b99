"""Student nets: the table encoder and the architectures."""

from skdistill.students._encoder import learn_encoding, make_waves
from skdistill.students._mlp import MLP
from skdistill.students._own import OwnNet
from skdistill.students._scaling import learn_scaling
from skdistill.students._split_bins import split_bins
from skdistill.students._tabm import TabM

STUDENTS = ("linear", "mlp", "tabm")

__all__ = [
    "MLP",
    "STUDENTS",
    "OwnNet",
    "TabM",
    "learn_encoding",
    "learn_scaling",
    "make_waves",
    "split_bins",
]
