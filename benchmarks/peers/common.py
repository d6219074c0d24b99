"""What every peer's script shares: it reads a split, and keeps the figures of each model.

It imports NumPy and pandas alone, for it runs in every peer's environment. A split is a folder
that `run.py` wrote: `train.csv`, `test.csv`, and `meta.json`, which names the categories, the
number of classes and the seed. Labels are the integers from 0 in the column `label`. A peer
leaves two files a model in its own folder: NAME.json with figures, NAME.npy with the
probabilities of the test rows. `run.py` judges all of them alike.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd

LABEL = "label"
MAX_CALLS, MAX_SECONDS = 300, 3.0  # of the measurement of one-row latency


def arguments():
    """Return what `run.py` hands to a peer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("split", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--time-limit", type=float, default=120)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


class Split:
    """The rows and labels that `run.py` wrote."""

    def __init__(self, folder):
        meta = json.loads((folder / "meta.json").read_text())
        self.seed, self.n_classes = meta["seed"], meta["n_classes"]
        types = {name: pd.CategoricalDtype(levels) for name, levels in meta["categories"].items()}
        self.X_train, self.y_train = _read(folder / "train.csv", types)
        self.X_test, self.y_test = _read(folder / "test.csv", types)


def _read(path, types):
    X = pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""], low_memory=False)
    return X, X.pop(LABEL).to_numpy()


def cpu_seconds():
    """Return the processor time of this process and of the children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def n_bytes(path):
    """Return the size of a file, or of all files of a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)


def one_row_microseconds(answer, X):
    """Return the median processor time of `answer` on one row, a frame; each call has another.

    Processor time, for the wall clock would count what else the machine does.
    """
    rows = [X.iloc[[i % len(X)]] for i in range(MAX_CALLS)]
    for row in rows[:5]:
        answer(row)
    times = []
    for row in rows:
        start = time.process_time()
        answer(row)
        times.append(time.process_time() - start)
        if sum(times) > MAX_SECONDS and len(times) >= 10:
            break
    return 1e6 * float(np.median(times))


class Models:
    """The folder of a peer's models, with their figures."""

    def __init__(self, folder, split):
        self.folder, self.split = folder, split
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, name, answer, saved, *, seconds, teacher_seconds=0.0, chosen=False):
        """Keep a model's figures: `answer` is its predict_proba, `saved` what lies on disk."""
        proba = np.asarray(answer(self.split.X_test), dtype=float)
        proba /= proba.sum(axis=1, keepdims=True)  # float32 answers sum to one but roughly
        np.save(self.folder / f"{name}.npy", proba)
        figures = {
            "seconds": seconds,
            "teacher_seconds": teacher_seconds,
            "bytes": n_bytes(saved),
            "latency_us": one_row_microseconds(answer, self.split.X_test),
            "chosen": chosen,
        }
        (self.folder / f"{name}.json").write_text(json.dumps(figures))

    def fail(self, name, error):
        """Keep that a model could not be made, and why."""
        words = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        (self.folder / f"{name}.json").write_text(json.dumps({"error": words}))
