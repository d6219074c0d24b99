"""The README's table: teacher, calibrated teacher, hard-label twin, MLPClassifier and student.

The teacher is the soft vote of a 500-tree forest and gradient boosting. The hard-label twin is
the same student, early stopping included, trained on labels alone. Every figure is measured on
held-out rows (30 %), at most 10,000 rows a set, and is the mean over seeds; speed and size are
those of the first seed, ratios of the medians in one process on one thread.

    python benchmarks/compress.py [--sets digits phoneme ...] [--seeds 3]

Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import warnings

import numpy as np
import torch
from datasets import load
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_digits
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from skdistill import DistilledClassifier
from skdistill.report import one_row_latency, serialized_bytes

SETS = ("digits", "phoneme", "magic", "satimage", "letter", "adult")
N_ROWS = 10_000


def categories(X):
    return make_column_selector(dtype_include=["category", "object", "string"])(X)


def ordinal():
    """Return the step that turns categories into numbers for trees."""
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2
    )
    return make_column_transformer((codes, categories), remainder="passthrough")


def make_teacher(n_trees=500):
    vote = VotingClassifier(
        [
            ("forest", RandomForestClassifier(n_trees)),
            ("boosting", HistGradientBoostingClassifier()),
        ],
        voting="soft",
    )
    return make_pipeline(ordinal(), vote)


def make_mlp(seed):
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="ignore", min_frequency=10, sparse_output=False)
    return make_pipeline(
        make_column_transformer((one_hot, categories), remainder=numbers),
        MLPClassifier((128, 128), early_stopping=True, random_state=seed),
    )


def figures(name, seed):
    """Return accuracy and log loss of every model, and the teacher's and student's cost."""
    if name == "digits":
        X, y = load_digits(return_X_y=True, as_frame=True)
        y = y.to_numpy()
    else:
        X, y = load(name, N_ROWS, random_state=seed)
    split = train_test_split(X, y, test_size=0.3, stratify=y, random_state=seed)
    X_train, X_test, y_train, y_test = split
    clf = DistilledClassifier(make_teacher(), random_state=seed).fit(X_train, y_train)
    twin = DistilledClassifier(
        FrozenEstimator(clf.teacher_), alpha=0, transfer=None, random_state=seed
    ).fit(X_train, y_train)
    mlp = make_mlp(seed).fit(X_train, y_train)
    answers = clf.teacher_.predict_proba(X_test)
    with np.errstate(divide="ignore"):
        calibrated = clf.calibrator_.calibrate(np.log(answers))
    probas = {
        "teacher": answers,
        "calibrated": calibrated,
        "twin": twin.predict_proba(X_test),
        "mlp": mlp.predict_proba(X_test),
        "student": clf.predict_proba(X_test),
    }
    quality = {
        model: (
            accuracy_score(y_test, clf.classes_[p.argmax(axis=1)]),
            log_loss(y_test, p, labels=clf.classes_),
        )
        for model, p in probas.items()
    }
    cost = None
    if seed == 0:
        models = (clf.teacher_, clf.student_)
        cost = [(serialized_bytes(m), one_row_latency(m, X_test)) for m in models]
    return quality, cost


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", ConvergenceWarning)
    models = ("teacher", "calibrated", "twin", "mlp", "student")
    print("accuracy / log loss, mean over seeds (spread of the student's log loss)")
    print(
        "set       " + "".join(f"{m:>16s}" for m in models) + "    size  1-row speed", flush=True
    )
    for name in options.sets:
        runs = [figures(name, seed) for seed in range(options.seeds)]
        cells = ""
        for model in models:
            accuracy, loss = np.mean([quality[model] for quality, _ in runs], axis=0)
            cells += f"   {accuracy:.4f} / {loss:.3f}"
        spread = np.ptp([quality["student"][1] for quality, _ in runs])
        (teacher_bytes, teacher_time), (student_bytes, student_time) = runs[0][1]
        print(
            f"{name:10s}{cells} (±{spread / 2:.3f})  1/{teacher_bytes / student_bytes:.0f}"
            f"  {teacher_time / student_time:.0f}x"
            f"  ({student_bytes / 1e3:.0f} kB, {student_time * 1e6:.0f} µs)",
            flush=True,
        )


if __name__ == "__main__":
    main()
