"""Each layer of a student as nodes of an ONNX graph.

Rows come in as tensors of numbers and texts, one or more columns each. The net computes in
float32, which is enough as encoded features are bounded. A student of sparse rows has no such
bound, so it computes in float64. Members come before rows here, unlike in the runtime: a transpose
before a product ends the process in some versions of ONNX Runtime when there are no rows.
"""

from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from onnx import TensorProto

from skdistill import layers
from skdistill.export._onnx_encode import encode, numbers

REDUCE_TAKES_AXES = 18  # from this opset on, the axes of reductions are an input


@dataclass(frozen=True)
class Flow:
    """What runs from layer to layer."""

    name: str
    n_members: int = 0  # where it is of shape (n_samples, width), without members in front


def write_student(graph, student, inputs, outputs, names):
    """Write a student's nodes, from the columns of its table to the graph's outputs.

    The inputs together hold the columns, in order; `names` are those of the graph's outputs.
    """
    first, *rest = student.layers
    if isinstance(first, layers.EncodeTable):
        flow = Flow(encode(graph, first, student.reader, inputs))
    else:
        graph.double = True
        rest = student.layers
        rows = numbers(graph, inputs, range(student.n_features_in_), student.reader.offsets)
        flow = Flow(graph.node("Cast", rows, to=TensorProto.DOUBLE))
    for layer in rest:
        flow = write(layer, graph, flow)
    outputs.write(graph, flow.name, names)


@singledispatch
def write(layer, graph, flow):
    """Write a layer's nodes and return what flows out of it."""
    raise TypeError(
        f"A {type(layer).__name__} is code of your own and has no ONNX form here. Export "
        "clf.net_.module_ by torch.onnx.export: it makes scores of rows that "
        'clf.student_.reader.read has read. Or use student="mlp" or "tabm".'
    )


@write.register
def _(layer: layers.Periodic, graph, flow):
    n_numbers = len(layer.frequency)
    first = [graph.integers([i]) for i in (0, n_numbers, 1)]
    numbers = graph.node("Slice", flow.name, *first)
    numbers = graph.node("Unsqueeze", numbers, graph.integers([2]))
    cycles = graph.node("Mul", numbers, graph.real(layer.frequency))
    cycles = graph.node("Add", cycles, graph.real(layer.phase))
    waves = graph.node("Cos", graph.node("Mul", cycles, graph.real(2 * np.pi)))
    return Flow(graph.join([flow.name, graph.node("Flatten", waves, axis=1)]))


@write.register
def _(layer: layers.Linear | layers.LinearOfMembers, graph, flow):
    product = graph.node("MatMul", flow.name, graph.real(layer.weight))
    bias = layer.bias if isinstance(layer, layers.Linear) else layer.bias[:, None]
    return Flow(graph.node("Add", product, graph.real(bias)), flow.n_members)


@write.register
def _(layer: layers.Scale, graph, flow):
    x = flow.name
    if not flow.n_members:
        x = graph.node("Unsqueeze", x, graph.integers([0]))
    scaled = graph.node("Mul", x, graph.real(layer.scale[:, None]))
    shifted = graph.node("Add", scaled, graph.real(layer.shift[:, None]))
    return Flow(shifted, n_members=len(layer.scale))


@write.register
def _(layer: layers.MeanOfMembers, graph, flow):
    total = _over_members(graph, "ReduceLogSumExp", graph.node("LogSoftmax", flow.name, axis=2))
    return Flow(graph.node("Sub", total, graph.real(np.log(flow.n_members))))


@write.register
def _(layer: layers.AverageOfMembers, graph, flow):
    return Flow(_over_members(graph, "ReduceMean", flow.name))


def _over_members(graph, op, name):
    if graph.opset < REDUCE_TAKES_AXES:
        return graph.node(op, name, axes=[0], keepdims=0)
    return graph.node(op, name, graph.integers([0]), keepdims=0)


@write.register
def _(layer: layers.Activation, graph, flow):
    if layer.function == "silu":
        if graph.double:  # ONNX Runtime 1.20 fuses x * sigmoid(x) into what it has in float32 only
            growth = graph.node("Exp", graph.node("Neg", flow.name))
            bound = graph.node("Add", growth, graph.real(1.0))
            return Flow(graph.node("Div", flow.name, bound), flow.n_members)
        gate = graph.node("Sigmoid", flow.name)
        return Flow(graph.node("Mul", flow.name, gate), flow.n_members)
    op = {"relu": "Relu", "tanh": "Tanh"}[layer.function]
    return Flow(graph.node(op, flow.name), flow.n_members)
