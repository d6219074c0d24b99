"""What all displays share: axes to draw on, and a frame of the numbers drawn."""

from abc import ABC, abstractmethod

from skdistill.report._optional import require

# legible on light and on dark pages
COLORS = {"teacher": "#d9822b", "student": "#3b82c4", "twin": "#8a8f98", "boosting": "#3a9a5b"}
FAINT = {"color": "#8a8f98", "linewidth": 1}
WIDE = 100  # from lowest to highest: then powers of ten are marks enough


class Display(ABC):
    """Base of the displays; `plot` keeps what it draws as `line_`, `ax_` and `figure_`."""

    def frame(self):
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

    def plot(self, ax=None, **kwargs):
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
            _, ax = require("matplotlib.pyplot", "plot()").subplots(layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        self._draw(ax, kwargs)
        return self

    @abstractmethod
    def _points(self):
        """Return the columns of `frame` by name."""

    @abstractmethod
    def _draw(self, ax, kwargs):
        """Draw on axes; `kwargs` are of the lines or markers."""


def in_words(name):
    """Return the name of a measure as axes and sentences have it."""
    return name.replace("_", " ")


def mark_costs(ax, unit):
    """Make the x axis of what was drawn logarithmic, with marks such as "20 kB"."""
    ticker = require("matplotlib.ticker", "plot()")
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    marks = ticker.LogLocator(subs=(1,) if high > WIDE * low else (1, 2, 5))
    ax.xaxis.set_major_locator(marks)
    ax.xaxis.set_major_formatter(ticker.EngFormatter(unit))
    ax.xaxis.set_minor_formatter(ticker.NullFormatter())
