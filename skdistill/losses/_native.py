"""The losses in C++, where the extension was built: one pass over each row, no torch operators."""

import numpy as np
import torch
from torch.utils.dlpack import to_dlpack

from skdistill._plumbing.extension import instruction_sets, kernels
from skdistill.losses._distributions import NUMBERS

DTYPES = {torch.float32, torch.float16, torch.bfloat16}


def describe():
    """Say in words which implementation serves on the CPU."""
    if kernels is None:
        return "torch operators (skdistill._kernels is not built, or SKDISTILL_NATIVE=0)"
    threads = "on torch's OpenMP threads" if kernels.has_threads() else "on one thread"
    return f"C++ ({instruction_sets()[0]}, {threads})"


def serves(logits, targets, labels, weight, settings):
    """Whether the extension computes this loss for these tensors."""
    return (
        kernels is not None
        and logits.is_cpu
        and targets.is_cpu
        and (labels is None or labels.is_cpu)
        and (weight is None or weight.is_cpu)
        and logits.dtype in DTYPES
        and settings.kind in NUMBERS
        and not settings.standardize
    )


def loss_and_gradient(logits, targets, labels, weight, settings):
    """Return the loss and its gradient by the logits, as `_aten.loss_and_gradient` does."""
    z, p = _plain(logits), _plain(targets)
    y = None if labels is None else to_dlpack(_plain(labels, torch.int64))
    w = None if weight is None else to_dlpack(_plain(weight))
    gradient, n = torch.empty_like(z), len(z)
    each = settings.reduction == "none"
    losses = np.empty(n if each else (), np.float32)
    kind, temperature, alpha, beta, *_ = settings
    kernels.fill(
        *(to_dlpack(z), to_dlpack(p), y, None, w, to_dlpack(gradient)),
        *(losses if each else None, None if each else losses),
        *(NUMBERS[kind], temperature, alpha, beta, settings.scale(n), torch.get_num_threads()),
    )
    loss = torch.from_numpy(losses)
    return loss if logits.dtype is torch.float32 else loss.to(logits.dtype), gradient


def _plain(values, dtype=torch.float32):
    """Return contiguous values of a dtype."""
    return (values if values.dtype is dtype else values.to(dtype)).contiguous()
