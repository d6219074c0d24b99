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
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from types import FrameType

# Packages whose lines are not the user's
INNER = ("skdistill", "sklearn.callback", "sklearn.utils.parallel", "joblib", "contextlib")

_said: ContextVar[set | None] = ContextVar("skdistill_said", default=None)

__all__ = ["DistillationWarning", "ExportError", "StudentFileError"]


class StudentFileError(ValueError):
    """A student file cannot be read: truncated, damaged, of another kind or of a newer format."""


class ExportError(RuntimeError):
    """An exported form does not answer like its student; nothing was written."""


class DistillationWarning(UserWarning):
    """The fit went on, but something about the data or the teacher deserves a look."""


def warn(message):
    """Issue a DistillationWarning that points at the first caller outside what wraps a fit."""
    said = _said.get()
    if said is not None:
        if message in said:
            return
        said.add(message)
    level = 1
    frame: FrameType | None = sys._getframe()
    while frame is not None and _is_inner(frame.f_globals.get("__name__", "")):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, DistillationWarning, stacklevel=level)


def only_informs(name, otherwise=None):
    """Decorate a statistic that decides nothing: it never ends what it informs about.

    Parameters
    ----------
    name : str
        What users know it by.
    otherwise : object
        What is returned, with a warning, where it cannot be computed.
    """

    def decorate(statistic):
        @wraps(statistic)
        def measured(*args, **kwargs):
            try:
                return statistic(*args, **kwargs)
            except Exception as error:  # whatever it is, the fit goes on
                warn(f"{name} could not be computed ({error}): it is {otherwise!r}.")
                return otherwise

        return measured

    return decorate


def _is_inner(module):
    return module.startswith(tuple(f"{name}." for name in INNER)) or module in INNER


@contextmanager
def each_warning_once():
    """Say nothing twice in this thread, however many folds or chunks of rows have it to say."""
    token = _said.set(set())
    try:
        yield
    finally:
        _said.reset(token)
