"""Whether every form of a student answers alike, on each of the quality benchmark's sets.

    python -m benchmarks.parity [--sets adult ...]

A student is trained on labels alone (at most 10,000 rows, 70 % of them), and asked about the
held-out rows, and about the first thousand of them again with numbers missing or extreme and
categories missing or unknown. Printed are the largest differences of a probability from the NumPy
forward, over all rows; below 1e-5 they hold, and labels must be those of the most probable class.

native  `student.predict_proba`, in compiled code
alone   the same, row by row, of the first 200 rows
onnx    ONNX Runtime, on `to_onnx`
c       `to_c`, compiled by gcc -O2
torch   `to_torch`

Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks.datasets import QUALITY, obtainable, split
from benchmarks.forms import onnx_rows, student_in_c
from benchmarks.models import categories
from skdistill import DistilledClassifier
from skdistill.export import to_onnx, to_torch
from skdistill.export._onnx_check import ask, open_model

TOLERANCE = 1e-5
N_HARD, N_ALONE = 1_000, 200
EXTREMES = (np.nan, 0.0, 3e38, -3e38, 1e-38)


def hardened(X, seed):
    """Return rows of `X` with a third of what is in them replaced."""
    rng = np.random.default_rng(seed)
    hard = X.head(N_HARD).copy()
    for name in hard:
        odd = rng.random(len(hard)) < 1 / 3
        if isinstance(hard[name].dtype, pd.CategoricalDtype):
            values = hard[name].astype(object)
            values[odd] = rng.choice(np.array([None, "never seen"], dtype=object), odd.sum())
        else:
            values = hard[name].astype(float)
            values[odd] = rng.choice(EXTREMES, odd.sum())
        hard[name] = values
    return hard


def by_c(student, X):
    with tempfile.TemporaryDirectory() as folder:
        return student_in_c(student, X, Path(folder)).bind(np.arange(len(X)))()


def by_torch(student, X):
    with torch.no_grad():
        return to_torch(student)(torch.from_numpy(student.reader.read(X))).numpy()


def differences(name):
    """Return the largest difference of each form, and how many labels are wrong."""
    X, X_test, y, _ = split(name, 0)
    clf = DistilledClassifier(alpha=0, transfer=None, early_stopping=False, max_epochs=10)
    student = clf.set_params(random_state=0).fit(X, y).student_
    rows = pd.concat([X_test, hardened(X_test, 0)], ignore_index=True)
    rows = rows.astype(dict.fromkeys(categories(X), "category"))
    expected = student._forward(student.reader.read(rows))
    labels, by_graph = ask(open_model(to_onnx(student)), onnx_rows(rows))
    alone = [student.predict_proba(rows[i : i + 1]) for i in range(N_ALONE)]
    proba = {
        "native": student.predict_proba(rows),
        "onnx": by_graph,
        "c": by_c(student, rows),
        "torch": by_torch(student, rows),
    }
    found = {form: float(np.abs(p - expected).max()) for form, p in proba.items()}
    found["alone"] = float(np.abs(np.concatenate(alone) - expected[:N_ALONE]).max())
    best = expected.max(axis=1)
    for chosen in (labels, student.predict(rows)):
        place = np.searchsorted(student.classes_, chosen.astype(student.classes_.dtype))
        lost = best - expected[np.arange(len(rows)), place]
        found["labels"] = found.get("labels", 0) + int((lost > 2 * TOLERANCE).sum())
    assert student.predict_proba(rows[:0]).shape == (0, len(student.classes_))
    return len(rows), found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+")
    sets = parser.parse_args().sets or obtainable(QUALITY)
    forms = ("native", "alone", "onnx", "c", "torch")
    print(
        f"{'set':16s}{'rows':>7s}" + "".join(f"{form:>10s}" for form in forms) + "  labels wrong"
    )
    worst = 0.0
    for name in sets:
        n_rows, found = differences(name)
        worst = max(worst, *(found[form] for form in forms))
        cells = "".join(f"{found[form]:10.1e}" for form in forms)
        print(f"{name:16s}{n_rows:7d}{cells}  {found['labels']}", flush=True)
    print(f"worst {worst:.1e}, of {TOLERANCE:.0e}")


if __name__ == "__main__":
    main()
