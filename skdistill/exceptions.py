"""Errors and warnings of skdistill.

::

    ValueError
    └── StudentFileError       a student file is unreadable, damaged or of a newer format
    UserWarning
    └── DistillationWarning    the fit went on, but something about the data or teacher matters
"""


class StudentFileError(ValueError):
    """A student file cannot be read: truncated, damaged, of another kind or of a newer format."""


class DistillationWarning(UserWarning):
    """The fit went on, but something about the data or the teacher deserves a look."""
