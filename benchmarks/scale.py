"""Fit time and memory from 50 to 500,000 rows.

Each size is fitted in a process of its own, on rows of covtype (54 columns there, or 12 with two
categories), default settings; teacher HistGradientBoostingClassifier.

    python benchmarks/scale.py [--rows 50 500 5000 50000 500000]
"""

import argparse
import resource
import subprocess
import sys
import time

import numpy as np
from sklearn.metrics import accuracy_score, log_loss

ROWS = (50, 500, 5_000, 50_000, 500_000)
N_TEST = 20_000


def fit(n_rows):
    from datasets import load

    from skdistill import DistilledClassifier

    X, y = load("covtype", n_rows + N_TEST)
    test = slice(0, N_TEST)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    clf = DistilledClassifier(random_state=0, n_jobs=1).fit(X[N_TEST:], y[N_TEST:])
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    known = np.isin(y[test], clf.classes_)
    X_test, y_test = X[test][known], y[test][known]
    figures = []
    for model in (clf.teacher_, clf):
        proba = model.predict_proba(X_test)
        labels = clf.classes_[proba.argmax(axis=1)]
        figures.append(accuracy_score(y_test, labels))
        figures.append(log_loss(y_test, proba, labels=clf.classes_))
    print(
        f"{n_rows:8,d} {took:8.1f} {(after - before) / 2**20:9.2f}"
        f"   {figures[0]:.4f} {figures[1]:.3f}   {figures[2]:.4f} {figures[3]:.3f}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        fit(options.one)
        return
    print(
        "    rows   fit (s)  GiB added   teacher acc, log loss   student acc, log loss", flush=True
    )
    for n_rows in options.rows:
        subprocess.run([sys.executable, __file__, "--one", str(n_rows)], check=True)


if __name__ == "__main__":
    main()
