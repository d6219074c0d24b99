"""The default student beside its peers, each in an environment of its own.

    python -m benchmarks.peers.run [--peers autogluon ...] [--sets adult ...] [--seeds 1]

On each set of `datasets.QUALITY` (at most 10,000 rows, 70 % for training) these models learn the
same rows and answer the same rows:

skdistill  the default student (its teacher: 300-tree forest and gradient boosting, soft vote);
           scikit-learn's MLPClassifier; the best gradient boosting of the
           student's bytes. Runs in the environment of this script.
autogluon  `TabularPredictor.distill`: its own teacher, its students, each augmentation
tabtune    `TabDistiller`: our teacher, its net and its boosting
pytabkit   TabM and RealMLP on labels, with pytabkit's tuned defaults

A peer's environment is made from `requirements-PEER.txt` when it is first needed, in
build/peers, and its script runs there, a process a split. Figures go line by line to `--output`
and are not computed again; a line with an error counts as computed: delete it to try again. Last
come the comparison in Markdown, losses first, and a plot, both beside the environments.

Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split

from benchmarks.datasets import N_ROWS, QUALITY, TEST_SHARE, load, obtainable
from benchmarks.peers.common import LABEL
from benchmarks.peers.report import print_report
from benchmarks.shared import RESULTS, Results

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "peers"
PEERS = ("skdistill", "autogluon", "tabtune", "pytabkit")
WITHOUT_DEPENDENCIES = {"tabtune": "tabtune==0.2.1"}  # those that it needs here are listed
KEYS = ("set", "rows", "seed", "peer", "model")
VALUES = (
    *("accuracy", "log_loss", "outside", "seconds", "teacher_seconds", "bytes", "latency_us"),
    *("chosen", "time_limit", "error"),
)
LEAST = 1e-3  # probability in place of answers outside [0, 1]


def interpreter(peer):
    """Return the Python of a peer's environment, which is made if it is not there."""
    if peer == "skdistill":
        return sys.executable
    folder = BUILD / f".venv-{peer}"
    python = folder / "bin" / "python"
    requirements = HERE / f"requirements-{peer}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = folder / ".requirements"
    if stamp.exists() and stamp.read_text() == digest:
        return python
    print(f"Making {folder} from {requirements.name}: some minutes, once.", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", requirements], check=True)
    if peer in WITHOUT_DEPENDENCIES:
        subprocess.run([*pip, "--no-deps", WITHOUT_DEPENDENCIES[peer]], check=True)
    stamp.write_text(digest)
    return python


def split_of(name, seed, n_rows):
    """Return the folder of a set's split, which is written if it is not there."""
    folder = BUILD / "splits" / f"{name}-{seed}-{n_rows}"
    if not (folder / "meta.json").exists():
        write_split(*load(name, n_rows, random_state=seed), seed, folder)
    return folder


def write_split(X, y, seed, folder):
    """Write the rows for training and for testing as `common.Split` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    classes, codes = np.unique(y, return_inverse=True)
    levels = {
        column: sorted(X[column].dropna().astype(str).unique())
        for column in X.columns[~X.dtypes.map(is_number)]
    }
    X = X.assign(**{LABEL: codes})
    parts = train_test_split(X, test_size=TEST_SHARE, stratify=y, random_state=seed)
    for part, rows in zip(("train", "test"), parts, strict=True):
        rows.to_csv(folder / f"{part}.csv", index=False)
    meta = {"seed": seed, "n_classes": len(classes), "categories": levels}
    (folder / "meta.json").write_text(json.dumps(meta))  # last: the folder is complete


def is_number(dtype):
    return isinstance(dtype, np.dtype) and dtype.kind in "iufb"


def figures_of(peer, name, seed, options):
    """Yield a line of figures for each of a peer's models on one split."""
    split = split_of(name, seed, options.rows)
    output = BUILD / "models" / f"{name}-{seed}-{options.rows}" / peer
    keys = {"set": name, "rows": options.rows, "seed": seed, "peer": peer}
    failure = run_peer(peer, split, output, options)
    y = pd.read_csv(split / "test.csv", usecols=[LABEL])[LABEL]
    for file in sorted(output.glob("*.json")):
        figures = json.loads(file.read_text())
        line = keys | {"model": file.stem, "time_limit": options.time_limit} | figures
        if "error" not in figures:
            line |= judgement(y, np.load(file.with_suffix(".npy")))
        yield line
    if failure:
        yield keys | {"model": peer, "error": failure}


def judgement(y, proba):
    """Return accuracy and log loss; students that are regressions may answer outside [0, 1]."""
    accuracy = accuracy_score(y, proba.argmax(axis=1))
    outside = np.mean(((proba < 0) | (proba > 1)).any(axis=1))
    if outside:
        proba = np.clip(proba, LEAST, 1 - LEAST)
        proba /= proba.sum(axis=1, keepdims=True)
    loss = log_loss(y, proba, labels=np.arange(proba.shape[1]))
    return {"accuracy": accuracy, "log_loss": loss, "outside": float(outside)}


def run_peer(peer, split, output, options):
    """Run a peer's script; return how it failed, or None."""
    python = interpreter(peer)
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    threads = {f"{name}_NUM_THREADS": str(options.threads) for name in ("OMP", "OPENBLAS", "MKL")}
    command = [python, "-m", f"benchmarks.peers.peer_{peer}", split, output]
    command += ["--time-limit", str(options.time_limit), "--threads", str(options.threads)]
    log = output / "log.txt"
    with open(log, "w") as file:
        code = subprocess.run(
            command, cwd=ROOT, stdout=file, stderr=file, env=os.environ | threads, check=False
        ).returncode
    if code == 0:
        return None
    last = (log.read_text().strip().splitlines() or ["it said nothing"])[-1]
    return f"exit {code}: {last}"[:300]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--sets", nargs="+")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--rows", type=int, default=N_ROWS)
    parser.add_argument(
        "--time-limit",
        type=float,
        default=300,
        help="seconds for AutoGluon's teacher, and again for each augmentation",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS / "peers.csv")
    options = parser.parse_args()
    results = Results(options.output, KEYS, VALUES)
    for seed in range(options.seeds):
        for name in options.sets or obtainable(QUALITY):
            for peer in options.peers:
                if results.has(set=name, rows=options.rows, seed=seed, peer=peer):
                    continue
                for line in list(figures_of(peer, name, seed, options)):
                    results.add(**line)
    found = results.frame()
    print_report(found[found["rows"] == options.rows], BUILD)


if __name__ == "__main__":
    main()
