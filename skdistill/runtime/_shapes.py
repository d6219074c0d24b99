"""Whether columns, layers and outputs fit each other: asked once, before a row goes through."""

from math import prod

from skdistill.layers import Activation, EncodeTable, Linear
from skdistill.tables import CATEGORY


def check_shapes(reader, layers, outputs):
    """Follow the shape of a row from layer to layer, up to one that does not know its own.

    What passes needs memory and time in proportion to its arrays.
    """
    most = sum(a.size for layer in layers for a in layer.given().values() if hasattr(a, "size"))
    shape, before, lasts = (len(reader.kinds),), None, outputs.last_layers
    names = " or ".join(kind.__name__ for kind in lasts)
    for i, layer in enumerate(layers):
        kind = type(layer)
        shape = layer.row_shape(shape)
        if shape is None:
            return
        if kind is EncodeTable:
            _check_encoding(layer, reader, i)
        _require(kind is Linear or i > 0 or not reader.sparse, "sparse rows enter no linear layer")
        _require(not (kind is Activation is before), "an activation follows another")
        is_end = i == len(layers) - 1
        _require((kind in lasts) == is_end, f"{names} must be the last layer")
        _require(prod(shape) <= most, "layers pass on more numbers than they hold")
        before = kind
    _require(shape == (outputs.n_outputs,), f"scores of shape {shape} for {outputs.words}")


def _check_encoding(encoding, reader, i):
    _require(i == 0, "columns are encoded after the first layer")
    numbers = {j for j, kind in enumerate(reader.kinds) if kind != CATEGORY}
    _require(numbers.issuperset(encoding.number_columns.tolist()), "categories serve as numbers")
    rows = {(j, reader.n_codes(j)) for j in reader.levels}
    given = zip(encoding.category_columns.tolist(), encoding.table_rows.tolist(), strict=True)
    _require(rows.issuperset(given), "levels and tables do not match")


def _require(holds, what):
    if not holds:
        raise ValueError(f"A student's parts do not fit: {what}.")
