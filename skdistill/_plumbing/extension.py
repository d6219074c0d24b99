"""The compiled extension, where it was built and ``SKDISTILL_NATIVE=0`` does not forbid it."""

import os
from contextlib import suppress
from importlib import import_module
from typing import Any

kernels: Any = None
if os.environ.get("SKDISTILL_NATIVE") != "0":
    with suppress(ImportError):  # installed without a compiler
        kernels = import_module("skdistill._kernels")


ACTIVATION_NUMBERS = {"relu": 0, "silu": 1, "tanh": 2}  # numbers, as in csrc/simd/functions.h


def instruction_sets():
    """Return the names of what this processor can run, the fastest first; empty: no extension."""
    return [] if kernels is None else kernels.instruction_sets()
