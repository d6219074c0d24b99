"""Students of random weights: every architecture and head, and rows that are hard for them."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from skdistill.layers import (
    Activation,
    Affine,
    Ascending,
    AverageOfMembers,
    Classes,
    EncodeTable,
    Labels,
    Linear,
    LinearOfMembers,
    MeanOfMembers,
    Numbers,
    Periodic,
    Quantiles,
    Scale,
    Sigmoid,
    Softmax,
)
from skdistill.runtime import (
    ClassifierStudent,
    MultilabelStudent,
    QuantileStudent,
    RegressorStudent,
)
from skdistill.runtime._reader import ColumnReader
from skdistill.tables import CATEGORY, NUMBER

EXTREMES = (np.nan, 0.0, 3e38, -3e38, 1e-38)


def normal(rng, *shape, scale=1.0):
    return rng.normal(0, scale, shape).astype(np.float32)


def integers(values):
    return np.array(values, dtype=np.int32)


def make_encoding(rng, n_numbers=5, n_bins=4, levels=()):
    """Numbers, every other one with a flag for missing, bins on three in four, and categories."""
    bins = []
    for j in range(n_numbers):
        edges = np.unique(normal(rng, n_bins + 1)).astype(np.float64) if j % 4 < 3 else []
        bins += [(j, a, 1 / (b - a)) for a, b in pairwise(edges)]
    bin_numbers, bin_low, bin_inverse_width = np.array(bins).reshape(-1, 3).T
    tables = [
        np.eye(n + 2, n + (n > 0)) if n <= 9 else rng.normal(size=(n + 2, 5)) for n in levels
    ]
    columns = rng.permutation(n_numbers + len(levels)).astype(np.int32)
    return EncodeTable(
        number_columns=columns[:n_numbers],
        center=normal(rng, n_numbers),
        inverse_scale=np.abs(normal(rng, n_numbers)),
        missing=integers(range(0, n_numbers, 2)),
        bin_numbers=integers(bin_numbers),
        bin_low=bin_low.astype(np.float32),
        bin_inverse_width=bin_inverse_width.astype(np.float32),
        category_columns=columns[n_numbers:],
        table_rows=integers([len(t) for t in tables]),
        table_widths=integers([t.shape[1] for t in tables]),
        tables=np.concatenate([np.zeros(0), *(t.ravel() for t in tables)]).astype(np.float32),
    )


def make_layers(
    rng, encoding, n_classes, hidden=(), activation="relu", n_members=0, n_waves=0, shift=0.0
):
    layers, width = [encoding], encoding.n_outputs

    def linear(n_out):
        return Linear(normal(rng, width, n_out, scale=(2 / width) ** 0.5), normal(rng, n_out))

    def scale(n_out):
        return Scale(1 + normal(rng, n_members, n_out, scale=0.1), normal(rng, n_members, n_out))

    n_numbers = len(encoding.number_columns)
    if n_waves and n_numbers:
        layers.append(Periodic(normal(rng, n_numbers, n_waves), normal(rng, n_numbers, n_waves)))
        width += n_numbers * n_waves
    if n_members:
        signs = rng.choice([-1, 1], (n_members, width)).astype(np.float32)
        layers.append(Scale(signs, np.full_like(signs, shift)))
    for n in hidden:
        layers += [linear(n), *([scale(n)] if n_members else []), Activation(activation)]
        width = n
    if n_members:
        weight = normal(rng, n_members, width, n_classes, scale=(2 / width) ** 0.5)
        layers += [LinearOfMembers(weight, normal(rng, n_members, n_classes)), MeanOfMembers()]
    else:
        layers.append(linear(n_classes))
    return (*layers, Softmax(0.9))


def make_parts(seed, n_outputs, n_numbers=5, n_bins=4, levels=(), names=None, **shape):
    rng = np.random.default_rng([seed, n_outputs, n_numbers])
    encoding = make_encoding(rng, n_numbers, n_bins, levels)
    kinds = [NUMBER] * (n_numbers + len(levels))
    texts = {}
    for j, n in zip(encoding.category_columns.tolist(), levels, strict=True):
        kinds[j], texts[j] = CATEGORY, tuple(f"v{i}" for i in range(n))
    reader = ColumnReader(tuple(kinds), texts, {}, names)
    return reader, make_layers(rng, encoding, n_outputs, **shape)


def make_student(seed=0, n_classes=3, **shape):
    return ClassifierStudent(*make_parts(seed, n_classes, **shape), Classes(np.arange(n_classes)))


def make_regressor(seed=0, n_outputs=1, head=Affine, scale=1.0, center=0.0, **shape):
    reader, (*layers, _) = make_parts(seed, n_outputs, **shape)
    if type(layers[-1]) is MeanOfMembers:
        layers[-1] = AverageOfMembers()
    shift = 0.5 if head is Ascending else 0.0  # which some numbers would cross
    last = head(np.full(n_outputs, scale), center - shift * np.arange(n_outputs))
    if head is Ascending:
        levels = np.linspace(0.5, 1, n_outputs, endpoint=False)
        return QuantileStudent(reader, (*layers, last), Quantiles(levels))
    return RegressorStudent(reader, (*layers, last), Numbers(n_outputs, n_outputs == 1))


def make_multilabel(seed=0, n_labels=3, **shape):
    reader, (*layers, _) = make_parts(seed, n_labels, **shape)
    if type(layers[-1]) is MeanOfMembers:
        layers[-1] = AverageOfMembers()
    last = Sigmoid(np.linspace(0.5, 2, n_labels, dtype=np.float32))
    return MultilabelStudent(reader, (*layers, last), Labels(n_labels))


def hard_rows(student, n, seed=0):
    """Rows as `student.reader` reads them: missing and extreme numbers, every code."""
    rng, encoding = np.random.default_rng([seed, n]), student.layers[0]
    rows = np.zeros((n, student.n_features_in_), dtype=np.float32)
    shape = (n, len(encoding.number_columns))
    numbers = encoding.center + rng.standard_t(2, shape)
    odd = rng.random(shape) < 0.2
    numbers[odd] = rng.choice(EXTREMES, odd.sum())
    rows[:, encoding.number_columns] = numbers
    for j, size in zip(encoding.category_columns, encoding.table_rows, strict=True):
        rows[:, j] = rng.integers(0, size, n)
    return rows


@pytest.fixture(scope="session")
def random_students():
    """`student(**shape)`, of classes, `multilabel`, `regressor` and `rows(student, n)`."""
    makers = {"student": make_student, "multilabel": make_multilabel, "regressor": make_regressor}
    return SimpleNamespace(**makers, rows=hard_rows)
