"""What a fit costs, by rows, columns, classes and teacher; and how labelling scales over workers.

    python -m benchmarks.sizing [--only fits covtype labelling]

fits       generated tables around 10,000 rows of 20 columns and two classes, teacher
           `TableBoosting` (that of teacher=None), one factor at a time, default settings
covtype    the same on real rows, with the default teacher
labelling  unlabelled rows of 54 columns and seven classes, answered by a fitted teacher with one
           and two workers, in threads and in processes, and then trained on once. Rows a second
           are of the wall clock: leave the machine alone meanwhile

Each measurement runs in a process of its own, on one thread where it does not say otherwise.
Seconds and microseconds are processor time. Memory is the peak of anonymous memory beyond that
before, in MB. The teacher's bytes are those of its pickle, the student's those of its file.

- fits, fit_s: how often the teacher was fitted, and the seconds of all these fits; first_fit_s:
  of the first alone, which is the one on all rows
- answer_s: of the teacher's answers; own_s: of everything else
- n_synthetic, n_iter: synthetic rows and epochs of the final training
- teacher_us, student_us: of a row among 10,000; teacher_row_us, student_row_us: of one alone
- label_us: what this process spends on a labelled row: all of it, or what other processes leave
  to it; row_bytes: what the row takes in memory or on disk; train_us: to train on it once

Figures go line by line to CSV files in `--output`, and are not measured again.

Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import os
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from joblib import parallel_config
from joblib.externals.loky import get_reusable_executor
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.datasets import load
from benchmarks.models import Timed
from benchmarks.shared import RESULTS, Results, markdown
from benchmarks.transfer import Memory, Watch, anonymous, generated
from skdistill import DistilledClassifier, _classifier
from skdistill.measures import serialized_bytes
from skdistill.tables import take_rows
from skdistill.teachers import TableBoosting

BASE = {"data": "generated", "rows": 10_000, "columns": 20, "classes": 2, "teacher": "boosting"}
VARIED = {
    "rows": (1_000, 100_000),
    "columns": (5, 100, 500),
    "classes": (5, 20, 50),
    "teacher": ("logistic", "mlp", "forest of 100", "vote", "forest of 500", "stacking"),
}
COVTYPE_ROWS = (500, 5_000, 50_000, 500_000)
LABELLED_ROWS = {"boosting": 1_000_000, "forest of 100": 200_000}
WORKERS = ((1, "threading"), (2, "threading"), (2, "loky"))
N_TEST = 10_000
MAX_CALLS, MAX_SECONDS = 1_000, 2.0

FIT_VALUES = (
    *("fits", "first_fit_s", "fit_s", "answer_s", "own_s", "memory_mb", "n_synthetic", "n_iter"),
    *("teacher_bytes", "student_bytes"),
    *("teacher_us", "student_us", "teacher_row_us", "student_row_us"),
)
LABELLING_KEYS = ("teacher", "rows", "backend", "workers")
LABELLING_VALUES = ("rows_per_s", "label_us", "row_bytes", "train_us", "memory_mb")


def teacher_of(name):
    """Return an unfitted teacher."""
    if name == "boosting":
        return TableBoosting()
    if name == "logistic":
        return make_pipeline(StandardScaler(), LogisticRegression())
    if name == "mlp":
        return make_pipeline(StandardScaler(), MLPClassifier(early_stopping=True))
    if name.startswith("forest of "):
        return RandomForestClassifier(int(name.removeprefix("forest of ")))
    parts = [("forest", RandomForestClassifier(100)), ("boosting", TableBoosting())]
    if name == "vote":
        return VotingClassifier(parts, voting="soft")
    return StackingClassifier(parts, LogisticRegression())


def table_of(data, rows, columns, classes):
    """Return rows for the fit, as many as asked, and `N_TEST` further ones, with all labels."""
    n = rows + N_TEST
    if data == "covtype":
        return load(data, n)
    X, y = make_classification(
        n,
        columns,
        n_informative=max(columns // 2, 3),
        n_redundant=0,
        n_classes=classes,
        flip_y=0.1,
        random_state=0,
    )
    return X.astype(np.float32), y


def measure_fit(data, rows, columns, classes, teacher):
    """Return the figures of one fit."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    X, y = table_of(data, rows, columns, classes)
    X_fit, X_test = take_rows(X, slice(0, rows)), take_rows(X, slice(rows, None))
    before, memory = anonymous(os.getpid()), Memory()
    start = time.process_time()
    clf = DistilledClassifier(Timed([("teacher", teacher_of(teacher))]), random_state=0)
    clf.fit(X_fit, y[:rows])
    took = time.process_time() - start
    peak = memory.peak - before
    fit_seconds, model, summary = Timed.seconds["fit"], clf.teacher_[-1], clf.transfer_summary_
    return {
        "fits": len(fit_seconds),
        "first_fit_s": fit_seconds[0],
        "fit_s": sum(fit_seconds),
        "answer_s": sum(Timed.seconds["predict_proba"]),
        "own_s": took - Timed.total(),
        "memory_mb": peak / 1e6,
        "n_synthetic": summary["n_synthetic"],
        "n_iter": clf.n_iter_,
        "teacher_bytes": serialized_bytes(model),
        "student_bytes": serialized_bytes(clf.student_),
        "teacher_us": microseconds(model, X_test, N_TEST),
        "student_us": microseconds(clf.student_, X_test, N_TEST),
        "teacher_row_us": microseconds(model, X_test, 1),
        "student_row_us": microseconds(clf.student_, X_test, 1),
    }


def microseconds(model, X, size):
    """Return the mean processor time of a row, `size` of them at a time."""
    firsts = range(0, X.shape[0] - size + 1, size)[:MAX_CALLS]
    parts = [take_rows(X, slice(first, first + size)) for first in firsts]
    model.predict_proba(parts[0])
    n_rows, end = 0, time.perf_counter() + MAX_SECONDS
    start = time.process_time()
    for part in parts:
        model.predict_proba(part)
        n_rows += size
        if time.perf_counter() > end:
            break
    return 1e6 * (time.process_time() - start) / n_rows


def measure_labelling(teacher, rows, backend, workers):
    """Return the figures of labelling and of an epoch on what was labelled."""
    X, y, chunks = generated(rows)
    half = len(y) // 2
    model = FrozenEstimator(teacher_of(teacher).fit(X[:half], y[:half]))
    clf = DistilledClassifier(
        model, transfer=None, alpha=0.5, early_stopping=False, max_epochs=1, random_state=0
    )
    labelling = Watch(_classifier, "answer_unlabeled")
    training = Watch(_classifier, "train_generations")
    before, memory = anonymous(os.getpid()), Memory()
    with parallel_config(backend=backend, n_jobs=workers):
        clf.fit(X[half:], y[half:], X_unlabeled=chunks)
    if backend == "loky":  # idle workers would keep this process from ending, for minutes
        get_reusable_executor().shutdown()
    labelled, _ = labelling.outcome
    return {
        "rows_per_s": rows / labelling.seconds,
        "label_us": 1e6 * labelling.own_seconds / rows,
        "row_bytes": sum(getattr(labelled, f.name).nbytes for f in fields(labelled)) // rows,
        "train_us": 1e6 * training.own_seconds / (rows + half),
        "memory_mb": (memory.peak - before) / 1e6,
    }


def add_missing(results, measure, cases):
    """Measure what the results do not have yet, each in a process of its own."""
    for case in cases:
        if not results.has(**case):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                results.add(**case, **pool.submit(measure, **case).result())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = ("fits", "covtype", "labelling")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    fits = Results(options.output / "sizing.csv", BASE, FIT_VALUES)
    labelling = Results(options.output / "labelling.csv", LABELLING_KEYS, LABELLING_VALUES)
    if "fits" in options.only:
        others = [BASE | {factor: value} for factor in VARIED for value in VARIED[factor]]
        add_missing(fits, measure_fit, [BASE, *others])
    if "covtype" in options.only:
        covtype = BASE | {"data": "covtype", "columns": 12, "classes": 7}
        add_missing(fits, measure_fit, [covtype | {"rows": n} for n in COVTYPE_ROWS])
    if "labelling" in options.only:
        cases = [
            dict(zip(LABELLING_KEYS, (teacher, rows, backend, workers), strict=True))
            for teacher, rows in LABELLED_ROWS.items()
            for workers, backend in WORKERS
        ]
        add_missing(labelling, measure_labelling, cases)
    print(markdown(fits.frame(), 3), markdown(labelling.frame(), 3), sep="\n\n")


if __name__ == "__main__":
    main()
