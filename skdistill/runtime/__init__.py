"""The compact student: what a server imports. NumPy and safetensors only."""

from skdistill.runtime._classifier_student import ClassifierStudent
from skdistill.runtime._codes import Codes as Codes
from skdistill.runtime._codes import murmur3 as murmur3
from skdistill.runtime._described_columns import describe_columns as describe_columns
from skdistill.runtime._described_columns import holds as holds
from skdistill.runtime._files import format_of as format_of
from skdistill.runtime._files import load
from skdistill.runtime._multilabel_student import MultilabelStudent
from skdistill.runtime._native import describe as describe_forward  # noqa: F401
from skdistill.runtime._quantile_student import QuantileStudent
from skdistill.runtime._reader import ColumnReader as ColumnReader
from skdistill.runtime._regressor_student import RegressorStudent
from skdistill.runtime._student import Student
from skdistill.runtime._students import make_student as make_student

__all__ = ["ClassifierStudent", "MultilabelStudent", "QuantileStudent", "RegressorStudent"]
__all__ += ["Student", "load"]
