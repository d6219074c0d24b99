"""What the benchmarks share: figures kept line by line, timing in turn, tables and plots."""

import csv
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd

RESULTS = Path(__file__).parent / "results"
REPRODUCTIONS = RESULTS / "reproductions"


class Results:
    """A CSV file that grows by one line a figure.

    Parameters
    ----------
    path : Path
    keys : sequence of str
        Columns that name a line.
    values : sequence of str
        Its figures. A file that is there already keeps its own columns.
    """

    def __init__(self, path, keys, values):
        self.path, self.fields = path, [*keys, *values]
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self.fields = list(pd.read_csv(path, nrows=0))

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
            writer = csv.DictWriter(file, self.fields, restval="", extrasaction="ignore")
            if new:
                writer.writeheader()
            writer.writerow(
                {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in line.items()}
            )
        words = (f"{k}={v:.4g}" if isinstance(v, float) else f"{v}" for k, v in line.items())
        print(*words, flush=True)


def lines_of(path):
    """Return the lines of a JSON-lines file, none where it is not there."""
    return [json.loads(line) for line in open(path)] if path.exists() else []


def add_line(path, line):
    """Append a line to a JSON-lines file, and print it."""
    with open(path, "a") as file:
        file.write(json.dumps(line) + "\n")
    print(*line.values(), flush=True)


def geometric_mean(ratios):
    """Return the geometric mean, and the standard error of the mean logarithm."""
    logs = np.log(np.asarray(ratios, dtype=float))
    return float(np.exp(logs.mean())), float(logs.std(ddof=1) / len(logs) ** 0.5)


def seconds_of(action, times=1, clock=time.perf_counter):
    """Return the seconds of a call, the mean of so many."""
    start = clock()
    for _ in range(times):
        action()
    return (clock() - start) / times


def in_turn(actions, rounds, seconds_a_round):
    """Return the seconds of a call by round, of each name; in every round each has its turn."""
    calls = {}
    for name, action in actions.items():
        action()  # the first one warms up
        calls[name] = max(1, int(seconds_a_round / min(seconds_of(action) for _ in range(3))))
    times = {name: np.empty(rounds) for name in actions}
    for k in range(rounds):
        for name, action in actions.items():
            times[name][k] = seconds_of(action, calls[name])
    return times


def spread(values, form=".2f"):
    """Return the median of repeated measurements, with the lowest and the highest."""
    return f"{np.median(values):{form}} ({np.min(values):{form}} - {np.max(values):{form}})"


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
