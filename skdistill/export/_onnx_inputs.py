"""The inputs of a graph: what they are called, and how rows are fed to them."""

import numpy as np
from onnx import TensorProto

from skdistill.export._onnx_encode import missing_text
from skdistill.export._onnx_graph import Tensor
from skdistill.runtime import Codes
from skdistill.tables import (
    CATEGORY,
    DATE,
    NUMBER,
    as_floats,
    as_values,
    column_names,
    get_column,
    is_missing,
    is_sparse,
    kind_of,
    take_rows,
)

MATRIX = "X"
TEXT = TensorProto.STRING
TYPES = {NUMBER: TensorProto.FLOAT, DATE: TensorProto.FLOAT, CATEGORY: TEXT}


def some_rows(rows, n_most):
    """Return rows as a table; of many rows, `n_most` evenly spread ones.

    Texts, one a row, stay of one dimension.
    """
    table = rows if hasattr(rows, "shape") else np.asarray(rows, dtype=object)
    n_rows = table.shape[0]
    if n_rows == 0:
        raise ValueError("There is no row to export by. Pass a thousand rows like X.")
    if n_rows <= n_most:
        return table
    return take_rows(table, np.linspace(0, n_rows - 1, n_most).astype(np.intp))


class StudentInputs:
    """The inputs of a student's graph, whose outputs have the names `taken`."""

    def __init__(self, reader, taken):
        self.reader = reader
        self.is_matrix = reader.names is None and set(reader.kinds) == {NUMBER}
        if self.is_matrix:
            kind = TensorProto.DOUBLE if reader.offsets else TensorProto.FLOAT
            self.tensors = [Tensor(MATRIX, kind, len(reader.kinds))]
        else:
            self.tensors = [
                Tensor(tensor.name, TensorProto.DOUBLE, 1) if j in reader.offsets else tensor
                for j, tensor in enumerate(_one_a_column(reader.names, reader.kinds, taken))
            ]

    def feed(self, rows):
        """Return a session's feed of rows, given as `reader.read` gives them."""
        rows = dense(rows)
        if self.reader.offsets:
            rows = rows.astype(np.float64)
        for j, (offset, scale) in self.reader.offsets.items():
            rows[:, j] = rows[:, j] / scale + offset
        if self.is_matrix:
            return {MATRIX: rows}
        feed = {}
        for j, tensor in enumerate(self.tensors):
            column = rows[:, [j]]
            if tensor.kind == TensorProto.FLOAT:
                column = column.astype(np.float32)
            if j in self.reader.levels:
                column = _texts_of_codes(self.reader, j)[column.astype(np.intp)]
            feed[tensor.name] = column
        return feed

    def describe(self):
        """Return what a caller must know of each input."""
        described = []
        for j, tensor in enumerate(self.tensors):
            about = {"name": tensor.name, "kind": self.reader.kinds[j], "columns": tensor.width}
            if about["kind"] == CATEGORY:
                about["missing"] = missing_text(self.reader.levels[j])
            elif about["kind"] == DATE:
                about["unit"] = "days"
                about["origin"] = str(np.datetime64(int(self.reader.origins[j]), "D"))
            described.append(about)
        return described


class SampleInputs:
    """The inputs of a pipeline's graph, typed by a table, or texts one a row, that it may get."""

    def __init__(self, sample, taken):
        self.kinds = [_plain_kind(column) for column in _columns(sample)]
        names = column_names(sample)
        self.is_matrix = names is None and len(set(self.kinds)) == 1
        if self.is_matrix:
            self.tensors = [Tensor(MATRIX, TYPES[self.kinds[0]], len(self.kinds))]
        else:
            self.tensors = _one_a_column(names, self.kinds, taken)

    def feed(self, table):
        """Return a session's feed of rows of such a table."""
        columns = [
            as_floats(column).astype(np.float32) if kind == NUMBER else _texts(column)
            for column, kind in zip(_columns(table), self.kinds, strict=True)
        ]
        if self.is_matrix:
            return {MATRIX: np.stack(columns, axis=1)}
        named = zip(self.tensors, columns, strict=True)
        return {tensor.name: column[:, None] for tensor, column in named}

    def describe(self):
        return [
            {"name": tensor.name, "kind": self.kinds[j], "columns": tensor.width}
            for j, tensor in enumerate(self.tensors)
        ]


def _one_a_column(names, kinds, taken):
    names = names or [f"x{j}" for j in range(len(kinds))]
    for j, name in enumerate(names):
        if name == "" or name in taken or name in names[:j]:
            raise ValueError(
                f"Column {j}, named {name!r}, cannot be an input of an ONNX graph: names must "
                f"differ from each other and from the outputs {taken}, and not be empty. "
                "Rename it in the table and fit again."
            )
    return [Tensor(name, TYPES[kind], 1) for name, kind in zip(names, kinds, strict=True)]


def _columns(table):
    if len(table.shape) == 1:
        return [table]
    table = dense(table)
    return [get_column(table, j) for j in range(table.shape[1])]


def dense(rows):
    """Return rows without sparsity."""
    return rows.toarray() if is_sparse(rows) else rows


def _plain_kind(column):
    """Return the kind of a column of a pipeline; categories that are numbers are numbers there."""
    kind = kind_of(as_values(column))
    if kind == DATE:
        raise ValueError(
            "sample_rows has a column of dates, which no pipeline can take in ONNX. Leave it out "
            "if no step needs it; else make numbers of dates before the pipeline."
        )
    return kind


def _texts(column):
    texts = ["" if is_missing(value) else str(value) for value in as_values(column)]
    return np.array(texts, dtype=object)


def _texts_of_codes(reader, j):
    """Return a text of every code of a category: its levels, those by hash, missing, any other."""
    levels, codes = reader.levels[j], Codes(reader.levels[j], reader.buckets.get(j, 0))
    texts = {codes[None]: missing_text(levels)} | {k: level for k, level in enumerate(levels)}
    number = 0
    while len(texts) < reader.n_codes(j) - (j in reader.buckets):
        text = f"other {number}"
        texts.setdefault(codes[text], text)
        number += 1
    return np.array([texts.get(code) for code in range(reader.n_codes(j))], dtype=object)
