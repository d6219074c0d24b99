"""What rare levels are worth when they share codes by their hash.

    python -m benchmarks.rare_levels

Made rows: 300 levels of nine rows each, whose log-odds are drawn from N(0, 2²), and a number. The
teacher is the default one. Log loss on 2,000 test rows of teacher and student, with the rare
levels as one, and with so many codes at most.
"""

from unittest.mock import patch

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss

from skdistill import DistilledClassifier

N_LEVELS, N_TRAIN, N_TEST, SEEDS = 300, 2_700, 2_000, 3
CODES = 64, 128, 256


def make_rows(seed):
    rng = np.random.default_rng(seed)
    n = N_TRAIN + N_TEST
    level = rng.permutation(np.arange(n) % N_LEVELS)
    effect, x = 2 * rng.normal(size=N_LEVELS), rng.normal(size=n)
    y = rng.random(n) < 1 / (1 + np.exp(-(effect[level] + x)))
    X = pd.DataFrame({"level": [f"level {i}" for i in level], "x": x})
    return X[:N_TRAIN], y[:N_TRAIN], X[N_TRAIN:], y[N_TRAIN:]


def main():
    for seed in range(SEEDS):
        X, y, X_test, y_test = make_rows(seed)
        clf = DistilledClassifier(transfer=None, random_state=seed, min_rows_per_level=10)
        with patch("skdistill.flow._read.fewest_collisions", lambda texts: 0):
            losses = {"as one": log_loss(y_test, clf.fit(X, y).predict_proba(X_test))}
        losses["teacher"] = log_loss(y_test, clf.ask_teacher(X_test, calibrated=False))
        for most in CODES:
            with patch("skdistill.flow._read.MOST_BUCKETS", most):
                clf.fit(X, y)
            losses[f"{clf.student_.reader.buckets[0]} codes"] = log_loss(
                y_test, clf.predict_proba(X_test)
            )
        print(f"seed {seed}: " + ", ".join(f"{name} {loss:.3f}" for name, loss in losses.items()))


if __name__ == "__main__":
    main()
