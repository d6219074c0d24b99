"""FidelityReport: what was measured, as a frame, Markdown, HTML and plots."""

from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from typing import Any

from skdistill._plumbing.words import duration, size
from skdistill.measures import Costs
from skdistill.report._bootstrap import Interval
from skdistill.report._display import in_words
from skdistill.report._glossary import glossary
from skdistill.report._html import make_fragment, make_page
from skdistill.report._optional import require
from skdistill.report._panels import Panel, draw_figure
from skdistill.report._slices import Slice
from skdistill.report._tables import make_tables
from skdistill.report._verdict import STUDENT, Verdict
from skdistill.tasks import Task

MARKDOWN = str.maketrans({"|": "\\|", "\n": " ", "<": "&lt;"})


@dataclass(frozen=True)
class ModelFigures:
    """All that was measured of one model.

    Parameters
    ----------
    quality : dict of str to float
        How well it answers: the task's measures by name.
    costs : Costs
        What it takes to keep and to ask.
    loss : Interval
        The measure that decides; of classes, the log loss in nats.
    lead : Interval
        The loss minus the student's: above zero, the student is better.
    loss_by_part : dict of object to float
        The loss over the rows of each class, NaN for a class without rows; or of each output.
    """

    quality: dict[str, float]
    costs: Costs
    loss: Interval
    lead: Interval
    loss_by_part: dict[Any, float]


@dataclass(frozen=True)
class FidelityReport:
    """A student beside its teacher and its rivals; made by `fidelity_report`.

    Intervals are 95 % bootstrap intervals over the held-out rows. ``print`` says the verdict and
    its main figures in one line.

    Parameters
    ----------
    n_rows : int
        Held-out rows.
    task : skdistill.tasks.Task
        What is predicted, and by which measures.
    models : dict of str to ModelFigures
        "prior" (who knows no column), "teacher", "calibrated teacher", "hard-label twin",
        "small boosting", "student"; those that were there to measure.
    gap_closed : Interval or None
        Share of the gap in loss between twin and (calibrated) teacher that the student
        closes; None without a twin, or where the teacher does not clearly lead it.
    gap_note : str
        Why `gap_closed` is not stated, as a sentence; else empty.
    rows_by_part : dict of object to int
        Held-out rows of each class, or output.
    slices : tuple of Slice
        Where student and teacher differ most, the worst first.
    verdict : Verdict
        What to deploy, in words, and why; its ``model`` names one of `models_`, or none.
    models_ : dict of str to object
        The fitted models: "teacher", "hard-label twin", "small boosting" and "student", as far
        as they were compared. ``report.models_[report.verdict.model]`` is the one to deploy.
    panels : tuple of Panel
        The plots.
    """

    n_rows: int
    task: Task = field(repr=False)
    models: dict[str, ModelFigures]
    gap_closed: Interval | None
    gap_note: str
    rows_by_part: dict[Any, int]
    slices: tuple[Slice, ...]
    verdict: Verdict
    models_: dict[str, Any] = field(repr=False)
    panels: tuple[Panel, ...] = field(repr=False)

    def __str__(self) -> str:
        """Return verdict and main figures in one line."""
        name = self.verdict.model or STUDENT
        row, choice = self.models[name], self.verdict.choice
        return (
            f"{choice[0].upper()}{choice[1:]}: on {self.n_rows:,} held-out rows the {name} has "
            f"{in_words(self.task.loss)} {row.loss}, {size(row.costs.n_bytes)}, "
            f"{duration(row.costs.row_p50)} a row."
        )

    def frame(self) -> Any:
        """Return all figures as a pandas DataFrame, one row a model.

        Intervals have columns that end in ``_low`` and ``_high``; a column that ends in
        ``[setosa]`` is the loss over the rows of that class, or of that output.

        Returns
        -------
        frame : DataFrame
            Indexed by the models' names.

        Raises
        ------
        ImportError
            If pandas is missing.
        """
        pandas = require("pandas", "frame()")
        rows = {name: _flat(row, self.task.loss) for name, row in self.models.items()}
        return pandas.DataFrame.from_dict(rows, orient="index").rename_axis("model")

    def to_markdown(self) -> str:
        """Return verdict and tables as Markdown.

        Returns
        -------
        text : str
            Headings, reasons and tables.
        """
        lines = [f"# Fidelity report: {self.verdict.choice}", ""]
        lines += [f"- {reason}" for reason in self.verdict.reasons]
        for table in make_tables(self):
            lines += ["", f"## {table.title}", "", _line(table.header)]
            lines += ["|---|" + "---:|" * (len(table.header) - 1)]
            lines += [*map(_line, table.rows), "", table.note]
        lines += ["", "## Glossary", ""]
        lines += [
            f"- **{word}**: {text.translate(MARKDOWN)}" for word, text in glossary(self).items()
        ]
        return "\n".join(lines) + "\n"

    def to_html(self) -> str:
        """Return one self-contained HTML page with verdict, tables and plots.

        Returns
        -------
        page : str
            To be written to a file as UTF-8.

        Raises
        ------
        ImportError
            If matplotlib is missing.
        """
        return make_page(self, make_tables(self), self.panels)

    def plot(self) -> Any:
        """Draw all panels.

        Returns
        -------
        figure : matplotlib Figure
            One panel a plot.

        Raises
        ------
        ImportError
            If matplotlib is missing.
        """
        return draw_figure(self.panels)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: without plots where matplotlib is missing."""
        panels = self.panels if find_spec("matplotlib") else ()
        return make_fragment(self, make_tables(self), panels)


def _flat(figures, loss):
    """Return a model's figures by column."""
    return {
        **figures.quality,
        f"{loss}_low": figures.loss.low,
        f"{loss}_high": figures.loss.high,
        "lead": figures.lead.value,
        "lead_low": figures.lead.low,
        "lead_high": figures.lead.high,
        **asdict(figures.costs),
        **{f"{loss}[{part}]": value for part, value in figures.loss_by_part.items()},
    }


def _line(cells):
    return "| " + " | ".join(cell.translate(MARKDOWN) for cell in cells) + " |"
