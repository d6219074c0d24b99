"""How far a long stage has come, printed now and then."""

import time

INTERVAL = 5.0  # seconds between two lines


class Progress:
    """Counts rows and prints the count every few seconds.

    Parameters
    ----------
    what : str
        What is counted, as in "synthetic rows answered".
    total : int or None
        None when it is not known.
    verbose : int
        0 prints nothing.
    """

    def __init__(self, what, total, verbose):
        self._what = what
        self._of = "" if total is None else f" of {total:,}"
        self._verbose = verbose
        self._n = 0
        self._start = self._last = time.monotonic()

    def add(self, n):
        """Count `n` more."""
        self._n += n
        now = time.monotonic()
        if self._verbose and now - self._last >= INTERVAL:
            self._last = now
            print(f"{self._n:,}{self._of} {self._what} ({now - self._start:.0f} s)", flush=True)
