"""What a graph says of the outputs, and how their last layer is written."""

import numpy as np
from onnx import TensorProto, helper

from skdistill.exceptions import ExportError
from skdistill.export._common import TOLERANCE
from skdistill.export._onnx_graph import ML, ML_OPSET
from skdistill.export._onnx_layers import Flow, write
from skdistill.layers import (
    MOST_EXPONENT,
    Affine,
    Ascending,
    Classes,
    Exponential,
    Labels,
    Numbers,
    Outputs,
    Quantiles,
    Sigmoid,
    Softmax,
)

MAX_FLIPPED = 0.02  # share of labels that eight bits may change, and
MAX_MEAN_DIFFERENCE = 0.01  # of probabilities
MAX_MEAN_SHARE = 0.05  # of the mean distance of numbers from their mean: some .003 of R²


@write.register
def _(layer: Softmax, graph, flow):
    x = graph.node("Mul", flow.name, graph.real(layer.inverse_temperature))
    return Flow(graph.node("Softmax", x, axis=1))


@write.register
def _(layer: Sigmoid, graph, flow):
    x = graph.node("Mul", flow.name, graph.real(layer.inverse_temperature))
    return Flow(graph.node("Sigmoid", x))


@write.register
def _(layer: Affine, graph, flow):
    return Flow(_placed(layer, graph, flow))


@write.register
def _(layer: Exponential, graph, flow):
    bounds = [graph.constant(bound) for bound in (-MOST_EXPONENT, MOST_EXPONENT)]
    return Flow(graph.node("Exp", graph.node("Clip", _placed(layer, graph, flow), *bounds)))


@write.register
def _(layer: Ascending, graph, flow):
    x, n = _as_double(graph, flow), len(layer.scale)
    first, later = np.eye(n, 1) * np.ones(n), np.triu(np.ones((n, n)))
    later[0] = 0
    lowest = graph.node("MatMul", x, graph.constant(first))
    steps = graph.node("MatMul", _softplus(graph, x), graph.constant(later))
    numbers = _to_units(layer, graph, graph.node("Add", lowest, steps))
    after = graph.constant(
        np.where(np.tri(n) > 0, 0, -np.inf)[None]
    )  # 0 up to the diagonal, -∞ beyond
    each = graph.node("Add", graph.node("Unsqueeze", numbers, graph.integers([1])), after)
    return Flow(_highest(graph, each))


def _softplus(graph, x):
    """Return log(1 + eˣ), which has no operator in float64 everywhere, of matrices."""
    decay = graph.node("Exp", graph.node("Neg", graph.node("Abs", x)))
    log = graph.node("Log", graph.node("Add", decay, graph.constant(1.0)))
    return graph.node("Add", graph.node("Relu", x), log)


def _highest(graph, x):
    """Return the maximum along the last axis."""
    if graph.opset >= 18:
        return graph.node("ReduceMax", x, graph.integers([2]), keepdims=0)
    return graph.node("ReduceMax", x, axes=[2], keepdims=0)


def _placed(layer, graph, flow):
    """Return x · scale + center in float64."""
    return _to_units(layer, graph, _as_double(graph, flow))


def _as_double(graph, flow):
    return flow.name if graph.double else graph.node("Cast", flow.name, to=TensorProto.DOUBLE)


def _to_units(layer, graph, x):
    return graph.node(
        "Add", graph.node("Mul", x, graph.constant(layer.scale)), graph.constant(layer.center)
    )


def labels_of(classes):
    """Return class labels as a graph may hold them: int64, or str objects."""
    values = classes.tolist()
    if all(isinstance(value, str) for value in values):
        return np.array(values, dtype=object)
    if all(isinstance(value, bool | int | float) and value == int(value) for value in values):
        return np.array(values, dtype=np.int64)
    raise TypeError(
        f"Class labels {values[:3]} of dtype {classes.dtype} have no form in ONNX. "
        "Use strings, integers or booleans as labels."
    )


class ClassesInOnnx:
    """The most probable label and the probabilities of all."""

    names = ("label", "probabilities")  # of the graph's outputs; the last is the answers

    def __init__(self, outputs):
        self.labels = labels_of(outputs.labels)
        self.about = {"classes": outputs.labels.tolist()}  # for the metadata
        self._are_texts = self.labels.dtype == object
        self._kind = TensorProto.STRING if self._are_texts else TensorProto.INT64

    def declare(self):
        """Return name, type and shape of each output of the graph."""
        shapes = (self._kind, ["rows"]), (TensorProto.FLOAT, ["rows", len(self.labels)])
        return dict(zip(self.names, shapes, strict=True))

    def write(self, graph, answers, names):
        """Write what follows the last layer, whose output is `answers`; `names` are the last."""
        best = graph.node("ArgMax", answers, axis=1, keepdims=0)
        graph.node("Gather", graph.constant(self.labels), best, axis=0, output=names[0])
        graph.node("Cast", answers, to=TensorProto.FLOAT, output=names[1])

    def check(self, chosen, expected, form):
        """Raise ExportError unless each row has the label of a most probable class."""
        position = {label: k for k, label in enumerate(self.labels.tolist())}
        classes = np.array([position[label] for label in chosen.tolist()], dtype=np.intp)
        lost = expected.max(axis=1) - expected[np.arange(len(expected)), classes]
        if lost.max(initial=0) > 2 * TOLERANCE:
            row = int(lost.argmax())
            raise ExportError(
                f"{form} labels a row {chosen[row]!r}, whose probability is {lost[row]:.2g} below "
                "the most probable class's. Nothing was written. Please report this."
            )

    def flipped(self, got, expected):
        """Return the share of rows to which another label is given."""
        return {"flipped": float((got.argmax(axis=1) != expected.argmax(axis=1)).mean())}

    def lost(self, report):
        """Say what a report of eight bits has beyond what is accepted, if anything."""
        flipped, difference = report["flipped"], report["mean_difference"]
        if flipped <= MAX_FLIPPED and difference <= MAX_MEAN_DIFFERENCE:
            return ""
        return (
            f"{flipped:.1%} get another label (at most {MAX_FLIPPED:.0%} are accepted), and "
            f"probabilities differ by {difference:.2g} on average (at most {MAX_MEAN_DIFFERENCE})"
        )

    def add_zipmap(self, onnx_model):
        """Replace the matrix of probabilities by a dictionary a row."""
        graph = onnx_model.graph
        matrix = "skdistill.probabilities"
        for node in graph.node:
            node.output[:] = [matrix if name == "probabilities" else name for name in node.output]
        keys = "classlabels_strings" if self._are_texts else "classlabels_int64s"
        about = {"name": "zipmap", "domain": ML, keys: self.labels.tolist()}
        graph.node.append(helper.make_node("ZipMap", [matrix], ["probabilities"], **about))
        number = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
        row = helper.make_map_type_proto(self._kind, number)
        rows = helper.make_value_info("probabilities", helper.make_sequence_type_proto(row))
        (position,) = [i for i, out in enumerate(graph.output) if out.name == "probabilities"]
        graph.output[position].CopyFrom(rows)
        if ML not in [opset.domain for opset in onnx_model.opset_import]:
            onnx_model.opset_import.append(helper.make_opsetid(ML, ML_OPSET))


class LabelsInOnnx:
    """Which labels a row has, and the probabilities of all, one column each."""

    names = ("label", "probabilities")

    def __init__(self, outputs):
        self._count = outputs.count
        self.about = {"n_outputs": outputs.count}

    def declare(self):
        """Return name, type and shape of each output of the graph."""
        kinds = TensorProto.INT64, TensorProto.FLOAT
        return {
            n: (kind, ["rows", self._count]) for n, kind in zip(self.names, kinds, strict=True)
        }

    def write(self, graph, answers, names):
        """Write what follows the last layer, whose output is `answers`; `names` are the last."""
        has = graph.node("Greater", answers, graph.real(0.5))
        graph.node("Cast", has, to=TensorProto.INT64, output=names[0])
        graph.node("Cast", answers, to=TensorProto.FLOAT, output=names[1])

    def check(self, chosen, expected, form):
        """Raise ExportError unless each row has the labels that are more likely than not."""
        lost = np.where(chosen == 1, 0.5 - expected, expected - 0.5).max(axis=1)
        if lost.max(initial=0) > TOLERANCE:
            row = int(lost.argmax())
            raise ExportError(
                f"{form} gives a row the labels {chosen[row]}, whose probabilities are "
                f"{expected[row]}. Nothing was written. Please report this."
            )

    def flipped(self, got, expected):
        """Return the share of labels that are given to other rows."""
        return {"flipped": float(((got > 0.5) != (expected > 0.5)).mean())}

    def lost(self, report):
        """Say what a report of eight bits has beyond what is accepted, if anything."""
        flipped, difference = report["flipped"], report["mean_difference"]
        if flipped <= MAX_FLIPPED and difference <= MAX_MEAN_DIFFERENCE:
            return ""
        return (
            f"{flipped:.1%} of labels are others (at most {MAX_FLIPPED:.0%} are accepted), and "
            f"probabilities differ by {difference:.2g} on average (at most {MAX_MEAN_DIFFERENCE})"
        )

    def add_zipmap(self, onnx_model):
        """Refuse: labels have no names."""
        raise ValueError("zipmap=True makes dictionaries by class, but the student has none.")


class NumbersInOnnx:
    """One tensor of doubles, named as scikit-learn's regressors have it."""

    names = ("variable",)

    def __init__(self, outputs):
        self._count = outputs.n_outputs
        self.about = {"n_outputs": outputs.n_outputs}

    def declare(self):
        """Return name, type and shape of the graph's output."""
        return {"variable": (TensorProto.DOUBLE, ["rows", self._count])}

    def write(self, graph, answers, names):
        """Name the output of the last layer."""
        graph.node("Identity", answers, output=names[0])

    def check(self, expected, form):
        """Find nothing: the answers are all there is."""

    def flipped(self, got, expected):
        """Return no share: rows have no labels."""
        return {}

    def lost(self, report):
        """Say what a report of eight bits has beyond what is accepted, if anything."""
        share = report["mean_difference"]
        if share <= MAX_MEAN_SHARE:
            return ""
        return (
            f"numbers differ by {share:.1%} of their spread on average (at most "
            f"{MAX_MEAN_SHARE:.0%} are accepted)"
        )

    def add_zipmap(self, onnx_model):
        """Refuse: numbers have no labels."""
        raise ValueError("zipmap=True makes dictionaries by label, but the student has none.")


class QuantilesInOnnx(NumbersInOnnx):
    """One tensor of doubles, a column a level."""

    def __init__(self, outputs):
        super().__init__(outputs)
        self.about |= {"quantiles": outputs.levels.tolist()}


WRITERS: dict[type[Outputs], type[ClassesInOnnx | LabelsInOnnx | NumbersInOnnx]] = {
    Classes: ClassesInOnnx,
    Labels: LabelsInOnnx,
    Numbers: NumbersInOnnx,
    Quantiles: QuantilesInOnnx,
}
