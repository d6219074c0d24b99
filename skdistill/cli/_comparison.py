"""Models beside each other on held-out rows, as a table."""

from skdistill._plumbing.words import duration, in_figures, size
from skdistill.cli._console import print_table

TEACHER, TWIN, STUDENT, PRIOR = "teacher", "hard-label twin", "student", "prior"


def print_comparison(task, figures):
    """Print the figures of `compare`, a row a model."""
    shown = [measure for measure in task.measures if measure.name in figures[STUDENT]]
    header = ("", *(measure.words for measure in shown), "size", "one row")
    columns = [
        figures,
        *(in_figures(row[measure.name] for row in figures.values()) for measure in shown),
        [size(row["n_bytes"]) for row in figures.values()],
        [duration(row["latency"]) for row in figures.values()],
    ]
    print_table(header, list(zip(*columns, strict=True)))
