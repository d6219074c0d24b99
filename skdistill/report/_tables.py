"""A report's figures as tables of text, which Markdown and HTML both read."""

import math
from dataclasses import dataclass
from typing import Any

from skdistill._plumbing.words import duration, in_figures, size
from skdistill.report._display import in_words
from skdistill.report._verdict import PRIOR, STUDENT

N_PARTS = 20  # in their table; the frame has all
COST_NOTE = (
    "Bytes on disk; seconds to load from the system's cache and to answer one row and a batch of "
    "at most 1,000: median (99th percentile), on this machine."
)


@dataclass(frozen=True)
class Table:
    """A table of text.

    Parameters
    ----------
    title, note : str
    header : tuple of str
    rows : list of tuple of str
        The first cell names the row.
    """

    title: str
    note: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


def make_tables(report: Any) -> list[Table]:
    """Return the tables of a FidelityReport: quality, cost, parts, slices."""
    tables = [_quality(report), _cost(report), _parts(report), _slices(report)]
    return [table for table in tables if table.rows]


def _quality(report):
    measures, loss = report.task.measures, report.task.loss
    header, notes = ["model"], []
    for measure in measures:
        header.append(measure.words)
        notes.append(measure.note)
        if measure.name == loss:
            header.append("minus the student's")
            notes.append("[95 % interval over the held-out rows]")
    columns = [list(report.models)]
    for measure in measures:
        of_models = (row.quality[measure.name] for row in report.models.values())
        decides = measure.name == loss
        columns += _of_loss(report.models) if decides else [in_figures(of_models)]
    rows = list(zip(*columns, strict=True))
    return Table("Quality", "; ".join(filter(None, notes)) + ".", tuple(header), rows)


def _of_loss(models):
    """Return the losses that decide, and their distances from the student's."""
    leads = ["" if name == STUDENT else str(row.lead) for name, row in models.items()]
    return [str(row.loss) for row in models.values()], leads


def _cost(report):
    rows = []
    for name, row in report.models.items():
        if name == PRIOR:
            continue
        c = row.costs
        spans = ((c.row_p50, c.row_p99), (c.batch_p50, c.batch_p99))
        times = (f"{duration(low)} ({duration(high)})" for low, high in spans)
        rows.append((name, size(c.n_bytes), duration(c.load_seconds), *times))
    return Table("Cost", COST_NOTE, ("model", "size", "load", "one row", "batch"), rows)


def _parts(report):
    task, (one, several) = report.task, report.task.part
    losses = {name: row.loss_by_part for name, row in report.models.items()}
    of_student = losses[STUDENT]
    seen = [part for part, loss in of_student.items() if not math.isnan(loss)]
    worst = sorted(seen, key=lambda part: -of_student[part])[:N_PARTS]
    count = report.rows_by_part
    columns = [
        [str(part) for part in worst],
        [f"{count[part] / report.n_rows:.1%}" for part in worst],
    ]
    columns += [in_figures(by_part[part] for part in worst) for by_part in losses.values()]
    rows = list(zip(*columns, strict=True)) if len(count) > 1 else []
    note = (
        f"Share of the held-out rows, and {in_words(task.loss)} over the rows of each {one}, in "
        f"{task.answer_unit}; the student's worst first."
    )
    return Table(several.capitalize(), note, (one, "share", *losses), rows)


def _slices(report):
    of_teacher = [measure for measure in report.task.measures if measure.of_teacher]
    header = ("column", "values", "rows", *(measure.words for measure in of_teacher), "excess")
    columns = [
        [part.column for part in report.slices],
        [part.values for part in report.slices],
        [f"{part.n_rows:,}" for part in report.slices],
        *(in_figures(part.likeness[m.name] for part in report.slices) for m in of_teacher),
        in_figures(part.excess_loss for part in report.slices),
    ]
    rows = list(zip(*columns, strict=True))
    note = (
        "Where student and teacher differ most, over at least 20 rows. Excess: the student's "
        f"{in_words(report.task.loss)} minus the teacher's."
    )
    return Table("Worst slices", note, header, rows)
