"""What a search over 24 student shapes costs, beside GridSearchCV without kept answers.

    python -m benchmarks.search [--rows 10000] [--trees 500] [--max-epochs 12] [--shapes 24]

On one held-out fifth of the rows, both try the same shapes of students of one forest, in one
process and run: `DistillationSearch`, and GridSearchCV over a DistilledClassifier without
`memory`, which trains every student to the end and asks new teachers for each. The refit of the
best is counted apart. Choose `--max-epochs` so that a student takes ten seconds at most: the
longest fit in a last round, whose teacher work is kept, is printed.

`--transfer munge` adds synthetic rows, which GridSearchCV has answered again for every student.
Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import time

import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, ParameterGrid, StratifiedShuffleSplit

from benchmarks.datasets import load
from skdistill import DistillationSearch, DistilledClassifier
from skdistill.search._candidates import SHAPES


class Counted(RandomForestClassifier):
    """A forest that adds up its fits, and the processor time that they took."""

    n_fits, seconds = 0, 0.0

    def fit(self, X, y, sample_weight=None):
        start = time.process_time()
        super().fit(X, y, sample_weight)
        Counted.n_fits += 1
        Counted.seconds += time.process_time() - start
        return self


def timed(search, X, y):
    """Fit; return processor seconds, and the teachers' fits and seconds among them."""
    Counted.n_fits, Counted.seconds = 0, 0.0
    start = time.process_time()
    search.fit(X, y)
    return time.process_time() - start, Counted.n_fits, Counted.seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", default="magic")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--trees", type=int, default=500)
    parser.add_argument("--max-epochs", type=int, default=12)
    parser.add_argument("--shapes", type=int, default=24)
    parser.add_argument("--transfer")
    options = parser.parse_args()
    torch.set_num_threads(1)
    X, y = load(options.set, options.rows)
    X = X.select_dtypes("number").to_numpy()
    split = StratifiedShuffleSplit(1, test_size=0.2, random_state=0)
    clf = DistilledClassifier(
        Counted(options.trees),
        transfer=options.transfer,
        max_epochs=options.max_epochs,
        random_state=0,
    )
    every = np.linspace(0, 23, options.shapes).astype(int)  # of linear, mlp and tabm alike
    shapes = [
        {name: [value] for name, value in shape.items()}
        for shape in np.array(list(ParameterGrid(SHAPES)))[every]
    ]
    ours = DistillationSearch(clf, shapes, cv=split, refit=False)
    seconds, n_fits, of_teachers = timed(ours, X, y)
    grid = GridSearchCV(clf, shapes, cv=split, scoring="neg_log_loss", refit=False)
    grid_seconds, grid_fits, of_grids_teachers = timed(grid, X, y)
    refit_seconds, refit_fits, _ = timed(clone_of_best(clf, ours), X, y)

    results = ours.cv_results_
    last = results["iter"] == results["iter"].max()
    print(f"{options.set}: {len(y):,} rows, {options.trees} trees, {len(shapes)} shapes")
    print(f"{'':20s} {'seconds':>8s} {'teachers fitted':>16s} {'seconds of these':>17s}")
    print(f"{'DistillationSearch':20s} {seconds:8.1f} {n_fits:16d} {of_teachers:17.1f}")
    print(f"{'GridSearchCV':20s} {grid_seconds:8.1f} {grid_fits:16d} {of_grids_teachers:17.1f}")
    print(f"{'refit of the best':20s} {refit_seconds:8.1f} {refit_fits:16d}")
    print(
        f"ratio {grid_seconds / seconds:.1f}; longest student of a last round "
        f"{results['mean_fit_time'][last].max():.1f} s; best scores "
        f"{results['mean_test_score'][results['model'] == 'student'].max():.4f} and "
        f"{grid.cv_results_['mean_test_score'].max():.4f}"
    )
    print(ours.verdict_)


def clone_of_best(clf, search):
    """Return the model that a refit would fit: the best student's."""
    results = search.cv_results_
    rows = np.flatnonzero(results["model"] == "student")
    best = rows[results["mean_test_score"][rows].argmax()]
    return clf.set_params(**results["params"][best])


if __name__ == "__main__":
    main()
