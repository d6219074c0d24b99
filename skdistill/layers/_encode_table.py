"""From a table's columns to features."""

from dataclasses import dataclass, field

import numpy as np

from skdistill.layers._layer import Layer

CLIP = 3.0  # where smooth clipping bends
BOUND = 1e4  # |z| beyond which smooth clipping is flat: keeps z² finite in float32


@dataclass(frozen=True, eq=False)
class EncodeTable(Layer):
    """Rows of a ColumnReader to features: numbers, missing flags, bins, categories.

    A number x becomes z / sqrt(1 + (z / 3)²) with z = (x - center) · inverse_scale, and for every
    bin of its column clip((x - low) · inverse_width, 0, 1) (piecewise-linear encoding). A missing
    number counts as the center. A category becomes the row of its table that its code names.
    """

    number_columns: np.ndarray  # int (n_numbers,)
    center: np.ndarray  # float32 (n_numbers,), and so is
    inverse_scale: np.ndarray
    missing: np.ndarray  # int (n_flagged,): positions among the numbers that get a flag
    bin_numbers: np.ndarray  # int (n_bins,): position among the numbers that a bin belongs to
    bin_low: np.ndarray  # float32 (n_bins,), and so is
    bin_inverse_width: np.ndarray
    category_columns: np.ndarray  # int (n_categories,), and so are
    table_rows: np.ndarray  # the levels, then missing, then other
    table_widths: np.ndarray
    tables: np.ndarray  # float32: all of them, row by row, one after the other
    split_tables: tuple[np.ndarray, ...] = field(init=False, repr=False)
    _center: np.ndarray = field(init=False, repr=False)
    _low: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._require_integers("number_columns", "missing", "bin_numbers")
        self._require_integers("category_columns", "table_rows", "table_widths")
        self._require_floats("center", "inverse_scale", "bin_low", "bin_inverse_width", "tables")
        n = len(self.number_columns)
        self._require(self.center.shape == self.inverse_scale.shape == (n,), "numbers")
        self._require(np.all((self.missing >= 0) & (self.missing < n)), "missing flags")
        self._require(np.all((self.bin_numbers >= 0) & (self.bin_numbers < n)), "bins")
        bins = self.bin_numbers, self.bin_low, self.bin_inverse_width
        self._require(len({each.shape for each in bins}) == 1, "bins")
        shapes = list(zip(self.table_rows.tolist(), self.table_widths.tolist(), strict=True))
        sizes = [rows * width for rows, width in shapes]
        self._require(len(shapes) == len(self.category_columns), "categories")
        self._require(all(rows >= 2 and width >= 0 for rows, width in shapes), "table shapes")
        self._require(sum(sizes) == self.tables.size, "tables")
        *parts, _ = np.split(self.tables, np.cumsum(sizes, dtype=int))  # nothing is left
        tables = tuple(part.reshape(s) for part, s in zip(parts, shapes, strict=True))
        center, low = self.center.astype(np.float64), self.bin_low.astype(np.float64)
        self._prepare(split_tables=tables, _center=center, _low=low)

    @property
    def n_outputs(self) -> int:
        """Number of features."""
        n_dense = len(self.number_columns) + len(self.missing) + len(self.bin_numbers)
        return n_dense + int(self.table_widths.sum())

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        columns = np.concatenate([self.number_columns, self.category_columns])
        self._require(len(shape) == 1, "a row of members")
        self._require(np.all((columns >= 0) & (columns < shape[0])), "columns")
        return (self.n_outputs,)

    def forward(self, x: np.ndarray) -> np.ndarray:
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
    """

    frequency: np.ndarray  # float32 (n_numbers, n_waves), and so is
    phase: np.ndarray  # in cycles

    def __post_init__(self) -> None:
        self._require_floats("frequency", "phase", n_dimensions=2)
        self._require(self.frequency.shape == self.phase.shape, "phase")
        self._require(self.frequency.size > 0, "no waves")

    def row_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        self._require(len(shape) == 1 and shape[0] >= len(self.frequency), "features")
        return (shape[0] + self.frequency.size,)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return features of shape (n_samples, n_features + n_numbers x n_waves)."""
        n_numbers = len(self.frequency)
        cycles = x[:, :n_numbers, None] * self.frequency + self.phase
        return np.concatenate([x, np.cos(2 * np.pi * cycles).reshape(len(x), -1)], axis=1)
