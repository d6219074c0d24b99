"""A report's figures as tables of text, which Markdown and HTML both read."""

import math
from dataclasses import dataclass

from skdistill.report._verdict import STUDENT

N_CLASSES = 20  # in the table of classes; the frame has all
NOTES = {
    "quality": "Log loss, KL(teacher || model) in nats; [95 % interval over the held-out rows]; "
    "ECE: expected calibration error, 15 bins of equal mass.",
    "cost": "Bytes on disk; seconds to load from the system's cache and to answer one row and "
    "a batch of at most 1,000: median (99th percentile), on this machine.",
    "classes": "Log loss over the rows of each class, in nats; the student's worst first.",
    "slices": "Where student and teacher differ most, over at least 20 rows. Excess: the "
    "student's log loss minus the teacher's.",
}


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


def make_tables(report):
    """Return the tables of a FidelityReport: quality, cost, classes, slices."""
    tables = [_quality(report), _cost(report), _classes(report), _slices(report)]
    return [table for table in tables if table.rows]


def _quality(report):
    header = (
        *("model", "accuracy", "balanced", "log loss", "minus the student's", "Brier", "ECE"),
        *("AUC", "agreement", "KL"),
    )
    rows = []
    for name, row in report.models.items():
        q = row.quality
        rows.append(
            (
                name,
                *(f"{value:.4f}" for value in (q.accuracy, q.balanced_accuracy)),
                *(str(row.log_loss), "" if name == STUDENT else str(row.lead)),
                *(f"{value:.4f}" for value in (q.brier, q.ece, q.auc, q.agreement, q.kl)),
            )
        )
    return Table("Quality", NOTES["quality"], header, rows)


def _cost(report):
    rows = []
    for name, row in report.models.items():
        c = row.costs
        spans = ((c.row_p50, c.row_p99), (c.batch_p50, c.batch_p99))
        times = (f"{duration(low)} ({duration(high)})" for low, high in spans)
        rows.append((name, size(c.n_bytes), duration(c.load_seconds), *times))
    return Table("Cost", NOTES["cost"], ("model", "size", "load", "one row", "batch"), rows)


def _classes(report):
    losses = {name: row.quality.log_loss_by_class for name, row in report.models.items()}
    of_student = losses[STUDENT]
    seen = [label for label, loss in of_student.items() if not math.isnan(loss)]
    worst = sorted(seen, key=lambda label: -of_student[label])[:N_CLASSES]
    rows = [
        (str(label), *(f"{by_class[label]:.4f}" for by_class in losses.values()))
        for label in worst
    ]
    return Table("Classes", NOTES["classes"], ("class", *losses), rows)


def _slices(report):
    header = ("column", "values", "rows", "agreement", "KL", "excess")
    rows = [
        (
            *(part.column, part.values, f"{part.n_rows:,}"),
            *(f"{value:.4f}" for value in (part.agreement, part.kl, part.excess_loss)),
        )
        for part in report.slices
    ]
    return Table("Worst slices", NOTES["slices"], header, rows)


def size(n_bytes):
    """Return a size in words, such as "12.3 kB"."""
    if math.isnan(n_bytes):
        return "unknown"
    return f"{n_bytes / 1e6:,.2f} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:.1f} kB"


def duration(seconds):
    """Return a time in words, such as "1.2 ms"."""
    if math.isnan(seconds):
        return "unknown"
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"
