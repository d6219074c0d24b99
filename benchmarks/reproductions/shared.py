"""What the reproductions share: data sets, figures kept line by line, tables and plots."""

import csv
import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from datasets import load  # the other benchmarks' module

__all__ = ["FOLDER", "Results", "load", "markdown", "new_figure"]

FOLDER = Path(__file__).parents[1] / "results" / "reproductions"


class Results:
    """A CSV file that grows by one line a figure.

    Parameters
    ----------
    path : Path
    keys : sequence of str
        Columns that name a line.
    values : sequence of str
        Its figures.
    """

    def __init__(self, path, keys, values):
        self.path, self.keys, self.fields = path, list(keys), [*keys, *values]
        path.parent.mkdir(parents=True, exist_ok=True)

    def frame(self):
        """Return all lines."""
        if self.path.exists():
            return pd.read_csv(self.path)
        return pd.DataFrame(columns=self.fields)

    def has(self, **keys):
        """Whether there is a line of these keys."""
        found = self.frame()
        for name, value in keys.items():
            found = found[found[name].astype(str) == str(value)]
        return len(found) > 0

    def add(self, **line):
        """Append a line, and print it."""
        new = not self.path.exists()
        with open(self.path, "a", newline="") as file:
            writer = csv.DictWriter(file, self.fields, restval="")
            if new:
                writer.writeheader()
            writer.writerow(
                {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in line.items()}
            )
        words = (f"{k}={v:.4g}" if isinstance(v, float) else f"{v}" for k, v in line.items())
        print(*words, flush=True)


def markdown(table, digits=4):
    """Return a frame as a Markdown table."""
    rows = [[_text(v, digits) for v in row] for row in table.itertuples(index=False)]
    head = [str(name) for name in table.columns]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(value, digits):
    if isinstance(value, float):
        return "" if value != value else f"{value:.{digits}g}"
    return str(value)


def new_figure(width, height, n_columns=1, n_rows=1):
    """Return a matplotlib figure without a screen, and its axes."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt.subplots(
        n_rows, n_columns, figsize=(width, height), layout="constrained", squeeze=False
    )
