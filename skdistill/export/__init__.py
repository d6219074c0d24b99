"""Exported forms of a student: one reader of its layers each."""

from importlib import import_module

_HOMES = {
    "to_c": "skdistill.export._c",
    "to_torch": "skdistill.export._torch",
}

__all__ = ["to_c", "to_torch"]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module 'skdistill.export' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__():
    return __all__
