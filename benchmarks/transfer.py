"""Quality by source of synthetic rows, and how labelling and training scale.

    python -m benchmarks.transfer [--sets phoneme ...] [--seeds 3] [--transfers none auto ...]
    python -m benchmarks.transfer --rows 10000 100000 500000 5000000
    python -m benchmarks.transfer --munge 100000

The first form prints the log loss on held-out rows (30 %) of the calibrated teacher, a soft vote
of a 300-tree forest and gradient boosting, and of students by source: none, each sampler with 8
rows a row, and "auto". At most 10,000 rows a set (covtype: 20,000), mean over seeds. Results are
kept in `--output`, one line a fit, and are not computed again.

The second form distils gradient boosting (100 iterations) with that many generated unlabelled rows
of 54 columns, each size in a process of its own: rows answered and trained per second, and the
peak of anonymous memory, summed over processes.

The third form draws five MUNGE rows for each of that many rows of 30 numbers, 5 integers and 15
categories, some missing: seconds, and the peak of anonymous memory beyond that before, as a
multiple of the table's bytes.

Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, log_loss

from benchmarks.datasets import N_ROWS, split
from benchmarks.models import make_teacher
from benchmarks.shared import add_line, lines_of
from skdistill import DistilledClassifier
from skdistill.samplers import SAMPLERS, Munge

SETS = (
    *("phoneme", "magic", "letter", "satimage", "covtype", "adult", "bank_marketing"),
    *("spambase", "electricity", "eeg_eye"),
)
ROWS = {"covtype": 20_000}
PER_ROW = 8
TRANSFERS = ("none", *SAMPLERS, "auto")
N_COLUMNS, N_REAL, CHUNK = 54, 10_000, 16_384


def figures(name, seed, transfers):
    """Yield one result for each of the transfers."""
    X_train, X_test, y_train, y_test = split(name, seed, ROWS.get(name, N_ROWS))
    with tempfile.TemporaryDirectory() as memory:  # one teacher for all
        for transfer in transfers:
            settings = {"transfer": None if transfer == "none" else transfer}
            if transfer in SAMPLERS:
                settings |= {"n_synthetic": PER_ROW * len(y_train)}
            clf = DistilledClassifier(
                make_teacher(300), memory=memory, random_state=seed, **settings
            )
            start = time.perf_counter()
            clf.fit(X_train, y_train)
            took = time.perf_counter() - start
            proba = clf.predict_proba(X_test)
            summary = clf.transfer_summary_
            yield {
                "set": name,
                "seed": seed,
                "transfer": transfer,
                "log_loss": log_loss(y_test, proba, labels=clf.classes_),
                "accuracy": accuracy_score(y_test, clf.classes_[proba.argmax(axis=1)]),
                "teacher": log_loss(y_test, clf.ask_teacher(X_test), labels=clf.classes_),
                "source": summary["source"] or "none",
                "n_synthetic": summary["n_synthetic"],
                "alpha": summary["alpha"],
                "realism": max((t["realism_auc"] or 0 for t in summary["trials"]), default=0),
                "seconds": took,
            }


def measure_quality(options):
    options.output.parent.mkdir(parents=True, exist_ok=True)
    for seed in range(options.seeds):
        for name in options.sets:
            done = {key(r) for r in lines_of(options.output)}
            missing = [t for t in options.transfers if (name, seed, t) not in done]
            for result in figures(name, seed, missing):
                add_line(options.output, result)
    print_table(lines_of(options.output), options)


def key(result):
    return result["set"], result["seed"], result["transfer"]


def print_table(found, options):
    by_key = {key(r): r for r in found}
    print("\nlog loss, mean over seeds; chosen: what auto chose, seed by seed")
    print(f"{'set':16s}{'teacher':>9s}" + "".join(f"{t:>13s}" for t in options.transfers))
    for name in options.sets:
        rows = [[by_key[name, s, t] for t in options.transfers] for s in range(options.seeds)]
        losses = np.mean([[r["log_loss"] for r in row] for row in rows], axis=0)
        teacher = np.mean([row[0]["teacher"] for row in rows])
        chosen = [f"{r['source']}:{r['n_synthetic']}" for row in rows for r in row[-1:]]
        cells = "".join(f"{loss:13.4f}" for loss in losses)
        print(f"{name:16s}{teacher:9.4f}{cells}   {' '.join(chosen)}", flush=True)


def generated(n_rows):
    """Return labelled rows, and a generator of `n_rows` unlabelled rows like them, in chunks."""
    X, y = make_classification(
        N_REAL, N_COLUMNS, n_informative=12, n_classes=7, n_clusters_per_class=3, random_state=0
    )
    X = X.astype(np.float32)

    def chunks():
        rng = np.random.default_rng(1)
        for first in range(0, n_rows, CHUNK):
            n = min(CHUNK, n_rows - first)
            pairs = rng.integers(0, N_REAL, (2, n))
            share = rng.random((n, 1), dtype=np.float32)
            yield share * X[pairs[0]] + (1 - share) * X[pairs[1]]

    return X, y, chunks()


class Memory(threading.Thread):
    """Watches anonymous memory of this process and its children."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak = 0
        self.start()

    def run(self):
        while True:
            self.peak = max(self.peak, sum(map(anonymous, [os.getpid(), *children()])))
            time.sleep(0.1)


def children():
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return [int(pid) for pid in path.read_text().split()]


def anonymous(pid):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


class Watch:
    """Stands in for a function of a module; keeps the outcome and the seconds of its last call.

    `own_seconds` is the processor time of this process in it, and `seconds` the wall clock's.
    """

    def __init__(self, module, name):
        self._function = getattr(module, name)
        setattr(module, name, self)

    def __call__(self, *args, **kwargs):
        start, own_start = time.perf_counter(), time.process_time()
        self.outcome = self._function(*args, **kwargs)
        self.seconds = time.perf_counter() - start
        self.own_seconds = time.process_time() - own_start
        return self.outcome


def measure_scale(n_rows):
    from skdistill import _classifier

    answering = Watch(_classifier, "answer_unlabeled")
    training = Watch(_classifier, "train_generations")
    X, y, chunks = generated(n_rows)
    memory = Memory()
    start = time.perf_counter()
    clf = DistilledClassifier(
        HistGradientBoostingClassifier(max_iter=100),
        transfer=None,
        alpha=0.5,
        batch_size=1024,
        random_state=0,
    ).fit(X, y, X_unlabeled=chunks)
    took = time.perf_counter() - start
    per_epoch = training.outcome.net.history[-1]["batches"][0]["train_batch_size"]
    print(
        f"{n_rows:9,d} {took:8.0f} {n_rows / answering.seconds:12,.0f}"
        f" {per_epoch * clf.n_iter_ / training.seconds:12,.0f} {memory.peak / 2**30:14.2f}",
        flush=True,
    )


def mixed_table(n_rows):
    rng = np.random.default_rng(0)
    columns = {f"number {j}": rng.normal(size=n_rows) for j in range(30)}
    columns |= {f"integer {j}": rng.integers(0, 10 ** (j + 1), n_rows) for j in range(5)}
    for j in range(15):
        levels = np.array([None, *(f"level {i}" for i in range(2 + 3 * j))], dtype=object)
        columns[f"category {j}"] = rng.choice(levels, n_rows)
    table = pd.DataFrame(columns)
    for j in range(0, 30, 6):
        table.loc[rng.random(n_rows) < 0.1, f"number {j}"] = np.nan
    return table


def measure_munge(n_rows):
    table = mixed_table(n_rows)
    size = table.memory_usage(deep=True).sum()
    before, memory = anonymous(os.getpid()), Memory()
    start = time.perf_counter()
    sampler = Munge().fit(table, random_state=0)
    for first in range(0, 5 * n_rows, CHUNK):
        sampler.draw(min(CHUNK, 5 * n_rows - first), random_state=first)
    took = time.perf_counter() - start
    print(f"{n_rows:,} rows, {size / 2**20:.0f} MiB: {took:.1f} s for {5 * n_rows:,} MUNGE rows,")
    print(f"{(memory.peak - before) / size:.2f} times the table's bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--transfers", nargs="+", default=TRANSFERS, choices=TRANSFERS)
    parser.add_argument("--output", type=Path, default=Path("build/transfer.jsonl"))
    parser.add_argument("--rows", nargs="+", type=int)
    parser.add_argument("--munge", type=int)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.one:
        measure_scale(options.one)
    elif options.munge:
        measure_munge(options.munge)
    elif options.rows:
        print("     rows    fit (s)  answered/s    trained/s  anonymous GiB", flush=True)
        for n_rows in options.rows:
            alone = [sys.executable, "-m", "benchmarks.transfer", "--one", str(n_rows)]
            subprocess.run(alone, check=True)
    else:
        warnings.simplefilter("ignore")
        measure_quality(options)


if __name__ == "__main__":
    main()
