"""Linear layers in eight bits, with ranges measured once, on rows given by the caller.

Ranges that are measured on each batch would give a row another answer in another company.
"""

from dataclasses import dataclass, replace

import numpy as np
from onnx import TensorProto

from skdistill.exceptions import ExportError
from skdistill.export._common import round_to_int8, spread_of
from skdistill.export._onnx_layers import Flow, write
from skdistill.layers import Layer, Linear

HIGHEST = 63  # of a weight: sums of two products then fit 16 bits, in which old CPUs add them


@dataclass(frozen=True, eq=False)
class Int8Linear(Layer):
    """x ↦ x · weight + bias with x and weight in eight bits."""

    weight: np.ndarray  # int8 (n_inputs, n_outputs)
    weight_scale: np.ndarray  # float32 (n_outputs,)
    bias: np.ndarray  # float32 (n_outputs,)
    input_scale: float
    input_zero: int  # the code of 0 among the 256 of an input

    def __post_init__(self):
        is_int8 = isinstance(self.weight, np.ndarray) and self.weight.dtype == np.int8
        self._require(is_int8 and self.weight.ndim == 2, "weight is not int8 of two dimensions")
        self._require_floats("weight_scale", "bias")
        n_outputs = self.weight.shape[1:]
        self._require(self.weight_scale.shape == self.bias.shape == n_outputs, "scale or bias")
        self._require(isinstance(self.input_scale, float) and self.input_scale > 0, "input_scale")
        self._require(self.input_zero in range(256), "input_zero")

    @classmethod
    def of(cls, layer, x):
        """Return a linear layer in eight bits, for inputs that range as `x`."""
        weight, scale = round_to_int8(layer.weight, HIGHEST)
        low, high = min(x.min(), 0.0), max(x.max(), 0.0)
        input_scale = (high - low) / 255 or 1.0
        zero = int(np.rint(-low / input_scale))
        return cls(weight, scale[0], layer.bias, float(input_scale), zero)

    def forward(self, x):
        codes = np.clip(np.rint(x / self.input_scale) + self.input_zero, 0, 255)
        x = (codes - self.input_zero) * self.input_scale
        return x @ (self.weight * self.weight_scale.astype(np.float64)) + self.bias


@write.register
def _(layer: Int8Linear, graph, flow):
    x = graph.node("Cast", flow.name, to=TensorProto.FLOAT) if graph.double else flow.name
    scale, zero = np.float32(layer.input_scale), np.uint8(layer.input_zero)
    coding = graph.constant(scale), graph.constant(zero)
    x = graph.node("DequantizeLinear", graph.node("QuantizeLinear", x, *coding), *coding)
    weight = [graph.constant(array) for array in (layer.weight, layer.weight_scale)]
    weight = graph.node("DequantizeLinear", *weight, axis=1)
    x = graph.node("MatMul", x, weight)
    x = graph.node("Cast", x, to=TensorProto.DOUBLE) if graph.double else x
    # not Add: ONNX Runtime would join it with MatMul to a Gemm of floats
    return Flow(graph.node("Sub", x, graph.real(-layer.bias)), flow.n_members)


def quantized(student, rows):
    """Return a student whose linear layers compute in eight bits, inputs ranging as `rows`."""
    x, layers = rows, []
    for layer in student.layers:
        layers.append(Int8Linear.of(layer, x) if isinstance(layer, Linear) else layer)
        x = layers[-1].forward(x)
    return replace(student, layers=tuple(layers))


def check_quality(session, outputs, student, feed, expected):
    """Return how a session in eight bits differs from the student; raise if it lost too much.

    Differences are shares of the answers' spread, which is 1 for probabilities.
    """
    *_, got = session.run(None, feed)
    difference = np.abs(got - expected) / spread_of(student, expected)
    report = {
        "rows": len(expected),
        "max_difference": float(difference.max()),
        "mean_difference": float(difference.mean()),
        **outputs.flipped(got, expected),
    }
    if lost := outputs.lost(report):
        raise ExportError(
            f"In eight bits the student answers {len(expected)} rows otherwise: {lost}. "
            "Nothing was written. Export it without `quantize`."
        )
    return report
