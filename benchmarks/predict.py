"""What a student's `predict_proba` costs, by the form of its rows, beside bare NumPy.

    OMP_NUM_THREADS=1 python -m benchmarks.predict [--rounds 15]

Two students with hidden layers of 128 and 128: one reads 64 numbers, the other 15 numbers, in
bins, and 5 categories. Figures are medians over interleaved rounds, in microseconds, and ratios
to `bare`, with the lowest and the highest: a float32 forward in NumPy of rows that are encoded
already, which is products, activation, softmax.

float64      the student's own forward in NumPy, on rows that are read already
check_array  scikit-learn's check of a table, which a usual estimator makes first
"""

import argparse
from functools import partial

import numpy as np
import pandas as pd
from sklearn.utils import check_array

from benchmarks.shared import in_turn, spread
from skdistill import DistilledClassifier
from skdistill.layers import Activation, Linear

N, SECONDS_A_ROUND = 2000, 0.01


def bare_forward(student):
    """Return what computes probabilities of encoded rows."""
    steps = [layer for layer in student.layers if isinstance(layer, Linear | Activation)]
    slope = np.float32(student.layers[-1].inverse_temperature)
    functions = {"relu": lambda x: np.maximum(x, 0), "silu": lambda x: x / (1 + np.exp(-x))}

    def forward(x):
        for step in steps:
            is_linear = isinstance(step, Linear)
            x = x @ step.weight + step.bias if is_linear else functions[step.function](x)
        p = np.exp(slope * (x - x.max(axis=1, keepdims=True)))
        return p / p.sum(axis=1, keepdims=True)

    return forward


def report(title, actions, rounds):
    times = in_turn(actions, rounds, SECONDS_A_ROUND)
    print(f"\n{title}")
    for name, of_rounds in times.items():
        ratio = spread(of_rounds / times["bare"])
        print(f"  {name:34s} {1e6 * np.median(of_rounds):12.1f}  {ratio:>26s}")


def tables():
    """Yield a name, a table, labels, and how numbers are embedded."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(N, 64))
    yield "64 numbers", numbers, numbers[:, :10].argmax(axis=1), "none"
    mixed = pd.DataFrame(rng.normal(size=(N, 15)), columns=[f"number {j}" for j in range(15)])
    for j, n_levels in enumerate((2, 4, 5, 9, 40)):
        mixed[f"category {j}"] = [f"level {i}" for i in rng.integers(0, n_levels, N)]
    yield "15 numbers and 5 categories", mixed, numbers[:, :3].argmax(axis=1), "ple"


def numpy_alone(student, X):
    """Return the two forwards in NumPy, of rows that are read."""
    rows, forward = student.reader.read(X), bare_forward(student)
    encoded = student.layers[0].forward(rows).astype(np.float32)
    return {"bare": lambda: forward(encoded), "float64": lambda: student._forward(rows)}


def one_row(clf, X):
    """Return the actions that answer the first row, in each of its forms."""
    if isinstance(X, pd.DataFrame):
        first = X.iloc[0]
        forms = {"frame": X.iloc[:1], "dict": first.to_dict(), "pandas row": first}
    else:
        forms = {"array": X[:1], "list": X[0].tolist()}
    actions = numpy_alone(clf.student_, X[:1])
    actions["check_array"] = partial(check_array, X[:1], dtype=None)
    for form, rows in forms.items():
        actions[f"student, {form}"] = partial(clf.student_.predict_proba, rows)
        actions[f"DistilledClassifier, {form}"] = partial(clf.predict_proba, rows)
    return actions


def many_rows(clf, X, n):
    """Return the actions that answer `n` rows."""
    times = n // N + 1
    rows = pd.concat([X] * times) if isinstance(X, pd.DataFrame) else np.tile(X, (times, 1))
    student = clf.student_
    return numpy_alone(student, rows[:n]) | {"student": partial(student.predict_proba, rows[:n])}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    for name, X, y, embedding in tables():
        clf = DistilledClassifier(
            max_epochs=2, alpha=0, transfer=None, num_embedding=embedding, random_state=0
        ).fit(X, y)
        report(f"{name}, one row", one_row(clf, X), rounds)
        for n in (1_000, 100_000):
            report(f"{name}, {n:,} rows", many_rows(clf, X, n), rounds if n < N else 3)


if __name__ == "__main__":
    main()
