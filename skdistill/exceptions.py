"""Errors and warnings of skdistill.

::

    ValueError
    └── StudentFileError       a student file is unreadable, damaged or of a newer format
    RuntimeError
    └── ExportError            an exported form does not answer like its student
    UserWarning
    └── DistillationWarning    the fit went on, but something about the data or teacher matters
"""

import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from types import FrameType

LIBRARIES = ("skdistill", "sklearn", "joblib")  # what stands between a user's line and a fit
PYTHON = re.compile(
    rf"<frozen |{re.escape(os.path.dirname(os.__file__) + os.sep)}(?!(site|dist)-packages\b)"
)  # files of Python's own library

_said: ContextVar[set | None] = ContextVar("skdistill_said", default=None)

__all__ = ["DistillationWarning", "ExportError", "StudentFileError"]


class StudentFileError(ValueError):
    """A student file cannot be read: truncated, damaged, of another kind or of a newer format."""


class ExportError(RuntimeError):
    """An exported form does not answer like its student; nothing was written."""


class DistillationWarning(UserWarning):
    """The fit went on, but something about the data or the teacher deserves a look."""


def warn(message: str) -> None:
    """Issue a DistillationWarning that points at the user's line.

    That is the innermost line in no file of skdistill, scikit-learn, joblib or Python's library.
    Where a thread or process has none, the warning points at the line that gives it.
    """
    said = _said.get()
    if said is not None:
        if message in said:
            return
        said.add(message)
    frame = _users_frame() or sys._getframe(1)
    module = frame.f_globals.get("__name__", "<string>")  # as warnings.warn has it
    where = frame.f_code.co_filename, frame.f_lineno, module
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    warnings.warn_explicit(message, DistillationWarning, *where, registry)


def only_informs(name, otherwise=None):
    """Decorate a statistic that decides nothing: it never ends what it informs about.

    Where it cannot be computed, a warning says so by `name`, and `otherwise` is returned.
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


@contextmanager
def each_warning_once() -> Iterator[None]:
    """Say nothing twice in this thread, however many folds or chunks of rows have it to say."""
    token = _said.set(set())
    try:
        yield
    finally:
        _said.reset(token)


def _users_frame():
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _is_inner(frame):  # up to where a thread or process begins
        frame = None if frame.f_code.co_name == "_bootstrap" else frame.f_back
    return frame


def _is_inner(frame):
    file = frame.f_code.co_filename
    if file == "<string>":  # code that was made, as that of dataclasses: where its module lies
        file = frame.f_globals.get("__file__") or file
    modules = filter(None, map(sys.modules.get, LIBRARIES))
    return PYTHON.match(file) or file.startswith(tuple(m.__path__[0] + os.sep for m in modules))
