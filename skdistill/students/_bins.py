"""The first layer of a student of binned numbers, which never sees the bins.

Of a number's bins the lower ones are full, one is filled in part and the higher ones are empty. So
one figure tells them all: the place of the number, which is how many bins it fills. The layer sums
up the weights of each column's bins from the lowest on; what a number adds to an output lies
between two of these sums. The gradient of a bin's weight is that of all rows above it, and a share
of that of each row within it.
"""

from typing import Any

import torch
from torch import nn
from torch.autograd.function import once_differentiable

from skdistill._extension import kernels


class BinnedLinear(nn.Module):
    """A linear layer of encoded rows, with bins or with places instead.

    Parameters
    ----------
    encoder : TableEncoder
        Has bins.
    n_outputs : int
    """

    first_bin: torch.Tensor

    def __init__(self, encoder, n_outputs):
        super().__init__()
        like = nn.Linear(encoder.encoding.n_outputs, n_outputs)
        self.weight = nn.Parameter(like.weight.detach().t().contiguous())
        self.bias = like.bias
        self.n_before = len(encoder.number_columns) + len(encoder.missing)
        self.register_buffer("first_bin", encoder.first_bin, persistent=False)

    def takes_places_of(self, rows):
        """Whether there is compiled code for rows such as these."""
        return (
            kernels is not None
            and all(t.is_cpu and t.dtype is torch.float32 for t in (rows, self.weight))
            and not torch.compiler.is_compiling()
        )

    def forward(self, x):
        """Return the outputs, of shape (n_samples, n_outputs).

        Parameters
        ----------
        x : Tensor of shape (n_samples, n_features)
            Features as the encoder makes them, with bins or with places.
        """
        if x.shape[1] == len(self.weight):
            return torch.addmm(self.bias, x, self.weight)
        n_places = len(self.first_bin) - 1
        numbers, places, tables = x.tensor_split((self.n_before, self.n_before + n_places), dim=1)
        return _OfPlaces.apply(numbers, places, tables, self.weight, self.bias, self.first_bin)


class _OfPlaces(torch.autograd.Function):
    """`BinnedLinear.forward` where numbers and places are constants."""

    @staticmethod
    def forward(ctx: Any, numbers, places, tables, weight, bias, first_bin):
        if places.stride(0) != 1:
            places = places.t().contiguous().t()
        ctx.save_for_backward(numbers, places, tables, weight, first_bin)
        of_numbers, of_bins, of_tables = _parts(weight, numbers, tables)
        out = torch.addmm(bias, numbers, of_numbers)
        if len(of_tables):
            out.addmm_(tables, of_tables)
        edges = weight.new_empty(len(of_bins) + len(first_bin) - 1, weight.shape[1])
        _call(kernels.add_bins, places, first_bin, of_bins, edges, out)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient):
        numbers, places, tables, weight, first_bin = ctx.saved_tensors
        gradient = gradient.contiguous()
        of_weight = torch.empty_like(weight)
        of_numbers, of_bins, of_tables = _parts(of_weight, numbers, tables)
        torch.mm(numbers.t(), gradient, out=of_numbers)
        torch.mm(tables.t(), gradient, out=of_tables)
        rows = torch.empty(places.shape, dtype=torch.int32)
        start = torch.empty(len(of_bins) + len(first_bin) - 1, dtype=torch.int32)
        _call(kernels.fill_bin_gradients, places, first_bin, of_bins, rows, start, gradient)
        back = None
        if ctx.needs_input_grad[2]:
            back = gradient @ _parts(weight, numbers, tables)[2].t()
        return None, None, back, of_weight, gradient.sum(dim=0), None


def _parts(weight, numbers, tables):
    return weight.tensor_split((numbers.shape[1], len(weight) - tables.shape[1]))


def _call(kernel, places, first_bin, weight, *others):
    n_rows, n_columns = places.shape
    kernel(
        n_rows,
        n_columns,
        first_bin.data_ptr(),
        places.data_ptr(),
        places.stride(1),
        weight.shape[1],
        weight.data_ptr(),
        *(tensor.data_ptr() for tensor in others),
        torch.get_num_threads(),
    )
