"""Exported forms of a student: one reader of its layers each."""

from importlib import import_module

_HOMES = {
    "probe_rows": "skdistill.export._common",
    "register_onnx_converter": "skdistill.export._onnx",
    "to_c": "skdistill.export._c",
    "to_onnx": "skdistill.export._onnx",
    "to_torch": "skdistill.export._torch",
}

__all__ = ["register_onnx_converter", "to_c", "to_onnx", "to_torch"]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module 'skdistill.export' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__():
    return __all__
