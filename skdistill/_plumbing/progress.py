"""How far long work has come: stages report it, and who listens shows it.

A listener is a task with ``begin(what, total, n_steps)``, which returns a task within it,
``advance(n)`` and ``end(failed)``. Nobody listens unless told to: see `skdistill.progress` and
`skdistill._plumbing.callbacks`.
"""

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

INTERVAL = 5.0  # seconds between two lines

_listener: ContextVar[Any] = ContextVar("skdistill_listener", default=None)


class Progress:
    """Counts; prints the count every few seconds if `verbose`, and tells who listens.

    It is a context manager: the work is done when it is left. `total`, and `n_steps`, how often
    `add` will be called, are None where they are not known.
    """

    def __init__(self, what, total=None, verbose=0, *, n_steps=None):
        self._what = what
        self._total = total
        self._of = "" if total is None else f" of {total:,}"
        self._verbose = verbose
        self._n_steps = n_steps
        self._task = None
        self._n = 0
        self._start = self._last = time.monotonic()

    def __enter__(self):
        listener = _listener.get()
        if listener is not None:
            self._task = listener.begin(self._what, self._total, self._n_steps)
        return self

    def __exit__(self, kind, error, traceback):
        if self._task is not None:
            self._task.end(failed=kind is not None)

    def add(self, n=1):
        """Count `n` more."""
        self._n += n
        if self._task is not None:
            self._task.advance(n)
        now = time.monotonic()
        if self._verbose and now - self._last >= INTERVAL:
            self._last = now
            print(f"{self._n:,}{self._of} {self._what} ({now - self._start:.0f} s)", flush=True)


def track(items, what, total):
    """Yield the items, and count those that are done with."""
    with Progress(what, total, n_steps=total) as progress:
        for item in items:
            yield item
            progress.add()


@contextmanager
def stage(what, total=None):
    """Report a stage, in which `report` counts and other stages may lie; not for generators."""
    with Progress(what, total, n_steps=total) as progress, heard_by(progress._task):
        yield


def report():
    """Count one more in the innermost stage."""
    listener = _listener.get()
    if listener is not None:
        listener.advance(1)


@contextmanager
def heard_by(listener):
    """Let a task, or None for nobody, hear of all stages of this thread."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def is_heard():
    """Whether somebody listens."""
    return _listener.get() is not None
