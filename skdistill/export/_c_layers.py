"""The forward pass of a student as C code: a reader of layers."""

from collections.abc import Callable
from dataclasses import replace

from skdistill import layers
from skdistill.export._c_outputs import LAST
from skdistill.export._c_text import array, number
from skdistill.export._common import round_to_int8

BUFFERS = ("a", "b", "c")  # what a step reads, what it writes, and what every member reads


class Forward:
    """C code that leads a row `x` through the layers added; `@` as in the helpers.

    Members run one after the other, so that buffers hold one of them.
    """

    def __init__(self, n_inputs, *, int8):
        self.int8 = int8  # whether weights of linear layers get eight bits
        self.where, self.width = "x", n_inputs  # the buffer with the output, and its floats
        self.arrays: list[str] = []  # definitions of what the code names
        self._lines: list[str] = []
        self._buffers: dict[str, int] = {}
        self._kept, self._indent = "", "    "
        self._n_layers = self.n_members = 0

    def read(self):
        """Append what bounds the row of a student without encoder."""
        x, y = self.move(self.width)
        self.call("read", x, y, self.width)

    def add(self, layer):
        """Append the code of a layer."""
        self._n_layers += 1
        READERS[type(layer)](self, layer)

    def call(self, function, *arguments):
        """Append a call."""
        self._lines.append(f"{self._indent}@{function}({', '.join(map(str, arguments))});")

    def array(self, name, values, *, per_member=False):
        """Define an array and return a pointer to it, or to the current member's part of it."""
        name = f"@{name}_{self._n_layers}"
        self.arrays.append(array(name, values))
        return f"{name} + m * {values[0].size}" if per_member else name

    def move(self, width):
        """Return the buffer of the last output, and the one for the next, `width` floats long."""
        source = self.where
        self.where = next(name for name in BUFFERS if name not in (source, self._kept))
        self.need(self.where, width)
        return source, self.where

    def need(self, buffer, width):
        """Make a buffer `width` floats long or longer; an output of that width lies there."""
        self.width = width
        self._buffers[buffer] = max(width, 1, self._buffers.get(buffer, 1))

    def begin_members(self, n_members):
        """Open the loop over members, unless it is open."""
        if not self._kept:
            self._lines.append(f"    for (int m = 0; m < {n_members}; ++m) {{")
            self._kept, self._indent = self.where, "        "
            self.n_members = n_members

    def end_members(self):
        """Close the loop over members."""
        self._lines.append("    }")
        self._kept, self._indent = "", "    "

    @property
    def code(self):
        """The statements, buffers first."""
        buffers = ", ".join(f"{name}[{width}]" for name, width in self._buffers.items())
        return "\n".join([f"    float {buffers};", *self._lines])


def as_rounded(layer):
    """Return the layer with the weights that its eight-bit form has."""
    if not isinstance(layer, layers.Linear | layers.LinearOfMembers):
        return layer
    weight, scale = round_to_int8(layer.weight)
    return replace(layer, weight=weight * scale)


def _encode_table(c, layer):
    _, y = c.move(layer.n_outputs)
    done = 0
    if n := len(layer.number_columns):
        done = _encode_numbers(c, layer, y, n)
    if n := len(layer.category_columns):
        names = ("category_columns", "table_rows", "table_widths", "tables")
        pointers = [c.array(name, getattr(layer, name)) for name in names]
        c.call("categories", "x", *pointers, f"{y} + {done}", n)


def _encode_numbers(c, layer, y, n):
    columns, center = c.array("columns", layer.number_columns), c.array("center", layer.center)
    scale = c.array("inverse_scale", layer.inverse_scale)
    c.call("numbers", "x", columns, center, scale, y, n, number(layers.BOUND), number(layers.CLIP))
    if n_flags := len(layer.missing):
        flagged = c.array("flagged", layer.number_columns[layer.missing])
        c.call("missing", "x", flagged, f"{y} + {n}", n_flags)
    n += n_flags
    if n_bins := len(layer.bin_numbers):
        names = ("bin_numbers", "bin_low", "bin_inverse_width")
        bins = [c.array(name, getattr(layer, name)) for name in names]
        c.call("bins", "x", columns, center, *bins, f"{y} + {n}", n_bins)
    return n + n_bins


def _periodic(c, layer):
    frequency, phase = c.array("frequency", layer.frequency), c.array("phase", layer.phase)
    c.call("periodic", c.where, frequency, phase, c.width, *layer.frequency.shape)
    c.need(c.where, c.width + layer.phase.size)


def _linear(c, layer, *, per_member=False):
    n_inputs, n_outputs = layer.weight.shape[-2:]
    arrays = {"weight": layer.weight, "bias": layer.bias}
    if c.int8:
        weight, scale = round_to_int8(layer.weight)
        arrays = {"weight": weight, "weight_scale": scale, "bias": layer.bias}
    pointers = [c.array(name, a, per_member=per_member) for name, a in arrays.items()]
    x, y = c.move(n_outputs)
    c.call("linear_int8" if c.int8 else "linear", x, *pointers, y, n_inputs, n_outputs)


def _linear_of_members(c, layer):
    c.begin_members(len(layer.bias))
    _linear(c, layer, per_member=True)


def _scale(c, layer):
    n_members, width = layer.scale.shape
    c.begin_members(n_members)
    names = ("scale", "shift")
    pointers = [c.array(name, getattr(layer, name), per_member=True) for name in names]
    x, y = c.move(width)
    c.call("scale", x, *pointers, y, width)


def _mean_of_members(c, layer):
    n = c.width
    c.need("high", n)
    c.need("sum", n)
    c.call("add_member", c.where, "high", "sum", n, "m == 0")
    c.end_members()
    _, y = c.move(n)
    c.call("join_members", "high", "sum", y, n, c.n_members)


def _average_of_members(c, layer):
    n = c.width
    c.need("sum", n)
    c.call("add_scores", c.where, "sum", n, "m == 0")
    c.end_members()
    _, y = c.move(n)
    c.call("average", "sum", y, n, c.n_members)


def _activation(c, layer):
    c.call(layer.function, c.where, c.width)


READERS: dict[type, Callable] = {
    layers.EncodeTable: _encode_table,
    layers.Periodic: _periodic,
    layers.Linear: _linear,
    layers.LinearOfMembers: _linear_of_members,
    layers.Scale: _scale,
    layers.MeanOfMembers: _mean_of_members,
    layers.AverageOfMembers: _average_of_members,
    layers.Activation: _activation,
    **LAST,
}
