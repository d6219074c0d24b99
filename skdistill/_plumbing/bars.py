"""Progress bars, on a terminal or in a notebook."""

import sys
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from typing import Any

from skdistill._plumbing.progress import heard_by, is_heard
from skdistill.exceptions import warn

FORGOTTEN = (
    "progress() shows the fits within its `with` and no others: write "
    "`with skdistill.progress():` and the fits below it, indented."
)


def progress() -> AbstractContextManager[None]:
    """Show how far fits have come, as bars that vanish when they are done.

    Bars go to the standard error, and only where it is a terminal or a notebook. What runs in
    other processes or threads shows none of its own.

    Returns
    -------
    shown : context manager
        Bars are shown for the fits within its ``with``; without one, a warning says so.

    Raises
    ------
    ImportError
        On entering, if rich is missing, or ipywidgets in a notebook.

    Examples
    --------
    >>> import skdistill
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> with skdistill.progress():
    ...     clf = skdistill.DistilledClassifier(max_epochs=5, transfer=None).fit(X, y)
    """
    return _Shown()


class _Shown(AbstractContextManager[None]):
    """What `progress` returns: shows bars while it is entered, and tells who forgets to."""

    def __init__(self):
        self._shown: Any = None

    def __enter__(self):
        self._shown = _where_seen()
        return self._shown.__enter__()

    def __exit__(self, *error):
        return self._shown.__exit__(*error)

    def __repr__(self):
        return FORGOTTEN

    def __del__(self):
        if self._shown is None:
            warn(FORGOTTEN)


@contextmanager
def _where_seen():
    """Draw bars where there is somebody to see them."""
    try:
        from rich.console import Console
    except ImportError:
        raise ImportError(
            'progress() needs rich, which is missing: pip install "skdistill[cli]"'
        ) from None
    console = Console(stderr=True)
    if console.is_jupyter and not find_spec("ipywidgets"):
        raise ImportError(
            "progress() in a notebook needs ipywidgets, which is missing: pip install ipywidgets"
        )
    is_terminal = sys.stderr.isatty() and not console.is_dumb_terminal
    if is_heard() or not (is_terminal or console.is_jupyter):
        yield
        return
    with show_on(console):
        yield


@contextmanager
def show_on(console):
    """Draw bars on a rich Console for all stages of this thread."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    what, count = TextColumn("{task.description}"), TextColumn("{task.fields[count]}")
    columns = what, BarColumn(), count, TimeElapsedColumn()
    redirected = console.is_jupyter or sys.stdout.isatty()  # not to a pipe
    bars = Progress(*columns, console=console, transient=True, redirect_stdout=redirected)
    with bars, heard_by(_Bars(bars)):
        yield


class _Bars:
    """What a bar lies in: begins bars one step further in than its own."""

    def __init__(self, bars, depth=0):
        self._bars = bars
        self._depth = depth

    def begin(self, what, total, n_steps):
        return _Bar(self._bars, self._depth, what, total)

    def advance(self, n):
        """Count nothing: this is no bar."""


class _Bar(_Bars):
    """The bar of a stage."""

    def __init__(self, bars, depth, what, total):
        super().__init__(bars, depth + 1)
        self._n = 0
        self._of = "" if total is None else f" of {total:,}"
        count = f"0{self._of}" if total else ""
        self._id = bars.add_task("  " * depth + what, total=total, count=count)

    def advance(self, n):
        self._n += n
        self._bars.update(self._id, advance=n, count=f"{self._n:,}{self._of}")

    def end(self, failed):
        self._bars.remove_task(self._id)
