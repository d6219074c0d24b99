"""Student nets: the table encoder, the architectures and the skorch net that trains them."""

from skdistill.students._batches import TransferRows
from skdistill.students._callbacks import BestWeights, RateSchedule
from skdistill.students._encoder import learn_encoding
from skdistill.students._mlp import MLP
from skdistill.students._net import StudentNet

__all__ = [
    "MLP",
    "BestWeights",
    "RateSchedule",
    "StudentNet",
    "TransferRows",
    "learn_encoding",
]
