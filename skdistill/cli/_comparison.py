"""Models beside each other on held-out rows, as a table."""

import numpy as np

from skdistill._plumbing.words import duration, size
from skdistill.cli._console import print_table

TEACHER, TWIN, STUDENT, PRIOR = "teacher", "hard-label twin", "student", "prior"


def fit_prior(y, known):
    """Return a model that knows no column: it answers how frequent each `known` label is in y."""
    from sklearn.dummy import DummyClassifier

    labels, weight = np.concatenate([y, known]), np.repeat([1.0, 0.0], [len(y), len(known)])
    return DummyClassifier(strategy="prior").fit(np.zeros((len(labels), 1)), labels, weight)


def print_comparison(task, figures):
    """Print the figures of `compare`, a row a model."""
    shown = [measure for measure in task.measures if measure.name in figures[STUDENT]]
    header = ("", *(measure.words for measure in shown), "size", "one row")
    rows = [
        (
            name,
            *(f"{row[measure.name]:.4f}" for measure in shown),
            *(size(row["n_bytes"]), duration(row["latency"])),
        )
        for name, row in figures.items()
    ]
    print_table(header, rows)
