"""The table encoder: learnt from rows, run in torch while training, described for the runtime."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.dlpack import to_dlpack

from skdistill._plumbing.extension import kernels
from skdistill.layers import BOUND, CLIP, EncodeTable, Periodic

ONE_HOT_LEVELS = 9  # categories with more levels are embedded
MAX_BINS = 768  # over all columns: a wide table gets coarser bins, and fewer waves
WAVES = 0.3  # standard deviation of the waves' first frequencies, in cycles an interquartile range
TINY = 1e-37  # narrower scales and bins have no inverse in float32
OUTER = 0.005  # outermost quantiles of the bins: no raw extreme enters a student


def learn_encoding(
    rows: np.ndarray, reader: Any, *, n_bins: int, sample_weight: np.ndarray, random_state: int
) -> EncodeTable:
    """Learn scales, `n_bins` bins of a number at most, and category tables from rows.

    The first values of embeddings are random.
    """
    numbers = [j for j in range(rows.shape[1]) if j not in reader.levels]
    columns = [_known(rows[:, j], sample_weight) for j in numbers]
    missing = [position for position, (x, _) in enumerate(columns) if len(x) < len(rows)]
    center, inverse_scale = np.array([_robust(x, w) for x, w in columns]).reshape(-1, 2).T
    tables = _tables(rows, reader, np.random.default_rng(random_state))
    return EncodeTable(
        number_columns=np.array(numbers, dtype=np.int32),
        center=center.astype(np.float32),
        inverse_scale=inverse_scale.astype(np.float32),
        missing=np.array(missing, dtype=np.int32),
        **describe_bins(_shared_bins(columns, n_bins)),
        category_columns=np.array(sorted(reader.levels), dtype=np.int32),
        table_rows=np.array([len(t) for t in tables], dtype=np.int32),
        table_widths=np.array([t.shape[1] for t in tables], dtype=np.int32),
        tables=np.concatenate([np.zeros(0), *(t.ravel() for t in tables)]).astype(np.float32),
    )


def describe_bins(columns):
    """Return what an `EncodeTable` says of bins, from the lower and upper edges in each column."""
    bins = [(j, low, 1 / (high - low)) for j, edges in enumerate(columns) for low, high in edges]
    bin_numbers, bin_low, bin_inverse_width = np.array(bins).reshape(-1, 3).T
    return {
        "bin_numbers": bin_numbers.astype(np.int32),
        "bin_low": bin_low.astype(np.float32),
        "bin_inverse_width": bin_inverse_width.astype(np.float32),
    }


def make_waves(encoding: EncodeTable, n_waves: int, random_state: int) -> Periodic | None:
    """Return the first waves, `n_waves` of a number at most; None where there are no numbers."""
    n = len(encoding.number_columns)
    if n == 0:
        return None
    shape = (n, max(1, min(n_waves, MAX_BINS // n)))
    rng = np.random.default_rng(random_state)
    frequency, phase = rng.normal(0, WAVES, shape), rng.uniform(-0.5, 0.5, shape)
    return Periodic(frequency.astype(np.float32), phase.astype(np.float32))


class TableEncoder(nn.Module):
    """`EncodeTable.forward` in torch; embeddings are trained, all else is constant."""

    number_columns: torch.Tensor
    missing: torch.Tensor
    category_columns: torch.Tensor
    bin_numbers: torch.Tensor
    center: torch.Tensor
    inverse_scale: torch.Tensor
    bin_low: torch.Tensor
    bin_inverse_width: torch.Tensor
    binned: torch.Tensor
    first_bin: torch.Tensor

    def __init__(self, encoding):
        super().__init__()
        self.encoding = encoding
        for name in ("number_columns", "missing", "bin_numbers", "category_columns"):
            self._constant(name, getattr(encoding, name).astype(np.int64))
        for name in ("center", "inverse_scale", "bin_low", "bin_inverse_width"):
            self._constant(name, getattr(encoding, name))
        binned, first = np.unique(encoding.bin_numbers, return_index=True)
        self._constant("binned", binned.astype(np.int64))
        self._constant("first_bin", np.append(first, len(encoding.bin_low)).astype(np.int64))
        self.tables = nn.ParameterList()
        self.widths = []
        for table in encoding.split_tables:
            embedded = _is_embedded(table)
            self.tables.append(nn.Parameter(torch.from_numpy(table.copy()), embedded))
            self.widths.append(1 if embedded else table.shape[1])

    def forward(self, rows):
        """Return features of shape (n_samples, encoding.n_outputs), stored feature by feature.

        That way each operation runs along the samples with one constant at a time.
        """
        return self.embed(self.constants(rows))

    def constants(self, rows):
        """Return what training leaves as it is: features, with codes in place of embeddings."""
        return self._constants(rows, len(self.bin_low), self._fill_bins)

    def constants_with_places(self, rows):
        """Return the same with a column for each number that has bins: how many of them it fills.

        For float32 rows on the CPU, where the extension was built.
        """
        return self._constants(rows, len(self.binned), self._fill_places)

    def embed(self, constants):
        """Return the features, with embeddings in place of codes."""
        if not any(_is_embedded(table) for table in self.tables):
            return constants
        x = constants.t()
        first, *parts = x.split([len(x) - sum(self.widths), *self.widths])
        parts = [
            nn.functional.embedding(part[0].long(), table).t() if _is_embedded(table) else part
            for part, table in zip(parts, self.tables, strict=True)
        ]
        return torch.cat([first, *parts]).t()

    def _constants(self, rows, n_of_bins, fill):
        x = rows.t().index_select(0, self.number_columns)
        sizes = [len(x), len(self.missing), n_of_bins, *self.widths]
        out = self.center.new_empty(sum(sizes), len(rows))
        z, flags, of_bins, *parts = out.split(sizes)
        flags.copy_(x[self.missing].isnan())
        torch.sub(x, self.center[:, None], out=z).nan_to_num_(0.0)
        fill(z, self.bin_low - self.center[self.bin_numbers], of_bins)
        z.mul_(self.inverse_scale[:, None]).clamp_(-BOUND, BOUND)
        z.mul_(torch.addcmul(z.new_ones(()), z, z, value=CLIP**-2).rsqrt_())
        for j, table, part in zip(self.category_columns, self.tables, parts, strict=True):
            codes = rows[:, j]
            part.copy_(codes if _is_embedded(table) else table[codes.long()].t())
        return out.t()

    def _fill_bins(self, z, low, bins):
        torch.index_select(z, 0, self.bin_numbers, out=bins)
        bins.sub_(low[:, None]).mul_(self.bin_inverse_width[:, None]).clamp_(0, 1)

    def _fill_places(self, z, low, places):
        constants = self.binned, z, low, self.bin_inverse_width
        arrays = map(to_dlpack, (self.first_bin, places, *constants))
        kernels.fill_bins(*arrays, torch.get_num_threads())

    def before(self, layers):
        """Return primitive layers that take rows as they are."""
        return [self.describe(), *layers]

    def describe(self):
        """Return the encoding with the embeddings as trained."""
        tables = [table.detach().cpu().numpy().ravel() for table in self.tables]
        return replace(self.encoding, tables=np.concatenate([np.zeros(0, np.float32), *tables]))

    def _constant(self, name, values):
        self.register_buffer(name, torch.from_numpy(values.copy()))


def _is_embedded(table):
    return len(table) - 2 > ONE_HOT_LEVELS


def _robust(x, weight):
    """Center and inverse scale: median and interquartile range, or the range where that is 0."""
    if len(x) == 0:
        return 0.0, 0.0
    low, center, high = _quantiles(x, [0.25, 0.5, 0.75], weight)
    spread = high - low or np.ptp(x) / 2
    return center, 1 / spread if spread > TINY else 0.0


def _known(column, weight):
    """Return the numbers that are known, and their weight: None where all rows weigh the same."""
    known = ~np.isnan(column)
    return column[known].astype(np.float64), None if np.ptp(weight) == 0 else weight[known]


def _shared_bins(columns, n_bins):
    """Return each column's bins: `MAX_BINS` at most over all columns that need bins."""
    n_columns = sum(_needs_bins(x) for x, _ in columns)
    share = min(n_bins, MAX_BINS // max(n_columns, 1))
    return [_bins(x, w, share) if _needs_bins(x) else [] for x, w in columns]


def _needs_bins(x):
    """Whether there are more than two values."""
    return len(x) > 0 and bool(((x > x.min()) & (x < x.max())).any())


def _bins(x, weight, n_bins):
    """Return edges below and above, n_bins at most."""
    if n_bins < 2:
        return []
    edges = outer_quantiles(x, n_bins, weight)
    return bins_between(edges) if len(np.unique(edges.astype(np.float32))) > 2 else []


def outer_quantiles(x, n_bins, weight=None):
    """Return the edges of bins of equal mass, without the extremes."""
    return _quantiles(x, np.linspace(OUTER, 1 - OUTER, n_bins + 1), weight)


def bins_between(edges):
    """Return the lower and upper edges of the bins between distinct edges."""
    edges = np.unique(edges.astype(np.float32)).astype(np.float64)
    return [(low, high) for low, high in pairwise(edges) if high - low > TINY]


def _quantiles(x, q, weight):
    if weight is None:
        return np.quantile(x, q)
    return np.quantile(x, q, weights=weight, method="inverted_cdf")


def _tables(rows, reader, rng):
    """One table a category: its levels, then missing, then other (zeros until trained)."""
    tables = []
    for j in sorted(reader.levels):
        n = reader.n_codes(j) - 2
        if n <= ONE_HOT_LEVELS:
            has_missing = bool((rows[:, j] == n).any())
            tables.append(np.eye(n + 2, n + has_missing))
        else:
            table = rng.normal(0, 1, (n + 2, min(4 + n // 16, 12)))
            table[n:] = 0
            tables.append(table)
    return tables
