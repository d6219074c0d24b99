"""Bucila, Caruana and Niculescu-Mizil, "Model Compression", KDD 2006: four of its problems.

    python benchmarks/reproductions/bucila2006.py [--sets LETTER.P1 ...] [--seeds 1] [--quick]

The teacher is selected from a library of some two hundred models (`library.py`,
`ensemble_selection.py`), fitted on 4,000 rows and selected on 1,000 others. MUNGE draws
pseudo-rows from the 4,000, the ensemble answers them, and students of one hidden layer learn the
answers:

- by size: 8 to 256 hidden units, all pseudo-rows
- by rows: 0 to 400,000 pseudo-rows, 256 hidden units

Beside them stand the library's best single model and its best neural net (both chosen on the 1,000
held-out rows) and the student's twin, which learns labels alone. Error and RMSE are of test rows;
`held_out` columns, of the 1,000 rows, choose the best student. `recovered` is the part of the
ensemble's improvement over the best single model that the student has, `smaller` the ensemble's
pickle in student files.

Figures go line by line to `--output` and are not computed again; fitted models and the ensemble's
answers are kept in `--memory`. Last come a table in Markdown and a plot.

`--quick`: a tenth of the library, 20,000 pseudo-rows, two problems: under three minutes.

Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import pickle
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from ensemble_selection import EnsembleSelectionClassifier
from joblib import Memory
from library import make_library
from shared import FOLDER, Results, load, markdown, new_figure
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skdistill import DistilledClassifier
from skdistill.report import serialized_bytes
from skdistill.samplers import Munge

N_TRAIN, N_HELD_OUT = 4_000, 1_000
SIZES = (8, 16, 32, 64, 128, 256)
ROWS = (0, 4_000, 25_000, 100_000, 400_000)
QUICK_SETS, QUICK_SIZES, QUICK_ROWS = ("LETTER.P1", "ADULT"), (16, 64), (0, 20_000)
CHUNK = 20_000  # pseudo-rows that the ensemble answers at once
SEEN = 8_000_000  # rows that a student sees in training, over all epochs
MIN_EPOCHS, MAX_EPOCHS = 4, 200
SMALLER = 100  # times, than the ensemble, is the student that is judged
PROBLEMS = {  # data set, what the positive class is, test rows of the paper
    "LETTER.P1": ("letter", lambda y: y == "O", 14_000),
    "LETTER.P2": ("letter", lambda y: y <= "M", 14_000),
    "COVTYPE": ("covtype", lambda y: y == "2", 25_000),
    "ADULT": ("adult", lambda y: np.char.startswith(y.astype(str), ">"), 35_222),
}
KEYS = ("set", "seed", "model", "hidden", "rows")
VALUES = (*("error", "rmse", "held_out_error", "held_out_rmse", "bytes", "seconds", "what"),)


@dataclass(frozen=True)
class Task:
    """One split of a problem, with its fitted teacher and answered pseudo-rows."""

    train: Any
    held_out: Any
    test: Any
    ensemble: Any
    encoder: Any
    pool: Any
    answers: np.ndarray
    of_train: np.ndarray


def read_problem(name, seed):
    """Return ((X, y) for training and selection, (X, y) for test)."""
    data, positive, n_test = PROBLEMS[name]
    X, y = load(data, N_TRAIN + N_HELD_OUT + n_test, random_state=seed)
    y, n = positive(y).astype(int), N_TRAIN + N_HELD_OUT
    return (X.iloc[:n].reset_index(drop=True), y[:n]), (X.iloc[n:].reset_index(drop=True), y[n:])


def make_encoder(X):
    """Return what turns the table into numbers for the library, fitted."""
    one_hot = OneHotEncoder(handle_unknown="ignore", min_frequency=5, sparse_output=False)
    categories = make_column_selector(dtype_include=["category", "object", "string"])
    return make_column_transformer((one_hot, categories), remainder=StandardScaler()).fit(X)


def make_task(name, seed, options):
    """Fit the ensemble and let it answer the pseudo-rows, or read both from the memory."""
    memory = Memory(options.memory, verbose=0)
    (X, y), test = read_problem(name, seed)
    encoder = make_encoder(X)
    ensemble = EnsembleSelectionClassifier(
        make_library(seed, options.quick),
        validation_size=N_HELD_OUT,
        memory=memory,
        random_state=seed,
    ).fit(encoder.transform(X), y)
    held_out = ensemble.held_out_
    kept = np.setdiff1d(np.arange(len(y)), held_out)
    train = X.iloc[kept].reset_index(drop=True), y[kept]
    pool = Munge().fit(train[0], random_state=seed).draw(max(options.rows), random_state=seed)
    answer = memory.cache(_answer, ignore=["ensemble", "rows"])
    key = (name, seed, len(pool), ensemble.names_, ensemble.weights_)
    answers = [
        answer(ensemble, encoder.transform(pool.iloc[first : first + CHUNK]), key, first)
        for first in range(0, len(pool), CHUNK)
    ]
    return Task(
        train=train,
        held_out=(X.iloc[held_out].reset_index(drop=True), y[held_out]),
        test=test,
        ensemble=ensemble,
        encoder=encoder,
        pool=pool,
        answers=np.concatenate(answers),
        of_train=ensemble.predict_proba(encoder.transform(train[0])),
    )


def _answer(ensemble, rows, key, first):
    return ensemble.predict_proba(rows)


def fit_student(task, hidden, n_rows, seed, **params):
    """Train a student on the training rows and so many pseudo-rows, all with soft targets."""
    X = pd.concat([task.train[0], task.pool.iloc[:n_rows]], ignore_index=True)
    targets = np.concatenate([task.of_train, task.answers[:n_rows]])
    epochs = int(np.clip(SEEN // len(X), MIN_EPOCHS, MAX_EPOCHS))
    settings = {
        "hidden_layer_sizes": (hidden,),
        "alpha": 1.0,
        "early_stopping": False,
        "max_epochs": epochs,
        "batch_size": 1024,
        "n_bins": 8,
        "dropout": 0.0,
        "random_state": seed,
        **params,
    }
    labels = np.concatenate([task.train[1], targets[len(task.train[1]) :].argmax(axis=1)])
    return DistilledClassifier(**settings).fit(X, labels, soft_targets=targets)


def fit_twin(task, hidden, seed):
    """Train the same student on labels alone, with early stopping."""
    X, y = task.train
    clf = DistilledClassifier(
        hidden_layer_sizes=(hidden,), alpha=0.0, transfer=None, n_bins=8, random_state=seed
    )
    return clf.fit(X, y, soft_targets=np.eye(2)[y])


def figures(predict_proba, task):
    """Return error and RMSE on test rows and on held-out rows."""
    found = {}
    for prefix, (X, y) in (("", task.test), ("held_out_", task.held_out)):
        proba = predict_proba(X)
        found[f"{prefix}error"] = float(np.mean(proba.argmax(axis=1) != y))
        found[f"{prefix}rmse"] = float(np.sqrt(np.mean((proba[:, 1] - y) ** 2)))
    return found


def teachers(task):
    """Yield (name, model, what it is) for the ensemble and the library's best."""
    ensemble = task.ensemble
    what = f"{len(ensemble.names_)} of {len(ensemble.library)} models"
    yield "ensemble", ensemble, what
    errors = ensemble.held_out_errors_
    best_net = min((name for name in errors if name.startswith("net ")), key=errors.get)
    for kind, best in (("best single", ensemble.best_name_), ("best net", best_net)):
        yield kind, ensemble.library_[best], best


def wanted(options):
    """Return (hidden, rows) of all students."""
    most = max(options.rows)
    by_size = [(hidden, most) for hidden in reversed(options.sizes)]
    return by_size + [(max(options.sizes), n) for n in options.rows if n < most]


def measure(name, seed, options, results):
    """Compute what is missing of one split."""
    of_split = {"set": name, "seed": seed}
    students = [("student", h, n) for h, n in wanted(options)]
    students += [("twin", h, 0) for h in options.sizes]
    missing = [
        s for s in students if not results.has(**of_split, **dict(zip(KEYS[2:], s, strict=True)))
    ]
    if not missing and results.has(**of_split, model="ensemble"):
        return
    task = make_task(name, seed, options)
    if not results.has(**of_split, model="ensemble"):
        for kind, model, what in teachers(task):
            start = time.process_time()
            found = figures(lambda X, m=model: m.predict_proba(task.encoder.transform(X)), task)
            seconds = time.process_time() - start
            size = len(pickle.dumps(model.estimators_ if kind == "ensemble" else model))
            line = {**of_split, "model": kind, "hidden": 0, "rows": 0, **found}
            results.add(**line, bytes=size, seconds=seconds, what=what)
    for kind, hidden, n_rows in missing:
        start = time.process_time()
        twin = kind == "twin"
        clf = fit_twin(task, hidden, seed) if twin else fit_student(task, hidden, n_rows, seed)
        seconds = time.process_time() - start
        found = figures(clf.predict_proba, task)
        line = {**of_split, "model": kind, "hidden": hidden, "rows": n_rows, **found}
        results.add(**line, bytes=serialized_bytes(clf.student_), seconds=seconds)


def best_student(students, most_bytes):
    """Return the student of least held-out RMSE among those of all pseudo-rows and few bytes."""
    able = students[students["rows"] == students["rows"].max()]
    small = able[able["bytes"] <= most_bytes]
    able = able if small.empty else small
    return able.loc[able["held_out_rmse"].idxmin()]


def summary(found):
    """Return one row a split: the ensemble, the best single model, the best student."""
    lines = []
    for (name, seed), of_split in found.groupby(["set", "seed"], sort=False):
        by_model = dict(iter(of_split.groupby("model")))
        if not {"ensemble", "best single", "student", "twin"} <= by_model.keys():
            continue
        ensemble, single = (by_model[m].iloc[0] for m in ("ensemble", "best single"))
        student = best_student(by_model["student"], ensemble["bytes"] / SMALLER)
        twins = by_model["twin"]
        twin = twins.loc[twins["held_out_rmse"].idxmin()]
        line = {"set": name, "seed": seed, "best single is": single["what"]}
        for measure_ in ("rmse", "error"):
            four = [m[measure_] for m in (single, ensemble, student, twin)]
            gap = four[0] - four[1]
            line[f"{measure_}: single / ensemble / student / twin"] = " / ".join(
                f"{100 * x:.2f} %" if measure_ == "error" else f"{x:.4f}" for x in four
            )
            line[f"recovered, {measure_}"] = (
                f"{100 * (four[0] - four[2]) / gap:.0f} %" if gap > 0 else "no lead"
            )
        line["hidden"] = int(student["hidden"])
        line["MB of ensemble"] = ensemble["bytes"] / 1e6
        line["kB of student"] = student["bytes"] / 1e3
        line["smaller"] = f"{ensemble['bytes'] / student['bytes']:.0f}"
        lines.append(line)
    return pd.DataFrame(lines)


def curves(found, of):
    """Return test RMSE of students by `of` ("hidden" or "rows"), mean over seeds."""
    students = found[found["model"] == "student"]
    other = "rows" if of == "hidden" else "hidden"
    students = students[students[other] == students[other].max()]
    return students.pivot_table(index="set", columns=of, values="rmse", sort=False)


def plot(found, path):
    """Draw RMSE by hidden units and by pseudo-rows, beside the teachers'."""
    names = list(dict.fromkeys(found["set"]))
    figure, axes = new_figure(9, 2.8 * len(names), 2, len(names))
    for name, pair in zip(names, axes, strict=True):
        of_set = found[found["set"] == name]
        for ax, of in zip(pair, ("hidden", "rows"), strict=True):
            curve = curves(of_set, of)
            ax.plot(curve.columns, curve.iloc[0], "o-", color="tab:blue", label="student")
            if of == "hidden":
                twin = of_set[of_set["model"] == "twin"].groupby("hidden")["rmse"].mean()
                ax.plot(twin.index, twin, "o:", color="0.6", label="twin (labels alone)")
                ax.set_xscale("log", base=2)
            else:
                ax.set_xscale("symlog", linthresh=4_000)
            for model, color in (("ensemble", "black"), ("best single", "tab:orange")):
                rmse = of_set[of_set["model"] == model]["rmse"].mean()
                ax.axhline(rmse, color=color, label=model)
            ax.set(xlabel="hidden units" if of == "hidden" else "pseudo-rows", title=name)
            ax.grid(alpha=0.3)
        pair[0].set_ylabel("RMSE on test rows")
        pair[0].legend(fontsize=7)
    figure.savefig(path, dpi=110)


def report(found, path):
    print(
        "\nOn test rows, the student of least held-out RMSE and 1/100 of the ensemble's bytes.\n"
    )
    print(markdown(summary(found)))
    for of, what in (("hidden", "hidden units"), ("rows", "pseudo-rows")):
        print(f"\nTest RMSE by {what}\n")
        print(markdown(curves(found, of).reset_index()))
    plot(found, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=PROBLEMS)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--memory", type=Path, default=Path("build/reproductions"))
    options = parser.parse_args()
    quick = options.quick
    options.sets = options.sets or (QUICK_SETS if quick else list(PROBLEMS))
    options.sizes, options.rows = (QUICK_SIZES, QUICK_ROWS) if quick else (SIZES, ROWS)
    default = Path("build/bucila2006-quick.csv") if quick else FOLDER / "bucila2006.csv"
    results = Results(options.output or default, KEYS, VALUES)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # of models of the library that did not converge
    for seed in range(options.seeds):
        for name in options.sets:
            measure(name, seed, options, results)
    found = results.frame()
    report(found[found["set"].isin(options.sets)], results.path.with_suffix(".png"))


if __name__ == "__main__":
    main()
