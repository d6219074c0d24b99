"""Quantiles of teacher and student: pinball loss, coverage, bytes, and the time of one row.

    python -m benchmarks.quantiles [--sets ...] [--seeds 4] [--teachers ...] [--output ...]

At most 5,000 rows of a set, seven tenths to fit on, the rest to judge by; levels .05, .5 and .95.
Teachers:

    boosting  histogram gradient boosting, one a level: what teacher=None stands for
    forest    a random forest of 300 trees of leaves of five rows or more, by its leaves' targets

Printed are the mean ratios of the student's pinball loss to the teacher's, as it answers by
itself, the coverage of the intervals from .05 to .95, which should be .9, kilobytes (the teacher's
as a pickle), and milliseconds for one row.

Real data come from the folder in SKDISTILL_DATA.
"""

import argparse
import pickle
import time
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_pinball_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from benchmarks.datasets import load, obtainable
from benchmarks.shared import RESULTS
from skdistill import DistilledRegressor
from skdistill.teachers import TableNumbers

SETS = ("california", "diamonds", "gas_turbine", "house_16H")
N_ROWS = 5_000
TEST_SHARE = 0.3
LEVELS = (0.05, 0.5, 0.95)
TEACHERS = {
    "boosting": lambda: None,
    "forest": lambda: make_pipeline(
        TableNumbers(), RandomForestRegressor(300, min_samples_leaf=5)
    ),
}
ROWS_TIMED = 100


def quality(y, quantiles):
    """Return the mean pinball loss, and the coverage of the widest interval."""
    losses = [mean_pinball_loss(y, quantiles[:, k], alpha=q) for k, q in enumerate(LEVELS)]
    return np.mean(losses), np.mean((y >= quantiles[:, 0]) & (y <= quantiles[:, -1]))


def milliseconds(answer, X):
    """Return the median time of an answer to one row."""
    times = []
    for i in range(ROWS_TIMED):
        row = X.iloc[[i]]
        start = time.perf_counter()
        answer(row)
        times.append(1e3 * (time.perf_counter() - start))
    return np.median(times)


def n_bytes(student):
    """Return the bytes of a student's file."""
    with TemporaryDirectory() as folder:
        student.save(Path(folder) / "student")
        return (Path(folder) / "student").stat().st_size


def measure(name, seed, kind):
    """Return a row of results."""
    X, y = load(name, N_ROWS, seed)
    X, X_test, y, y_test = train_test_split(X, y, test_size=TEST_SHARE, random_state=seed)
    reg = DistilledRegressor(TEACHERS[kind](), quantiles=LEVELS, random_state=seed)
    start = time.perf_counter()
    reg.fit(X, y)
    row = {"set": name, "seed": seed, "teacher": kind, "fit_s": time.perf_counter() - start}
    sizes = {"student": n_bytes(reg.student_), "teacher": len(pickle.dumps(reg.teacher_))}
    asked = {
        "student": reg.predict_quantiles,
        "teacher": lambda rows: reg.ask_teacher(rows, calibrated=False),
    }
    for who, answer in asked.items():
        pinball, coverage = quality(y_test, answer(X_test))
        row |= {f"{who}_pinball": pinball, f"{who}_coverage": coverage}
        row |= {f"{who}_kb": sizes[who] / 1e3, f"{who}_ms": milliseconds(answer, X_test)}
    return {**row, "ratio": row["student_pinball"] / row["teacher_pinball"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--teachers", nargs="+", default=[*TEACHERS], choices=TEACHERS)
    parser.add_argument("--output", type=Path, default=RESULTS / "quantiles.csv")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    rows = []
    for kind in options.teachers:
        for name in obtainable(options.sets):
            for seed in range(options.seeds):
                rows.append(measure(name, seed, kind))
                pd.DataFrame(rows).to_csv(options.output, index=False, float_format="%.6g")
            print(kind, name, "done", flush=True)
    means = pd.DataFrame(rows).groupby(["teacher", "set"]).mean().drop(columns="seed")
    print(means.round(3).T.to_string())


if __name__ == "__main__":
    main()
