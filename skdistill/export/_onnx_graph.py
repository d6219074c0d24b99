"""An ONNX graph in the making, and the whole model once it is made."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto, helper, numpy_helper

ML = "ai.onnx.ml"
ML_OPSET = 2
MICROSOFT, MICROSOFT_OPSET = "com.microsoft", 1  # operators that ONNX Runtime adds
HOMES = {
    "LabelEncoder": (ML, ML_OPSET),
    "ZipMap": (ML, ML_OPSET),
    "MurmurHash3": (MICROSOFT, MICROSOFT_OPSET),
}


@dataclass(frozen=True)
class Tensor:
    """An input of the graph."""

    name: str
    kind: int  # of its elements, from `onnx.TensorProto`
    width: int  # number of columns


class Graph(ABC):
    """Where layers put their nodes; each node has one output, known by its name."""

    def __init__(self, opset):
        self.opset = opset  # of the default domain
        self.double = False  # whether the net computes in float64

    @abstractmethod
    def constant(self, array):
        """Add an array and return its name."""

    @abstractmethod
    def node(self, op, *inputs, output=None, **attributes):
        """Add a node and return the name of its output."""

    def real(self, values):
        """Add real numbers, stored as float32, and return their name."""
        name = self.constant(np.asarray(values, dtype=np.float32))
        return self.node("Cast", name, to=TensorProto.DOUBLE) if self.double else name

    def integers(self, values):
        """Add whole numbers, such as axes and positions, and return their name."""
        return self.constant(np.array(values, dtype=np.int64))

    def columns(self, name, positions, width):
        """Return the columns at some positions of a matrix of `width` columns."""
        if list(positions) == list(range(width)):
            return name
        return self.node("Gather", name, self.integers(positions), axis=1)

    def join(self, names):
        """Return matrices side by side."""
        return names[0] if len(names) == 1 else self.node("Concat", *names, axis=1)


class ModelGraph(Graph):
    """A graph that becomes a model of its own."""

    def __init__(self, opset):
        super().__init__(opset)
        self._nodes = []
        self._constants = []

    def constant(self, array):
        name = f"skdistill.constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, op, *inputs, output=None, **attributes):
        output = output or f"skdistill.{op}{len(self._nodes)}"
        domain, _ = HOMES.get(op, ("", 0))
        node = helper.make_node(op, inputs, [output], name=output, domain=domain, **attributes)
        self._nodes.append(node)
        return output

    def model(self, inputs, outputs):
        """Return the model, in the oldest file format that its operators permit.

        `outputs` are the type and the shape of each, by name.
        """
        declare = helper.make_tensor_value_info
        given = [declare(t.name, t.kind, ["rows", t.width]) for t in inputs]
        made = [declare(name, kind, shape) for name, (kind, shape) in outputs.items()]
        graph = helper.make_graph(self._nodes, "skdistill", given, made, self._constants)
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid(ML, ML_OPSET)]
        version = helper.find_min_ir_version_for(opsets)
        if any(node.domain == MICROSOFT for node in self._nodes):
            opsets.append(helper.make_opsetid(MICROSOFT, MICROSOFT_OPSET))
        return helper.make_model(graph, opset_imports=opsets, ir_version=version)
