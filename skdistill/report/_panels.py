"""The plots of a report: panels of displays, drawn as one figure or each as an inline SVG."""

import io
import re
from dataclasses import dataclass
from typing import Any

from skdistill.report._class_displays import panels_of_classes
from skdistill.report._display import COLORS, in_words, room_for
from skdistill.report._fit_displays import TrainingDisplay, TransferDisplay
from skdistill.report._number_displays import panels_of_numbers
from skdistill.report._optional import require
from skdistill.report._tradeoff_display import TradeoffDisplay
from skdistill.report._verdict import CALIBRATED, STUDENT, TEACHER, TWIN
from skdistill.tasks import Means, Multiclass

PANELS: dict[type, Any] = {Multiclass: panels_of_classes, Means: panels_of_numbers}
SIZE = (4.4, 3.3)  # inches of a panel: at 72 points an inch, less than the width of a phone
INK = "#123456"  # stands for the colour of the page's text in an SVG
INKED = ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color")
STYLE = {"axes.spines.right": False, "axes.spines.top": False, "legend.frameon": False}
SVG_STYLE = STYLE | dict.fromkeys(INKED, INK) | {"svg.fonttype": "none"}  # text stays text


@dataclass(frozen=True)
class Panel:
    """Displays that share axes.

    Parameters
    ----------
    title : str
    drawn : tuple of (Display, dict)
        Each with the keywords of its `plot`.
    """

    title: str
    drawn: tuple[tuple[Any, dict], ...]

    @property
    def height(self) -> float:
        """Inches of height in which what stands along the y axis does not collide."""
        return room_for(max(display.n_lines for display, _ in self.drawn), SIZE[1])

    def draw(self, ax: Any) -> None:
        """Draw on matplotlib axes."""
        for display, style in self.drawn:
            display.plot(ax, **style)
        ax.set_title(self.title, fontsize="medium")


def make_panels(clf, labels, answers, models):
    """Return the panels that a report has data for.

    Parameters
    ----------
    clf : fitted distilled estimator
    labels : array of shape (n_samples,) or (n_samples, n_outputs)
        As the task reads them.
    answers : dict of str to float array of shape (n_samples, n_outputs)
        By model.
    models : dict of str to ModelFigures

    Returns
    -------
    panels : tuple of Panel
    """
    teacher = CALIBRATED if CALIBRATED in answers else TEACHER
    shown = {teacher: COLORS["teacher"], TWIN: COLORS["twin"], STUDENT: COLORS["student"]}
    shown = {name: color for name, color in shown.items() if name in answers}
    draw = next((PANELS[kind] for kind in type(clf.task_).__mro__ if kind in PANELS), None)
    of_task = draw(labels, answers, shown, teacher) if draw else []
    panels = [Panel(*each) for each in of_task]
    compared = {name: row for name, row in models.items() if name != TEACHER or name == teacher}
    loss_name, unit = clf.task_.loss, clf.task_.unit
    losses = [row.loss.value for row in compared.values()]
    bounds = {
        "loss_low": [row.loss.low for row in compared.values()],
        "loss_high": [row.loss.high for row in compared.values()],
    }
    for cost_name, cost in (("bytes", "n_bytes"), ("latency", "row_p50")):
        costs = [getattr(row.costs, cost) for row in compared.values()]
        tradeoff = TradeoffDisplay(
            compared, costs, losses, loss_name=loss_name, cost_name=cost_name, **bounds
        )
        title = f"{in_words(loss_name).capitalize()} against {cost_name}"
        panels.append(Panel(title, ((tradeoff, {}),)))
    training = TrainingDisplay(clf.history_, chosen=clf.n_iter_, loss_name=loss_name, unit=unit)
    panels.append(Panel("Training", ((training, {}),)))
    if trials := clf.transfer_summary_["trials"]:
        race = TransferDisplay(trials, loss_name=loss_name, unit=unit)
        panels.append(Panel("Race of transfer sources", ((race, {}),)))
    return tuple(panels)


def draw_figure(panels):
    """Return one matplotlib figure of all panels, two in a row."""
    plt = require("matplotlib.pyplot", "plot()")
    n_rows = -(-len(panels) // 2)
    with require("matplotlib", "plot()").rc_context(STYLE):
        heights = [
            max(panel.height for panel in panels[k : k + 2]) for k in range(0, len(panels), 2)
        ]
        figure = plt.figure(figsize=(2 * SIZE[0], sum(heights)), layout="constrained")
        parts = figure.subfigures(n_rows, 2, height_ratios=heights, squeeze=False)
        for panel, part in zip(panels, parts.flat, strict=False):
            panel.draw(part.subplots())
    return figure


def as_svg(panel, key):
    """Return a panel as an SVG element to stand in HTML, in the colour of the page's text.

    Parameters
    ----------
    panel : Panel
    key : str
        Prefix that keeps the element's ids apart from those of others.
    """
    matplotlib = require("matplotlib", "to_html()")
    figure = require("matplotlib.figure", "to_html()").Figure(
        figsize=(SIZE[0], panel.height), layout="constrained"
    )
    text = io.StringIO()
    with matplotlib.rc_context(SVG_STYLE | {"svg.hashsalt": key}):
        panel.draw(figure.subplots())
        figure.savefig(text, format="svg", transparent=True)
    return _inline(text.getvalue(), key).replace(
        "<svg", f'<svg role="img" aria-label="{panel.title}"', 1
    )


def _inline(svg, key):
    svg = svg[svg.index("<svg") :]  # no XML declaration, no document type
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s(xmlns(:\w+)?|version)="[^"]*"', "", svg)
    svg = svg.replace("xlink:href", "href").replace(INK, "currentColor")
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{key}-", svg)
    return svg.replace("*{", ".skdistill-report svg *{")
