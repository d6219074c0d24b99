"""The plots of a report: panels of displays, drawn as one figure or each as an inline SVG."""

import io
import re
from dataclasses import dataclass
from typing import Any

from skdistill.report._display import COLORS
from skdistill.report._fit_displays import TrainingDisplay, TransferDisplay
from skdistill.report._optional import require
from skdistill.report._row_displays import (
    AgreementDisplay,
    ReliabilityDisplay,
    accuracy_bins,
    agreement_bins,
)
from skdistill.report._tradeoff_display import TradeoffDisplay
from skdistill.report._verdict import CALIBRATED, STUDENT, TEACHER, TWIN
from skdistill.tasks import row_losses

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

    def draw(self, ax):
        """Draw on matplotlib axes."""
        for display, style in self.drawn:
            display.plot(ax, **style)
        ax.set_title(self.title, fontsize="medium")


def make_panels(clf, codes, probas, costs):
    """Return the panels that a report has data for.

    Parameters
    ----------
    clf : fitted DistilledClassifier
    codes : int array of shape (n_samples,)
    probas : dict of str to float array of shape (n_samples, n_classes)
        By model.
    costs : dict of str to Costs

    Returns
    -------
    panels : tuple of Panel
    """
    teacher = CALIBRATED if CALIBRATED in probas else TEACHER
    shown = {teacher: COLORS["teacher"], TWIN: COLORS["twin"], STUDENT: COLORS["student"]}
    shown = {name: color for name, color in shown.items() if name in probas}
    compared = [name for name in probas if name != TEACHER or name == teacher]
    losses = [row_losses(codes, probas[name]).mean() for name in compared]
    n_bytes = [costs[name].n_bytes for name in compared]
    seconds = [costs[name].row_p50 for name in compared]
    panels = [
        Panel(
            "Reliability",
            tuple(
                (ReliabilityDisplay(*accuracy_bins(codes, probas[n]), name=n), {"color": color})
                for n, color in shown.items()
            ),
        ),
        Panel(
            "Agreement with the teacher",
            tuple(
                (
                    AgreementDisplay(*agreement_bins(probas[teacher], probas[n]), name=n),
                    {"color": color},
                )
                for n, color in shown.items()
                if n != teacher
            ),
        ),
        *(
            Panel(
                f"Log loss against {cost_name}",
                ((TradeoffDisplay(compared, cost, losses, cost_name=cost_name), {}),),
            )
            for cost_name, cost in (("bytes", n_bytes), ("latency", seconds))
        ),
        Panel("Training", ((TrainingDisplay(clf.history_, chosen=clf.n_iter_), {}),)),
    ]
    trials = clf.transfer_summary_["trials"]
    if trials:
        panels.append(Panel("Race of transfer sources", ((TransferDisplay(trials), {}),)))
    return tuple(panels)


def draw_figure(panels):
    """Return one matplotlib figure of all panels, two in a row."""
    plt = require("matplotlib.pyplot", "plot()")
    n_rows = -(-len(panels) // 2)
    with require("matplotlib", "plot()").rc_context(STYLE):
        figure, axes = plt.subplots(
            n_rows, 2, figsize=(2 * SIZE[0], n_rows * SIZE[1]), layout="constrained"
        )
        for panel, ax in zip(panels, axes.flat, strict=False):
            panel.draw(ax)
        for ax in axes.flat[len(panels) :]:
            ax.remove()
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
    figure = require("matplotlib.figure", "to_html()").Figure(figsize=SIZE, layout="constrained")
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
