"""Several labels a row: the student's log loss a label beside its calibrated teacher's.

    python -m benchmarks.multilabel [--sets ...] [--seeds 4] [--output multilabel.csv]

Two thirds of the rows to fit on, the rest to judge by. Teachers are random forests. "few" and
"many" are generated, of 3 and of 10 labels; a row of "digits" has the labels even, at least five,
and with a hole. Printed is the geometric mean over seeds of the ratio of the log losses, with its
standard error; at most 1.02 is wanted.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from benchmarks.shared import RESULTS, Results, geometric_mean
from skdistill import DistilledClassifier

WITH_HOLE = 0, 4, 6, 8, 9
GENERATED = {
    "few": {"n_samples": 3_000, "n_features": 20, "n_classes": 3, "n_labels": 1},
    "many": {"n_samples": 3_000, "n_features": 30, "n_classes": 10, "n_labels": 3},
}


def make_rows(name, seed):
    """Return rows and labels to fit on and to judge by."""
    if name in GENERATED:
        X, Y = make_multilabel_classification(**GENERATED[name], random_state=seed)
    else:
        X, y = load_digits(return_X_y=True)
        Y = np.column_stack([y % 2 == 0, y >= 5, np.isin(y, WITH_HOLE)]).astype(int)
    X, X_test, Y, Y_test = train_test_split(X, Y, test_size=1 / 3, random_state=seed)
    return X, Y, X_test, Y_test


def log_loss_a_label(Y, proba):
    """Return the mean of -log p over rows and labels, in nats."""
    proba = np.clip(np.where(Y == 1, proba, 1 - proba), 1e-15, 1)
    return float(-np.log(proba).mean())


def measure(name, seed):
    """Fit, and return the log losses of student and teacher, and the seconds."""
    X, Y, X_test, Y_test = make_rows(name, seed)
    start = time.perf_counter()
    clf = DistilledClassifier(RandomForestClassifier(200), random_state=seed).fit(X, Y)
    seconds = time.perf_counter() - start
    student = log_loss_a_label(Y_test, clf.predict_proba(X_test))
    teacher = log_loss_a_label(Y_test, clf.ask_teacher(X_test))
    return {
        "student": student,
        "teacher": teacher,
        "accuracy": float(clf.score(X_test, Y_test)),
        "teacher_accuracy": float(np.all(clf.teacher_.predict(X_test) == Y_test, axis=1).mean()),
        "seconds": seconds,
    }


def main():
    """Measure what is not yet in the file, and print the ratios."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", default=[*GENERATED, "digits"])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--output", type=Path, default=RESULTS / "multilabel.csv")
    options = parser.parse_args()
    values = ("student", "teacher", "accuracy", "teacher_accuracy", "seconds")
    results = Results(options.output, ("set", "seed"), values)
    for name in options.sets:
        for seed in range(options.seeds):
            if not results.has(set=name, seed=seed):
                results.add(set=name, seed=seed, **measure(name, seed))
    for name, lines in results.frame().groupby("set"):
        ratio, error = geometric_mean(lines["student"] / lines["teacher"])
        print(f"{name}: {ratio:.4f} ± {ratio * error:.4f} of the teacher's log loss a label")


if __name__ == "__main__":
    main()
