"""A report's figures as tables of text, which Markdown and HTML both read."""

import math
from dataclasses import dataclass
from itertools import chain
from typing import Any

from skdistill._plumbing.words import duration, size
from skdistill.report._display import in_words
from skdistill.report._verdict import PRIOR, STUDENT

N_PARTS = 20  # in the table of classes; the frame has all
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
    """Return the tables of a FidelityReport: quality, cost, classes, slices."""
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
    rows = []
    for name, row in report.models.items():
        cells = {measure.name: [f"{row.quality[measure.name]:.4f}"] for measure in measures}
        cells[loss] = [str(row.loss), "" if name == STUDENT else str(row.lead)]
        rows.append((name, *chain.from_iterable(cells.values())))
    return Table("Quality", "; ".join(filter(None, notes)) + ".", tuple(header), rows)


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
    rows = [
        (
            *(str(part), f"{count[part] / report.n_rows:.1%}"),
            *(f"{by_part[part]:.4f}" for by_part in losses.values()),
        )
        for part in worst
    ]
    note = (
        f"Share of the held-out rows, and {in_words(task.loss)} over the rows of each {one}, in "
        f"{task.unit}; the student's worst first."
    )
    return Table(several.capitalize(), note, (one, "share", *losses), rows)


def _slices(report):
    header = ("column", "values", "rows", "agreement", "KL", "excess")
    rows = [
        (
            *(part.column, part.values, f"{part.n_rows:,}"),
            *(f"{value:.4f}" for value in (part.agreement, part.kl, part.excess_loss)),
        )
        for part in report.slices
    ]
    note = (
        "Where student and teacher differ most, over at least 20 rows. Excess: the student's "
        f"{in_words(report.task.loss)} minus the teacher's."
    )
    return Table("Worst slices", note, header, rows)
