"""What rare classes and repeated rows cost, and how long repeats are looked for.

    python -m benchmarks.folds [--seeds 4] [--output benchmarks/results/folds.csv]

- Rare: phoneme, 2,000 rows, two of which become a third class; log loss of the two large classes,
  beside that of a student without the third.
- Repeated: rows that are repeated one to three times, beside the same numbers as weights; 2,000
  rows of phoneme, and 800 rows that are made, the labels of 15 % of which are random.
- Seconds of one core in which repeats are found among a million rows of twenty numbers, and of
  ten numbers and six texts, one of them an identifier.

The teacher is a forest of 100 trees. Ratios are geometric means over seeds, each with its
standard error. Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from benchmarks.datasets import load
from benchmarks.shared import RESULTS, geometric_mean, seconds_of
from skdistill import DistilledClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.teachers._repeats import repeated_rows

MILLION = 1_000_000


def distilled(seed):
    return DistilledClassifier(RandomForestClassifier(100, random_state=seed), random_state=seed)


def of_rare_class(seed):
    X, y = load("phoneme", random_state=seed)
    X, X_test, y, y_test = train_test_split(X, y, train_size=2_000, stratify=y, random_state=seed)
    with_rare = y.astype("U9")
    with_rare[:2] = "rare"
    losses = []
    for labels in (with_rare, y):
        proba = distilled(seed).fit(X, labels).predict_proba(X_test)[:, :2]
        losses.append(log_loss(y_test, proba / proba.sum(axis=1, keepdims=True)))
    return losses


def of_repeats(X, y, n_train, seed):
    X, X_test, y, y_test = train_test_split(
        X, y, train_size=n_train, stratify=y, random_state=seed
    )
    weight = np.random.default_rng(seed).integers(1, 4, n_train)
    index = np.repeat(np.arange(n_train), weight)
    repeated = distilled(seed).fit(X.iloc[index], y[index])
    weighted = distilled(seed).fit(X, y, sample_weight=weight)
    return [log_loss(y_test, clf.predict_proba(X_test)) for clf in (repeated, weighted)]


def cases(seed):
    """Yield the name of a comparison, and its two log losses."""
    yield "rare class: phoneme", of_rare_class(seed)
    yield "repeated rows: phoneme", of_repeats(*load("phoneme", random_state=seed), 2_000, seed)
    X, y = make_classification(3_000, 10, n_informative=6, flip_y=0.15, random_state=seed)
    yield "repeated rows: made", of_repeats(pd.DataFrame(X), y, 800, seed)


def seconds_of_a_million():
    """Return by kind of table the seconds of the fastest of three runs."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(MILLION // 2, 20))
    frame = pd.DataFrame(numbers[:, :10]).add_prefix("x")
    for j in range(5):
        frame[f"town{j}"] = rng.choice([f"town {i}" for i in range(1000)], len(frame))
    frame["id"] = [f"id {i}" for i in range(len(frame))]
    tables = {
        "seconds: a million rows of 20 numbers": np.tile(numbers, (2, 1)),
        "seconds: a million rows of 10 numbers and 6 texts": pd.concat([frame, frame]),
    }
    y = np.tile(rng.integers(0, 2, MILLION // 2), 2)
    took = dict.fromkeys(tables, np.inf)
    for name, X in tables.items():
        for _ in range(3):
            seconds = seconds_of(lambda X=X: repeated_rows(X, y), clock=time.process_time)
            took[name] = min(took[name], seconds)
    return took


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--output", type=Path, default=RESULTS / "folds.csv")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", DistillationWarning)
    rows = [{"case": name, "value": took} for name, took in seconds_of_a_million().items()]
    for seed in range(options.seeds):
        for name, (loss, other) in cases(seed):
            rows.append({"case": name, "seed": seed, "value": loss, "beside": other})
            print(*rows[-1].values(), flush=True)
    found = pd.DataFrame(rows)
    found.round(5).to_csv(options.output, index=False)
    ratios = (found["value"] / found["beside"]).groupby(found["case"], sort=False)
    for name, ratio in ratios:
        if ratio.isna().all():
            print(f"{name}: {found.loc[ratio.index, 'value'].item():.2f}")
        else:
            mean, error = geometric_mean(ratio)
            print(f"{name}: ratio {mean:.4f} ± {error:.4f}")


if __name__ == "__main__":
    main()
