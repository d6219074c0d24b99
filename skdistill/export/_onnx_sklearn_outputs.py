"""What skl2onnx is told of the outputs."""

from typing import ClassVar

import numpy as np
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from skl2onnx.common.utils_classifier import get_label_classes
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

import skdistill
from skdistill.export._onnx_outputs import (
    ClassesInOnnx,
    LabelsInOnnx,
    NumbersInOnnx,
    QuantilesInOnnx,
)
from skdistill.layers import Classes, Labels, Numbers, Outputs, Quantiles


class StudentStep(ClassifierMixin, BaseEstimator):
    """A student as the last step of a pipeline to convert."""

    def __init__(self, student_):
        self.student_ = student_
        self.classes_ = student_.classes_


class ClassesInSklearn:
    """A classifier's outputs, with labels as the options of the conversion ask for."""

    step = StudentStep
    models = (skdistill.DistilledClassifier, StudentStep)
    chosen: ClassVar[dict[str, bool]] = {"zipmap": False}  # of these, in a pipeline
    options: ClassVar[dict[str, list]] = {
        "zipmap": [True, False, "columns"],
        "nocl": [True, False],
        "output_class_labels": [False, True],
    }

    def __init__(self, scope, model):
        self.written = ClassesInOnnx(Classes(np.asarray(get_label_classes(scope, model))))

    def types(self, n_rows):
        """Return the type of each output."""
        labels = self.written.labels
        of_label = StringTensorType if labels.dtype == object else Int64TensorType
        return of_label([n_rows]), FloatTensorType([n_rows, len(labels)])


class StudentOfLabelsStep(ClassifierMixin, BaseEstimator):
    """A student of several labels a row as the last step of a pipeline to convert."""

    def __init__(self, student_):
        self.student_ = student_


class LabelsInSklearn:
    """The outputs of a classifier of several labels a row."""

    step = StudentOfLabelsStep
    models = (StudentOfLabelsStep,)
    options: ClassVar[dict[str, list]] = {}
    chosen: ClassVar[dict[str, bool]] = {}

    def __init__(self, scope, model):
        self.written = LabelsInOnnx(model.student_.outputs)
        self._count = model.student_.outputs.count

    def types(self, n_rows):
        """Return the types of labels and probabilities."""
        shape = [n_rows, self._count]
        return Int64TensorType(shape), FloatTensorType(shape)


class StudentOfNumbersStep(RegressorMixin, BaseEstimator):
    """A student of numbers as the last step of a pipeline to convert."""

    def __init__(self, student_):
        self.student_ = student_


class NumbersInSklearn:
    """A regressor's output."""

    step = StudentOfNumbersStep
    models: ClassVar[tuple[type, ...]] = (skdistill.DistilledRegressor, StudentOfNumbersStep)
    form = NumbersInOnnx
    options: ClassVar[dict[str, list]] = {}
    chosen: ClassVar[dict[str, bool]] = {}

    def __init__(self, scope, model):
        self.written = self.form(model.student_.outputs)
        self._count = model.student_.outputs.n_outputs

    def types(self, n_rows):
        """Return the type of the output."""
        return (DoubleTensorType([n_rows, self._count]),)


class QuantilesInSklearn(NumbersInSklearn):
    """The output of a regressor of quantiles."""

    models = ()  # those of numbers
    form = QuantilesInOnnx


WRITERS: dict[type[Outputs], type[ClassesInSklearn | LabelsInSklearn | NumbersInSklearn]] = {
    Classes: ClassesInSklearn,
    Labels: LabelsInSklearn,
    Numbers: NumbersInSklearn,
    Quantiles: QuantilesInSklearn,
}
