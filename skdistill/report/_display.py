"""What all displays share: axes to draw on, and a frame of the numbers drawn."""

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np

from skdistill.report._optional import require

# legible on light and on dark pages
COLORS = {"teacher": "#d9822b", "student": "#3b82c4", "twin": "#8a8f98", "boosting": "#3a9a5b"}
FAINT = {"color": "#8a8f98", "linewidth": 1}
WIDTH, HEIGHT = 6.4, 4.8  # inches of a display alone,
LINE, AROUND = 0.17, 1.0  # of a line of text, and of what stands above and below all lines
MARKS = ((1, 2, 5), 8), ((1, 3), 80), ((1,), np.inf)  # within a power of ten, up to which range
MOST_MARKS = 5


class Display(ABC):
    """Base of the displays; `plot` keeps what it draws as `line_`, `ax_` and `figure_`."""

    n_lines: int = 0  # of text along the y axis, for which there has to be room

    def frame(self) -> Any:
        """Return the numbers drawn as a pandas DataFrame, one row a point.

        Returns
        -------
        frame : DataFrame
            A column for each kind of number.

        Raises
        ------
        ImportError
            If pandas is missing.
        """
        return require("pandas", "frame()").DataFrame(self._points())

    def plot(self, ax: Any = None, **kwargs: Any) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            None: new ones.
        **kwargs : dict
            Of the lines or markers, for matplotlib.

        Returns
        -------
        self : Display
            With `ax_`, `figure_` and what was drawn on it.

        Raises
        ------
        ImportError
            If matplotlib is missing.
        """
        if ax is None:
            size = WIDTH, room_for(self.n_lines, HEIGHT)
            pyplot = require("matplotlib.pyplot", "plot()")
            _, ax = pyplot.subplots(figsize=size, layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        self._draw(ax, kwargs)
        return self

    @abstractmethod
    def _points(self):
        """Return the columns of `frame` by name."""

    @abstractmethod
    def _draw(self, ax, kwargs):
        """Draw on axes; `kwargs` are of the lines or markers."""


def room_for(n_lines, height):
    """Return the inches of height, at least `height`, in which so many lines stand apart."""
    return max(height, AROUND + LINE * n_lines)


def share_bounds(share, n_rows):
    """Return the bounds of 95 % intervals of shares of so many rows, by Wilson's formula."""
    z2 = 1.96**2
    center = (share + z2 / (2 * n_rows)) / (1 + z2 / n_rows)
    half = np.sqrt(z2 * (share * (1 - share) / n_rows + z2 / (4 * n_rows**2))) / (1 + z2 / n_rows)
    return center - half, center + half


def in_words(name):
    """Return the name of a measure as axes and sentences have it."""
    return name.replace("_", " ")


def mark_costs(ax: Any, unit: str) -> None:
    """Make the x axis of what was drawn logarithmic, with marks such as "20 kB"."""
    ticker = require("matplotlib.ticker", "plot()")
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    subs = next(subs for subs, widest in MARKS if high <= widest * low)
    ax.xaxis.set_major_locator(ticker.LogLocator(subs=subs, numticks=MOST_MARKS))
    ax.xaxis.set_major_formatter(ticker.EngFormatter(unit))
    ax.xaxis.set_minor_formatter(ticker.NullFormatter())
