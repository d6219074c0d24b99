"""Errors and warnings of skdistill.

::

    ValueError
    └── StudentFileError       a student file is unreadable, damaged or of a newer format
    RuntimeError
    └── ExportError            an exported form does not answer like its student
    UserWarning
    └── DistillationWarning    the fit went on, but something about the data or teacher matters
"""

import sys
import warnings
from types import FrameType

INNER = ("skdistill", "sklearn.callback", "contextlib")  # modules whose lines are not the user's

__all__ = ["DistillationWarning", "ExportError", "StudentFileError"]


class StudentFileError(ValueError):
    """A student file cannot be read: truncated, damaged, of another kind or of a newer format."""


class ExportError(RuntimeError):
    """An exported form does not answer like its student; nothing was written."""


class DistillationWarning(UserWarning):
    """The fit went on, but something about the data or the teacher deserves a look."""


def warn(message):
    """Issue a DistillationWarning that points at the first caller outside what wraps a fit."""
    level = 1
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith(INNER):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, DistillationWarning, stacklevel=level)
