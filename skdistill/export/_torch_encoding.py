"""The table encoder as a torch module, in operators that torch.export takes."""

import torch
from torch import nn

from skdistill.layers import BOUND, CLIP

LARGEST = torch.finfo(torch.float32).max


class Encode(nn.Module):
    """`EncodeTable.forward` in float32."""

    def __init__(self, encoding):
        super().__init__()
        parts = {
            Numbers: encoding.number_columns,
            Missing: encoding.missing,
            Bins: encoding.bin_numbers,
            Categories: encoding.category_columns,
        }
        self.parts = nn.ModuleList(part(encoding) for part, holds in parts.items() if len(holds))

    def forward(self, rows):
        """Return features of shape (n_samples, n_outputs)."""
        return torch.cat([part(rows) for part in self.parts], dim=1)


class Part(nn.Module):
    """Some of the features, made from some columns; constants are buffers beside these."""

    columns: torch.Tensor

    def __init__(self, columns, **constants):
        super().__init__()
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.int64))
        for name, values in constants.items():
            self.register_buffer(name, torch.tensor(values))


class Numbers(Part):
    """Scaled numbers."""

    center: torch.Tensor
    inverse_scale: torch.Tensor

    def __init__(self, encoding):
        constants = {"center": encoding.center, "inverse_scale": encoding.inverse_scale}
        super().__init__(encoding.number_columns, **constants)

    def forward(self, rows):
        """Return a feature for every number."""
        x = _known(rows[:, self.columns], self.center)
        z = (x - self.center).clamp(-LARGEST, LARGEST) * self.inverse_scale
        z = z.clamp(-BOUND, BOUND)
        return z * torch.rsqrt(1 + (z / CLIP) ** 2)


class Missing(Part):
    """Flags."""

    def __init__(self, encoding):
        super().__init__(encoding.number_columns[encoding.missing])

    def forward(self, rows):
        """Return 1 where a number is missing, else 0."""
        return rows[:, self.columns].isnan().to(rows.dtype)


class Bins(Part):
    """Places of numbers in bins."""

    center: torch.Tensor
    low: torch.Tensor
    inverse_width: torch.Tensor

    def __init__(self, encoding):
        position = encoding.bin_numbers
        constants = {"low": encoding.bin_low, "inverse_width": encoding.bin_inverse_width}
        center = encoding.center[position]
        super().__init__(encoding.number_columns[position], center=center, **constants)

    def forward(self, rows):
        """Return a feature for every bin."""
        x = _known(rows[:, self.columns], self.center)
        return ((x - self.low) * self.inverse_width).clamp(0, 1)


class Categories(Part):
    """Rows of tables."""

    other: torch.Tensor

    def __init__(self, encoding):
        super().__init__(encoding.category_columns, other=encoding.table_rows - 1)
        self.tables = nn.ParameterList(torch.tensor(table) for table in encoding.split_tables)

    def forward(self, rows):
        """Return each code's row; NaN is missing, and what is no code is other."""
        codes = rows[:, self.columns]
        codes = torch.where(codes.isnan(), self.other - 1, codes)
        codes = torch.where((codes >= 0) & (codes < self.other), codes, self.other).long()
        return torch.cat([table[codes[:, j]] for j, table in enumerate(self.tables)], dim=1)


def _known(x, center):
    return torch.where(x.isnan(), center, x.clamp(-LARGEST, LARGEST))
