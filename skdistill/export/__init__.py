"""Exported forms of a student: one reader of its layers each."""

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["register_onnx_converter", "to_c", "to_onnx", "to_torch"]

if TYPE_CHECKING:  # checkers take any name for one of a module that has __getattr__
    from skdistill.export._c import to_c as to_c
    from skdistill.export._common import probe_rows as probe_rows
    from skdistill.export._onnx import register_onnx_converter as register_onnx_converter
    from skdistill.export._onnx import to_onnx as to_onnx
    from skdistill.export._torch import to_torch as to_torch

else:
    _HOMES = {
        "probe_rows": "skdistill.export._common",
        "register_onnx_converter": "skdistill.export._onnx",
        "to_c": "skdistill.export._c",
        "to_onnx": "skdistill.export._onnx",
        "to_torch": "skdistill.export._torch",
    }

    def __getattr__(name):
        if name not in _HOMES:
            raise AttributeError(f"module 'skdistill.export' has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)

    def __dir__():
        return __all__
