"""The compact student: what a server imports. NumPy and safetensors only."""

from skdistill.runtime._files import load
from skdistill.runtime._student import Student

__all__ = ["Student", "load"]
