"""The columns of a table as nodes of an ONNX graph: numbers, and texts that become codes."""

import numpy as np
from onnx import TensorProto

from skdistill.layers import BOUND, CLIP
from skdistill.tables import spellings

FLOAT_MAX = float(np.finfo(np.float32).max)


def missing_text(levels):
    """Return the text that stands for a missing value: "", unless that is a level itself."""
    text = ""
    while text in levels:
        text += "?"
    return text


def encode(graph, encoding, reader, inputs):
    """Write `EncodeTable.forward` and return the name of its features.

    The inputs together hold the columns of the table, in order.
    """
    parts = []
    if len(encoding.number_columns):
        parts += _encode_numbers(graph, encoding, reader, inputs)
    embedded = [
        graph.node("Gather", graph.real(table), _codes(graph, inputs, j, reader))
        for j, table in zip(encoding.category_columns.tolist(), encoding.split_tables, strict=True)
        if table.shape[1]
    ]
    if embedded:
        table = graph.node("Concat", *embedded, axis=2)
        parts.append(graph.node("Flatten", table, axis=1))
    return graph.join(parts)


def _encode_numbers(graph, encoding, reader, inputs):
    x = numbers(graph, inputs, encoding.number_columns.tolist(), reader.offsets)
    absent = graph.node("IsNaN", x)
    center = graph.real(encoding.center)
    x = graph.node("Where", absent, center, x)
    z = graph.node("Sub", x, center)
    if not encoding.inverse_scale.all():  # infinity times zero is no number
        z = _clip(graph, z, -FLOAT_MAX, FLOAT_MAX)
    z = graph.node("Mul", z, graph.real(encoding.inverse_scale))
    z = _clip(graph, z, -BOUND, BOUND)
    square = graph.node("Mul", graph.node("Mul", z, z), graph.real(1 / CLIP**2))
    parts = [graph.node("Div", z, graph.node("Sqrt", graph.node("Add", square, graph.real(1))))]
    width = len(encoding.number_columns)
    if len(encoding.missing):
        flags = graph.columns(absent, encoding.missing, width)
        parts.append(graph.node("Cast", flags, to=TensorProto.FLOAT))
    if len(encoding.bin_numbers):
        columns = graph.node("Transpose", x, perm=[1, 0])  # many rows are gathered faster
        bins = graph.node("Gather", columns, graph.integers(encoding.bin_numbers))
        bins = graph.node("Transpose", bins, perm=[1, 0])
        bins = graph.node("Sub", bins, graph.real(encoding.bin_low))
        bins = graph.node("Mul", bins, graph.real(encoding.bin_inverse_width))
        parts.append(_clip(graph, bins, 0, 1))
    return parts


def _clip(graph, name, low, high):
    return graph.node("Clip", name, graph.real(low), graph.real(high))


def numbers(graph, inputs, positions, offsets):
    """Return the columns at some ascending positions of the table as one float matrix."""
    parts, start = [], 0
    for tensor in inputs:
        inside = [j - start for j in positions if 0 <= j - start < tensor.width]
        pairs = [offsets.get(start + j, (0.0, 1.0)) for j in inside]
        start += tensor.width
        if not inside:
            continue
        if tensor.kind == TensorProto.STRING:
            raise ValueError(
                f"Input {tensor.name!r} holds strings, but the student was fitted on numbers "
                "there. Declare it as numbers."
            )
        name = graph.columns(tensor.name, inside, tensor.width)
        if any(pair != (0.0, 1.0) for pair in pairs):
            name = _placed(graph, tensor, name, np.array(pairs).T)
        if tensor.kind != TensorProto.FLOAT:
            name = graph.node("Cast", name, to=TensorProto.FLOAT)
        parts.append(name)
    return graph.join(parts)


def _placed(graph, tensor, name, pairs):
    """Return numbers less their offsets, times their scales, in float64."""
    if tensor.kind == TensorProto.FLOAT:
        raise ValueError(
            f"Input {tensor.name!r} is float32, which merges numbers that the student was fitted "
            "on. Declare it as doubles, or export the student without the steps before it."
        )
    if tensor.kind != TensorProto.DOUBLE:
        name = graph.node("Cast", name, to=TensorProto.DOUBLE)
    offset, scale = map(graph.constant, pairs)
    return graph.node("Mul", graph.node("Sub", name, offset), scale)


def _codes(graph, inputs, position, reader):
    """Return a category column as codes: levels, those by hash, then missing, then other."""
    levels, n_buckets = reader.levels[position], reader.buckets.get(position, 0)
    for tensor in inputs:
        if position < tensor.width:
            break
        position -= tensor.width
    name = graph.columns(tensor.name, [position], tensor.width)
    if tensor.kind == TensorProto.INT64:
        name = graph.node("Cast", name, to=TensorProto.STRING)
    elif tensor.kind != TensorProto.STRING:
        raise ValueError(
            f"Input {tensor.name!r} holds numbers, but the student was fitted on categories "
            "there. Declare it as strings."
        )
    n = len(levels)
    codes = {text: code for code, level in enumerate(levels) for text in spellings(level)}
    codes |= {level: code for code, level in enumerate(levels)}
    codes[missing_text(levels)] = n + n_buckets
    other = n + n_buckets + 1
    coding = {"keys_strings": list(codes), "values_int64s": list(codes.values())}
    code = graph.node("LabelEncoder", name, **coding, default_int64=other)
    if not n_buckets:
        return code
    hashed = graph.node("MurmurHash3", name, positive=1, seed=0)
    hashed = graph.node("Cast", hashed, to=TensorProto.INT64)
    hashed = graph.node("Mod", hashed, graph.integers([n_buckets]))
    hashed = graph.node("Add", hashed, graph.integers([n]))
    unknown = graph.node("Equal", code, graph.integers([other]))
    return graph.node("Where", unknown, hashed, code)
