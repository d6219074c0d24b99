"""What the checks of a fit cost: the same fit in two checkouts, in turn.

Each fit runs in a process of its own, on one thread, and is measured by its CPU time. The table
has 100,000 rows of covtype, the teacher is a small gradient boosting.

    git worktree add ../before 055b280 && (cd ../before && python setup.py build_ext --inplace)
    python -m benchmarks.checks --before ../before
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.shared import spread

HERE = Path(__file__).resolve().parents[1]
FIT = """
import time
from sklearn.ensemble import HistGradientBoostingClassifier
from benchmarks.datasets import load
from skdistill import DistilledClassifier

X, y = load("covtype", {n_rows})
teacher = HistGradientBoostingClassifier(max_iter=20, early_stopping=False)
clf = DistilledClassifier(teacher, transfer="munge", max_epochs={epochs}, random_state=0)
clf.fit(X[:500], y[:500])  # imports and first calls
start = time.process_time()
clf.fit(X, y)
print(time.process_time() - start)
"""


def cpu_seconds(folder, code):
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = {**os.environ, **threads, "PYTHONPATH": f"{folder}:{HERE}"}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment, cwd="/", capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(run.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--before", type=Path, required=True, help="a built checkout")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    code = FIT.format(n_rows=options.rows, epochs=options.epochs)
    ratios = []
    for repeat in range(options.repeats):
        folders = [options.before.resolve(), HERE]
        order = folders if repeat % 2 == 0 else folders[::-1]
        seconds = {folder: cpu_seconds(folder, code) for folder in order}
        before, now = (seconds[folder] for folder in folders)
        ratios.append(now / before)
        print(f"before {before:.1f} s, now {now:.1f} s, ratio {ratios[-1]:.3f}", flush=True)
    print(f"median ratio {spread(ratios, '.3f')}")


if __name__ == "__main__":
    main()
