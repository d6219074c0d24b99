"""The primitive layers of which every student is made: frozen, arrays only.

A student is a short list of these. The NumPy forward below, the file format and every exporter
read the same list. Weights are float32; the forward works in float64, so that a row has the same
answer alone and in any batch. Rows are matrices of shape (n_samples, width) until a `Scale` gives
each sample several members, (n_samples, n_members, width), and `MeanOfMembers` joins them again.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from skdistill.runtime._described import Described

CLIP = 3.0  # where smooth clipping bends
MOST = float(np.finfo(np.float32).max)
BOUND = 1e4  # |z| beyond which smooth clipping is flat: keeps z² finite in float32


@dataclass(frozen=True, eq=False)
class Layer(Described, ABC):
    """A step of the forward pass; fields given to it are arrays or plain values."""

    @abstractmethod
    def __post_init__(self):
        """Check the fields and prepare what the forward needs."""

    @abstractmethod
    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the step's output; rows are samples."""

    def row_shape(self, shape):
        """Return the shape of a row's output, given that of its input; None: it is not known."""
        return None

    def shrink(self, n_members):
        """Return the layer with its first members only."""
        return self

    def given(self):
        """Return the fields that describe the layer."""
        return self.__getstate__()

    def _require(self, holds, what):
        if not holds:
            raise ValueError(f"A {type(self).__name__} layer is inconsistent: {what}.")

    def _require_floats(self, *names, n_dimensions):
        for name in names:
            array = getattr(self, name)
            self._require(np.asarray(array).dtype == np.float32, f"{name} is not float32")
            self._require(array.ndim == n_dimensions, f"{name} has {array.ndim} dimensions")
            self._require(np.isfinite(array).all(), f"{name} is not finite")

    def _require_integers(self, *names):
        for name in names:
            array = getattr(self, name)
            self._require(np.asarray(array).dtype.kind == "i", f"{name} is not of integers")
            self._require(array.ndim == 1, f"{name} has {array.ndim} dimensions")


class LayerOfMembers(Layer):
    """A layer whose arrays have a part for each member, along the first axis."""

    def shrink(self, n_members):
        """Return the layer with its first members only."""
        return type(self)(**{name: a[:n_members].copy() for name, a in self.given().items()})


@dataclass(frozen=True, eq=False)
class EncodeTable(Layer):
    """Rows of a ColumnReader to features: numbers, missing flags, bins, categories.

    A number x becomes z / sqrt(1 + (z / 3)²) with z = (x - center) · inverse_scale, and for every
    bin of its column clip((x - low) · inverse_width, 0, 1) (piecewise-linear encoding). A missing
    number counts as the center. A category becomes the row of its table that its code names.

    Parameters
    ----------
    number_columns : int array of shape (n_numbers,)
    center, inverse_scale : float32 arrays of shape (n_numbers,)
    missing : int array of shape (n_flagged,)
        Positions among the numbers that get a flag for missing.
    bin_numbers : int array of shape (n_bins,)
        Position among the numbers that each bin belongs to.
    bin_low, bin_inverse_width : float32 arrays of shape (n_bins,)
    category_columns : int array of shape (n_categories,)
    table_rows, table_widths : int arrays of shape (n_categories,)
        Shape of each category's table; its rows are the levels, then missing, then other.
    tables : float32 array of shape (sum of rows x widths,)
        All tables, row by row, one after the other.
    """

    number_columns: np.ndarray
    center: np.ndarray
    inverse_scale: np.ndarray
    missing: np.ndarray
    bin_numbers: np.ndarray
    bin_low: np.ndarray
    bin_inverse_width: np.ndarray
    category_columns: np.ndarray
    table_rows: np.ndarray
    table_widths: np.ndarray
    tables: np.ndarray
    split_tables: tuple = field(init=False, repr=False)
    _center: np.ndarray = field(init=False, repr=False)
    _low: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        self._require_integers("number_columns", "missing", "bin_numbers")
        self._require_integers("category_columns", "table_rows", "table_widths")
        self._require_floats("center", "inverse_scale", n_dimensions=1)
        self._require_floats("bin_low", "bin_inverse_width", "tables", n_dimensions=1)
        n = len(self.number_columns)
        self._require(self.center.shape == self.inverse_scale.shape == (n,), "numbers")
        self._require(np.all((self.missing >= 0) & (self.missing < n)), "missing flags")
        self._require(np.all((self.bin_numbers >= 0) & (self.bin_numbers < n)), "bins")
        self._require(
            self.bin_numbers.shape == self.bin_low.shape == self.bin_inverse_width.shape, "bins"
        )
        shapes = list(zip(self.table_rows.tolist(), self.table_widths.tolist(), strict=True))
        self._require(len(shapes) == len(self.category_columns), "categories")
        self._require(all(r >= 2 and w >= 0 for r, w in shapes), "table shapes")
        self._require(sum(r * w for r, w in shapes) == self.tables.size, "tables")
        ends = np.cumsum([0, *(r * w for r, w in shapes)])
        self._prepare(
            split_tables=tuple(
                self.tables[a:b].reshape(shape)
                for a, b, shape in zip(ends[:-1], ends[1:], shapes, strict=True)
            ),
            _center=self.center.astype(np.float64),
            _low=self.bin_low.astype(np.float64),
        )

    @property
    def n_outputs(self):
        """Number of features."""
        n_dense = len(self.number_columns) + len(self.missing) + len(self.bin_numbers)
        return n_dense + int(self.table_widths.sum())

    def row_shape(self, shape):
        """Return (n_outputs,)."""
        columns = np.concatenate([self.number_columns, self.category_columns])
        self._require(len(shape) == 1, "a row of members")
        self._require(np.all((columns >= 0) & (columns < shape[0])), "columns")
        return (self.n_outputs,)

    def forward(self, x):
        """Return features of shape (n_samples, n_outputs)."""
        rows, x = x, x[:, self.number_columns].astype(np.float64)
        absent = np.isnan(x)
        x = np.where(absent, self._center, x)
        z = np.clip((x - self._center) * self.inverse_scale, -BOUND, BOUND)
        parts = [z / np.sqrt(1 + (z / CLIP) ** 2), absent[:, self.missing]]
        bins = (x[:, self.bin_numbers] - self._low) * self.bin_inverse_width
        parts.append(np.clip(bins, 0, 1))
        for j, table in zip(self.category_columns, self.split_tables, strict=True):
            parts.append(table[rows[:, j].astype(np.intp)])
        return np.concatenate(parts, axis=1, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Periodic(Layer):
    """Waves of the first features, beside all features.

    The j-th feature z gives cos(2π (z · frequency[j, i] + phase[j, i])) for every i.

    Parameters
    ----------
    frequency, phase : float32 arrays of shape (n_numbers, n_waves)
        In cycles.
    """

    frequency: np.ndarray
    phase: np.ndarray

    def __post_init__(self):
        self._require_floats("frequency", "phase", n_dimensions=2)
        self._require(self.frequency.shape == self.phase.shape, "phase")
        self._require(self.frequency.size > 0, "no waves")

    def row_shape(self, shape):
        """Return (n_features + n_numbers x n_waves,)."""
        self._require(len(shape) == 1 and shape[0] >= len(self.frequency), "features")
        return (shape[0] + self.frequency.size,)

    def forward(self, x):
        """Return features of shape (n_samples, n_features + n_numbers x n_waves)."""
        n_numbers = len(self.frequency)
        cycles = x[:, :n_numbers, None] * self.frequency + self.phase
        return np.concatenate([x, np.cos(2 * np.pi * cycles).reshape(len(x), -1)], axis=1)


@dataclass(frozen=True, eq=False)
class Linear(Layer):
    """x ↦ x · weight + bias.

    Parameters
    ----------
    weight : float32 array of shape (n_inputs, n_outputs)
    bias : float32 array of shape (n_outputs,)
    """

    weight: np.ndarray
    bias: np.ndarray
    _weight: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        self._require_floats("weight", n_dimensions=2)
        self._require_floats("bias", n_dimensions=1)
        self._require(self.bias.shape == self.weight.shape[1:], "bias")
        self._require(self.bias.size > 0, "no outputs")
        self._prepare(_weight=self.weight.astype(np.float64))

    def row_shape(self, shape):
        """Return the shape with n_outputs in place of n_inputs."""
        self._require(shape[-1] == len(self.weight), f"weight, for rows of shape {shape}")
        return (*shape[:-1], len(self.bias))

    def forward(self, x):
        """Return x · weight + bias."""
        return x @ self._weight + self.bias


@dataclass(frozen=True, eq=False)
class Scale(LayerOfMembers):
    """x ↦ x · scale + shift, elementwise, for each member.

    Parameters
    ----------
    scale, shift : float32 arrays of shape (n_members, width)
    """

    scale: np.ndarray
    shift: np.ndarray

    def __post_init__(self):
        self._require_floats("scale", "shift", n_dimensions=2)
        self._require(self.scale.shape == self.shift.shape, "shift")
        self._require(len(self.scale) > 0, "no members")

    def row_shape(self, shape):
        """Return (n_members, width)."""
        fits = shape in (self.scale.shape, self.scale.shape[1:])
        self._require(fits, f"scale, for rows of shape {shape}")
        return self.scale.shape

    def forward(self, x):
        """Return rows of shape (n_samples, n_members, width)."""
        x = x[:, None] if x.ndim == 2 else x
        return x * self.scale + self.shift


@dataclass(frozen=True, eq=False)
class LinearOfMembers(LayerOfMembers):
    """x ↦ x · weight + bias, each member with its own.

    Parameters
    ----------
    weight : float32 array of shape (n_members, n_inputs, n_outputs)
    bias : float32 array of shape (n_members, n_outputs)
    """

    weight: np.ndarray
    bias: np.ndarray
    _weight: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        self._require_floats("weight", n_dimensions=3)
        self._require_floats("bias", n_dimensions=2)
        self._require(self.bias.shape == self.weight.shape[::2], "bias")
        self._require(self.bias.size > 0, "no outputs")
        self._prepare(_weight=self.weight.astype(np.float64))

    def row_shape(self, shape):
        """Return (n_members, n_outputs)."""
        fits = shape == self.weight.shape[:2]
        self._require(fits, f"weight, for rows of shape {shape}")
        return self.bias.shape

    def forward(self, x):
        """Return x · weight + bias, of shape (n_samples, n_members, n_outputs)."""
        return (x.swapaxes(0, 1) @ self._weight).swapaxes(0, 1) + self.bias


@dataclass(frozen=True, eq=False)
class MeanOfMembers(Layer):
    """Members' scores ↦ log of the mean of their probabilities."""

    def __post_init__(self):
        """There is nothing to check."""

    def row_shape(self, shape):
        """Return (n_classes,)."""
        self._require(len(shape) == 2, "rows without members")
        return shape[1:]

    def forward(self, x):
        """Return scores of shape (n_samples, n_classes)."""
        x = x - x.max(axis=2, keepdims=True)
        log_p = x - np.log(np.exp(x).sum(axis=2, keepdims=True))
        highest = log_p.max(axis=1)
        return highest + np.log(np.exp(log_p - highest[:, None]).mean(axis=1))


ACTIVATIONS: dict[str, Callable] = {
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-np.clip(x, -500, None))),
    "tanh": np.tanh,
}


@dataclass(frozen=True, eq=False)
class Activation(Layer):
    """An elementwise function.

    Parameters
    ----------
    function : {"relu", "silu", "tanh"}
    """

    function: str

    def __post_init__(self):
        self._require(self.function in ACTIVATIONS, f"unknown function {self.function!r}")

    def row_shape(self, shape):
        """Return the same shape."""
        return shape

    def forward(self, x):
        """Return the function of every element."""
        return ACTIVATIONS[self.function](x)


@dataclass(frozen=True, eq=False)
class Softmax(Layer):
    """x ↦ softmax(inverse_temperature · x).

    Parameters
    ----------
    inverse_temperature : float
        1 / T of the student's recalibration.
    """

    inverse_temperature: float

    def __post_init__(self):
        is_number = isinstance(self.inverse_temperature, float | int | np.floating)
        self._require(is_number, "inverse_temperature is no number")
        holds = 0 < self.inverse_temperature < MOST
        self._require(holds, "inverse_temperature must be positive and finite")

    def row_shape(self, shape):
        """Return the same shape."""
        self._require(len(shape) == 1, "rows with members")
        return shape

    def forward(self, x):
        """Return probabilities; each row sums to 1."""
        x = x * self.inverse_temperature
        p = np.exp(x - x.max(axis=1, keepdims=True))
        return p / p.sum(axis=1, keepdims=True)


LAYERS = {
    cls.__name__: cls
    for cls in (
        *(EncodeTable, Periodic, Linear, Activation, Softmax),
        *(Scale, LinearOfMembers, MeanOfMembers),
    )
}


def to_plain(layer):
    """Return a layer as a dict of its kind and fields; one that is not in LAYERS as it is."""
    kind = type(layer).__name__
    return {"kind": kind, **layer.given()} if LAYERS.get(kind) is type(layer) else layer


def from_plain(described):
    """Return the layer that `to_plain` described."""
    if isinstance(described, Layer):
        return described
    return LAYERS[described["kind"]](**{k: v for k, v in described.items() if k != "kind"})
