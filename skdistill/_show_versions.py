"""What is installed, for reports of a problem."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from skdistill._version import __version__
from skdistill.losses import describe_kernels
from skdistill.runtime import describe_forward

PACKAGES = "scikit-learn torch skorch numpy scipy joblib safetensors pandas polars".split()


def show_versions() -> None:
    """Print the versions of Python and packages, and which implementations serve."""
    print(f"python: {sys.version.split()[0]} ({platform.platform()})")
    print(f"skdistill: {__version__}")
    for name in PACKAGES:
        print(f"{name}: {_version(name)}")
    print(f"losses: {describe_kernels()}")
    print(f"students: {describe_forward()}")


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
