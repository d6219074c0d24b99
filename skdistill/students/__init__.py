"""Student nets: the table encoder, the architectures and the skorch net that trains them."""

from skdistill.students._batches import TransferRows
from skdistill.students._callbacks import BestWeights, EpochReport, RateSchedule
from skdistill.students._encoder import learn_encoding, make_waves
from skdistill.students._mlp import MLP
from skdistill.students._net import StudentNet
from skdistill.students._own import OwnNet
from skdistill.students._scaling import learn_scaling
from skdistill.students._tabm import TabM

STUDENTS = ("linear", "mlp", "tabm")

__all__ = [
    "MLP",
    "STUDENTS",
    "BestWeights",
    "EpochReport",
    "OwnNet",
    "RateSchedule",
    "StudentNet",
    "TabM",
    "TransferRows",
    "learn_encoding",
    "learn_scaling",
    "make_waves",
]
