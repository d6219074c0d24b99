"""Whose KeyboardInterrupt ended a training by skorch: a callback's, or another."""

import signal
import threading
from contextlib import contextmanager

from skorch import NeuralNet


class InterruptedNet(NeuralNet):
    """A skorch net that knows whether a KeyboardInterrupt ended its training, and a callback's."""

    was_interrupted = ended_by_callback = False

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train; note a KeyboardInterrupt, which skorch is about to swallow."""
        try:
            return super().fit_loop(X, y, epochs, **fit_params)
        except KeyboardInterrupt:
            self.was_interrupted = True
            raise

    def notify(self, method_name, **kwargs):
        """Call the callbacks; note which of their exceptions went up."""
        try:
            super().notify(method_name, **kwargs)
        except KeyboardInterrupt:
            self.ended_by_callback = True
            raise


@contextmanager
def interrupts_go_up(net):
    """Raise KeyboardInterrupt at the end if one that no callback raised ended the training.

    skorch ends a training well at every KeyboardInterrupt, whoever raised it.
    """
    with _signals_noted() as signals:
        yield
    if net.was_interrupted and (signals or not net.ended_by_callback):
        raise KeyboardInterrupt


@contextmanager
def _signals_noted():
    """Give a list of the KeyboardInterrupts that signals raise, also within callbacks."""
    theirs = signal.getsignal(signal.SIGINT)
    noted: list[KeyboardInterrupt] = []
    if threading.current_thread() is not threading.main_thread() or not callable(theirs):
        yield noted  # no signal raises anything here
        return

    def note(number, frame):
        try:
            theirs(number, frame)
        except KeyboardInterrupt as interrupt:
            noted.append(interrupt)
            raise

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        if signal.getsignal(signal.SIGINT) is note:
            signal.signal(signal.SIGINT, theirs)
