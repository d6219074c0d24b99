"""Students among the converters of skl2onnx."""

import numpy as np
import skl2onnx
from onnx import TensorProto, numpy_helper
from skl2onnx.common import data_types

from skdistill.export._onnx_graph import HOMES, Graph, Tensor
from skdistill.export._onnx_layers import write_student
from skdistill.export._onnx_sklearn_outputs import WRITERS

KINDS = {
    data_types.BooleanTensorType: TensorProto.BOOL,
    data_types.DoubleTensorType: TensorProto.DOUBLE,
    data_types.FloatTensorType: TensorProto.FLOAT,
    data_types.Int64TensorType: TensorProto.INT64,
    data_types.StringTensorType: TensorProto.STRING,
}


class ContainerGraph(Graph):
    """A graph that skl2onnx is making."""

    def __init__(self, scope, container):
        super().__init__(container.target_opset_any_domain(""))
        self._scope = scope
        self._container = container

    def constant(self, array):
        array = np.asarray(array)
        name = self._scope.get_unique_variable_name("skdistill.constant")
        if array.dtype == object:
            texts = [text.encode() for text in array.tolist()]
            self._container.add_initializer(name, TensorProto.STRING, array.shape, texts)
        else:
            tensor = numpy_helper.from_array(array)
            self._container.add_initializer(name, tensor.data_type, array.shape, tensor)
        return name

    def node(self, op, *inputs, output=None, **attributes):
        output = output or self._scope.get_unique_variable_name(f"skdistill.{op}")
        if op in HOMES:
            attributes.update(zip(("op_domain", "op_version"), HOMES[op], strict=True))
        self._container.add_node(op, list(inputs), output, **attributes)
        return output


def register():
    """Tell skl2onnx how estimators with a student are converted."""
    for outputs in WRITERS.values():
        for cls in outputs.models:
            how = _declare_outputs, _convert
            name = f"Skdistill{cls.__name__}"
            skl2onnx.update_registered_converter(cls, name, *how, options=outputs.options)


def _declare_outputs(operator):
    types = _outputs(operator.scope_inst, operator).types(operator.inputs[0].get_first_dimension())
    for output, kind in zip(operator.outputs, types, strict=True):
        output.set_type(kind)


def _convert(scope, operator, container):
    graph, student = ContainerGraph(scope, container), operator.raw_operator.student_
    outputs, names = _outputs(scope, operator), [each.full_name for each in operator.outputs]
    write_student(graph, student, _inputs(operator), outputs.written, names)


def _outputs(scope, operator):
    model = operator.raw_operator
    return WRITERS[type(model.student_.outputs)](scope, model)


def _inputs(operator):
    variables, n_features = operator.inputs, operator.raw_operator.student_.n_features_in_
    widths = [variable.type.shape[1] for variable in variables]
    if len(widths) == 1:
        widths = [widths[0] or n_features]
    if None in widths or sum(widths) != n_features:
        raise ValueError(
            f"The student was fitted on {n_features} columns, but gets inputs of {widths}. "
            "Declare them in initial_types as what was passed to fit."
        )
    return [
        Tensor(variable.full_name, KINDS[type(variable.type)], width)
        for variable, width in zip(variables, widths, strict=True)
    ]
