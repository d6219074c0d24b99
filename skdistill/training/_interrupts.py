"""Whose KeyboardInterrupt ended a training by skorch: a callback's, or Ctrl-C's."""

import signal
import threading
from contextlib import contextmanager


@contextmanager
def signals_go_up():
    """Raise KeyboardInterrupt at the end if a signal raised one that was swallowed inside.

    skorch ends a training well at every KeyboardInterrupt, as callbacks raise it to stop early.
    """
    theirs = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(theirs):
        yield  # no signal raises anything here
        return
    interrupts = []

    def note(number, frame):
        try:
            theirs(number, frame)
        except KeyboardInterrupt as interrupt:
            interrupts.append(interrupt)
            raise

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, theirs)
    if interrupts:
        raise KeyboardInterrupt
