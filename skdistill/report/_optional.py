"""Packages of the extra ``skdistill[report]``."""

from importlib import import_module


def require(module, purpose):
    """Import a module of the extra, or say how to install it.

    Raises
    ------
    ImportError
        If it is missing.
    """
    try:
        return import_module(module)
    except ImportError:
        package = module.split(".")[0]
        raise ImportError(
            f'{purpose} needs {package}, which is missing: pip install "skdistill[report]"'
        ) from None
