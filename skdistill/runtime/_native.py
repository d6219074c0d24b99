"""The forward in C++, where the extension was built: from a row's cells to its answer.

`prepare` turns a student's layers into the form that the extension runs. The encoder and the first
linear layer become one: what a code or a full bin adds to the first layer is worked out here, so
a row picks some rows of weights instead of being multiplied by all of them.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from skdistill._plumbing.extension import ACTIVATION_NUMBERS, instruction_sets, kernels
from skdistill.layers import (
    Activation,
    Affine,
    Ascending,
    AverageOfMembers,
    EncodeTable,
    Exponential,
    Layer,
    Linear,
    LinearOfMembers,
    MeanOfMembers,
    Periodic,
    Scale,
    Sigmoid,
    Softmax,
)

LINEAR, SCALE, HEADS, MEAN, AVERAGE = range(
    len(ACTIVATION_NUMBERS), len(ACTIVATION_NUMBERS) + 5
)  # csrc/forward/net.h, and so are these
JOINS: dict[type[Layer], int] = {MeanOfMembers: MEAN, AverageOfMembers: AVERAGE}
LASTS: dict[type[Layer], int] = {
    Softmax: 0,
    Affine: 1,
    Exponential: 2,
    Sigmoid: 3,
    Ascending: 4,
}
MOST_FOLDED = 256  # codes of a category that each get a row of their own
MOST_NUMBERS = 2**24  # in all such rows
ROUNDING = 1e-6  # of bins' ends, as a share of their width


def describe():
    """Say in words which implementation serves."""
    if kernels is None:
        return "NumPy (skdistill._kernels is not built, or SKDISTILL_NATIVE=0)"
    return f"C++ ({instruction_sets()[0]})"


class Unsupported(Exception):
    """NumPy must serve these layers."""


def prepare(layers, n_columns, n_outputs):
    """Return the net as `forward` takes it, or None where NumPy must serve."""
    if kernels is None:
        return None
    try:
        program = [np.asarray(array) for array in _program(layers, n_columns, n_outputs)]
    except Unsupported:
        return None
    integers = [array.ravel() for array in program if array.dtype.kind != "f"]
    numbers = [array.ravel() for array in program if array.dtype.kind == "f"]
    return kernels.prepare(
        np.concatenate(integers, dtype=np.int64), np.concatenate(numbers, dtype=np.float64)
    )


def forward(net, rows, answers):
    """Fill `answers`, float64, by what the net makes of rows that `ColumnReader.gather` gives.

    A row's answer does not depend on other rows. Returns False for rows of another type than
    float32 and float64, an infinite value, and a code that its category has not.
    """
    return kernels.forward(net, rows, answers)


def _program(layers, n_columns, n_outputs):
    """Return arrays and numbers; the extension reads integers and floats each in this order."""
    _require(len(layers) > 2)
    encoding, *layers, last = layers
    _require(type(encoding) is EncodeTable and type(last) in LASTS)
    encoding = _without_silent(encoding)
    columns = np.concatenate([encoding.number_columns, encoding.category_columns])
    _require(np.all((columns >= 0) & (columns < n_columns)))
    waves = layers.pop(0) if type(layers[0]) is Periodic else None
    members = layers.pop(0) if layers and type(layers[0]) is Scale else None
    _require(layers and type(layers[0]) is Linear)
    first = layers.pop(0)
    program = [n_columns, n_outputs, 0 if members is None else len(members.scale)]
    (_add_folded if members is None else _add_signed)(program, encoding, waves, first, members)
    _add_layers(program, layers, first.weight.shape[1], members, n_outputs)
    _add_last(program, last, n_outputs)
    return program


def _without_silent(encoding):
    """Leave out categories whose codes stand for no value at all."""
    speaks = encoding.table_widths > 0
    names = "category_columns", "table_rows", "table_widths"
    return replace(encoding, **{name: getattr(encoding, name)[speaks] for name in names})


def _require(holds):
    if not holds:
        raise Unsupported


class Parts:
    """The weights of the first layer, feature by feature."""

    def __init__(self, encoding, waves, first):
        n = len(encoding.number_columns)
        _require(waves is None or len(waves.frequency) == n)
        sizes = [n, len(encoding.missing), len(encoding.bin_low), *encoding.table_widths.tolist()]
        weight = first.weight.astype(np.float64)
        _require(len(weight) == sum(sizes) + (0 if waves is None else waves.phase.size))
        ends = np.cumsum(sizes)
        self.starts = ends - sizes
        self.numbers, self.missing, self.bins, *self.tables, self.waves = np.split(weight, ends)


class Bins:
    """The numbers that have bins, and where their first ones are."""

    def __init__(self, encoding):
        of = encoding.bin_numbers
        low, inverse_width = np.array([encoding.bin_low, encoding.bin_inverse_width], float)
        steps = np.diff(low) * inverse_width[:-1]
        _require(np.all(np.diff(of) >= 0) and np.all(inverse_width > 0))
        _require(np.all(steps[of[1:] == of[:-1]] >= 1 - ROUNDING))  # they lie side by side
        self.numbers, first = np.unique(of, return_index=True)
        self.first = np.append(first, len(of))


def _add_folded(program, encoding, waves, first, _):
    """Rows of the first layer: sums of bins' weights, missing flags, codes."""
    parts, bins = Parts(encoding, waves, first), Bins(encoding)
    rows, n_rows = [], 0

    def place(weights):
        nonlocal n_rows
        rows.append(weights)
        n_rows += len(weights)
        return n_rows - len(weights)

    nothing = np.zeros((1, first.weight.shape[1]))
    bin_rows = [
        place(np.concatenate([nothing, np.cumsum(parts.bins[a:b], axis=0)]))
        for a, b in pairwise(bins.first)
    ]
    missing_row = place(parts.missing)
    table_rows, widths = [], []
    for table, weights in zip(encoding.split_tables, parts.tables, strict=True):
        most = min(MOST_FOLDED, MOST_NUMBERS // weights.shape[1] - n_rows)
        folded = len(table) <= most
        table_rows.append(place(table.astype(np.float64) @ weights if folded else weights))
        widths.append(0 if folded else table.shape[1])
    _add_encoding(program, encoding, waves, bins, (missing_row, bin_rows, table_rows), widths)
    listed = np.concatenate([nothing, *rows])[1:]
    dense = np.concatenate([parts.numbers, parts.waves])
    program += [*listed.shape, listed, dense, first.bias]


def _add_signed(program, encoding, waves, first, members):
    """Rows of the first layer: the weights of every feature, whose sign differs by member."""
    parts, bins = Parts(encoding, waves, first), Bins(encoding)
    weight = first.weight.astype(np.float64)
    _require(members.scale.shape[1] == len(weight))
    _, missing_row, bin_row, *table_rows = parts.starts.tolist()
    places = missing_row, bin_row + bins.first[:-1], table_rows
    _add_encoding(program, encoding, waves, bins, places, encoding.table_widths)
    wave_row = len(weight) - len(parts.waves)
    bias = first.bias + members.shift.astype(np.float64) @ weight
    program += [*weight.shape, weight, wave_row, members.scale.T, bias]


def _add_encoding(program, encoding, waves, bins, places, widths):
    """`places` are the rows of the first layer of missing flags, bins and tables."""
    missing_row, bin_rows, table_rows = (np.array(rows, dtype=int) for rows in places)
    sizes = encoding.table_rows.astype(np.int64) * encoding.table_widths
    n_waves = 0 if waves is None else waves.phase.shape[1]
    program += [len(encoding.number_columns), len(encoding.missing), len(bins.numbers)]
    program += [len(encoding.bin_low), n_waves, len(sizes), len(encoding.tables)]
    program += [encoding.number_columns, encoding.missing, missing_row]
    program += [bins.numbers, bins.first, bin_rows]
    program += [encoding.category_columns, encoding.table_rows, table_rows]
    program += [np.array(widths, dtype=int), np.cumsum(sizes) - sizes]
    program += [encoding.center, encoding.inverse_scale]
    program += [encoding.bin_low, encoding.bin_inverse_width]
    if waves is not None:
        program += [waves.frequency, waves.phase]
    program.append(encoding.tables)


def _add_layers(program, layers, width, members, n_outputs):
    """Layers after the first linear one; `width` is that of what enters them."""
    n_members = 0 if members is None else len(members.scale)
    program.append(len(layers))
    for i, layer in enumerate(layers):
        kind, arrays, n_out = _step(layer, width, n_members)
        _require((kind in JOINS.values()) == (n_members > 0 and i == len(layers) - 1))
        program += [kind, width, n_out, *arrays]
        width = n_out
    _require(width == n_outputs and (n_members == 0 or layers))


def _step(layer, width, n_members):
    """Return a layer's kind, arrays and the width of its output."""
    if type(layer) is Activation:
        return ACTIVATION_NUMBERS[layer.function], (), width
    if type(layer) is Linear:
        _require(len(layer.weight) == width)
        return LINEAR, (layer.weight, layer.bias), layer.weight.shape[1]
    _require(n_members > 0)
    if type(layer) is Scale:
        _require(layer.scale.shape == (n_members, width))
        return SCALE, (layer.scale, layer.shift), width
    if type(layer) is LinearOfMembers:
        _require(layer.weight.shape[:2] == (n_members, width))
        return HEADS, (layer.weight, layer.bias), layer.weight.shape[2]
    _require(type(layer) in JOINS)
    return JOINS[type(layer)], (), width


def _add_last(program, last, n_outputs):
    program.append(LASTS[type(last)])
    if type(last) is Softmax:
        program.append(float(last.inverse_temperature))
    elif type(last) is Sigmoid:
        _require(last.inverse_temperature.shape == (n_outputs,))
        scale = last.inverse_temperature.astype(np.float64)
        program += [scale, np.zeros_like(scale)]
    else:
        _require(last.scale.shape == (n_outputs,))
        program += [last.scale, last.center]
