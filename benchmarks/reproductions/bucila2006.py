"""Bucila, Caruana and Niculescu-Mizil, "Model Compression", KDD 2006: four of its problems.

    python -m benchmarks.reproductions.bucila2006 [--sets LETTER.P1 ...] [--seeds 1] [--quick]

The teacher is selected from a library of some two hundred models (`library.py`,
`ensemble_selection.py`), fitted on 4,000 rows and selected on 1,000 others. MUNGE draws
pseudo-rows from the 4,000, the ensemble answers them, and students of one hidden layer learn the
answers:

- by size: 8 to 256 hidden units, all pseudo-rows; from MUNGE alone, and with half of the rows from
  skdistill's conditional sampler
- by rows: 0 to 400,000 pseudo-rows of MUNGE, 256 hidden units

Beside them stand the library's best single model and its best neural net (both chosen on the 1,000
held-out rows) and the student's twin, which learns labels alone. Error and RMSE are of test rows;
`to_ensemble` is the RMSE to the ensemble's answers on the held-out rows, and chooses the best
student. `recovered` is the part of the ensemble's improvement over the best single model that the
student has, or over the best net, as in the paper.

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
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from joblib import Memory
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.datasets import load
from benchmarks.reproductions.ensemble_selection import EnsembleSelectionClassifier
from benchmarks.reproductions.library import make_library
from benchmarks.shared import REPRODUCTIONS, Results, markdown, new_figure
from skdistill import DistilledClassifier
from skdistill.measures import serialized_bytes
from skdistill.samplers import Conditional, Munge

N_TRAIN, N_HELD_OUT = 4_000, 1_000
SIZES = (8, 16, 32, 64, 128, 256)
ROWS = (0, 4_000, 25_000, 100_000, 400_000)
QUICK_SETS, QUICK_SIZES, QUICK_ROWS = ("LETTER.P1", "ADULT"), (16, 64), (0, 20_000)
CHUNK = 20_000  # pseudo-rows that the ensemble answers at once
SEEN = 16_000_000  # rows that a student sees in training, over all epochs
MIN_EPOCHS, MAX_EPOCHS = 4, 200
SMALLER = 100  # times, than the ensemble, is the student that is judged
PROBLEMS = {  # data set, the positive class, test rows of the paper, bins that its bytes allow
    "LETTER.P1": ("letter", lambda y: y == "O", 14_000, 10),
    "LETTER.P2": ("letter", lambda y: y <= "M", 14_000, 10),
    "COVTYPE": ("covtype", lambda y: y == "2", 25_000, 64),
    "ADULT": ("adult", lambda y: np.char.startswith(y.astype(str), ">"), 35_222, 64),
}
MUNGE, BOTH = "munge", "munge and conditional"
PAPER = {  # Table 2, RMSE: best single model, best net, ensemble, mimic of 256 units
    "LETTER.P1": (0.092, 0.092, 0.075, 0.075),
    "LETTER.P2": (0.203, 0.228, 0.178, 0.179),
    "COVTYPE": (0.349, 0.378, 0.334, 0.340),
    "ADULT": (0.319, 0.328, 0.317, 0.325),
}
TEACHERS = {"ensemble": "black", "best single": "tab:orange", "best net": "tab:red"}
KEYS = ("set", "seed", "model", "hidden", "source", "rows")
VALUES = ("error", "rmse", "held_out_rmse", "to_ensemble", "bytes", "seconds", "what")


@dataclass(frozen=True)
class Task:
    """One split of a problem, with its fitted teacher and, by source, its answered pseudo-rows."""

    train: Any
    held_out: Any
    test: Any
    ensemble: Any
    encoder: Any
    pools: dict
    of_train: np.ndarray
    of_held_out: np.ndarray
    n_bins: int


def read_problem(name, seed):
    """Return ((X, y) for training and selection, (X, y) for test)."""
    data, positive, n_test, _ = PROBLEMS[name]
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
    X_held_out = X.iloc[held_out].reset_index(drop=True)
    answer = memory.cache(_answer, ignore=["ensemble", "rows"])

    def answered(sampler, n_rows):
        pool = sampler.fit(train[0], random_state=seed).draw(n_rows, random_state=seed)
        key = (name, seed, repr(sampler), n_rows, ensemble.names_, ensemble.weights_)
        chunks = [
            answer(ensemble, encoder.transform(pool.iloc[first : first + CHUNK]), key, first)
            for first in range(0, n_rows, CHUNK)
        ]
        return pool, np.concatenate(chunks)

    most, half = max(options.rows), max(options.rows) // 2
    pool, answers = answered(Munge(), most)
    other, of_other = answered(Conditional(), half)
    mixed = pd.concat([pool[:half], other], ignore_index=True)
    return Task(
        train=train,
        held_out=(X_held_out, y[held_out]),
        test=test,
        ensemble=ensemble,
        encoder=encoder,
        pools={MUNGE: (pool, answers), BOTH: (mixed, np.concatenate([answers[:half], of_other]))},
        of_train=ensemble.predict_proba(encoder.transform(train[0])),
        of_held_out=ensemble.predict_proba(encoder.transform(X_held_out)),
        n_bins=PROBLEMS[name][3],
    )


def _answer(ensemble, rows, key, first):
    return ensemble.predict_proba(rows)


def fit_student(task, hidden, source, n_rows, seed):
    """Train a student on the training rows and so many pseudo-rows, all with soft targets."""
    pool, answers = task.pools[source]
    X = pd.concat([task.train[0], pool[:n_rows]], ignore_index=True)
    targets = np.concatenate([task.of_train, answers[:n_rows]])
    clf = DistilledClassifier(
        hidden_layer_sizes=(hidden,),
        alpha=1.0,
        early_stopping=False,
        max_epochs=int(np.clip(SEEN // len(X), MIN_EPOCHS, MAX_EPOCHS)),
        n_bins=task.n_bins,
        dropout=0.0,
        weight_decay=0.02,
        random_state=seed,
    )
    labels = np.concatenate([task.train[1], answers[:n_rows].argmax(axis=1)])
    return clf.fit(X, labels, soft_targets=targets)


def fit_twin(task, hidden, seed):
    """Train the same student on labels alone, with early stopping."""
    X, y = task.train
    clf = DistilledClassifier(
        hidden_layer_sizes=(hidden,),
        alpha=0.0,
        transfer=None,
        n_bins=task.n_bins,
        random_state=seed,
    )
    return clf.fit(X, y, soft_targets=np.eye(2)[y])


def rmse(proba, truth):
    return float(np.sqrt(np.mean((proba[:, 1] - truth) ** 2)))


def figures(predict_proba, task):
    """Return error and RMSE on test rows, and RMSE to labels and answers of held-out rows."""
    (X, y), (X_held_out, y_held_out) = task.test, task.held_out
    of_test, of_held_out = predict_proba(X), predict_proba(X_held_out)
    return {
        "error": float(np.mean(of_test.argmax(axis=1) != y)),
        "rmse": rmse(of_test, y),
        "held_out_rmse": rmse(of_held_out, y_held_out),
        "to_ensemble": rmse(of_held_out, task.of_held_out[:, 1]),
    }


def teachers(task):
    """Yield (name, model, what it is) for the ensemble and the library's best."""
    ensemble = task.ensemble
    what = f"{len(ensemble.names_)} of {len(ensemble.candidates)} models"
    yield "ensemble", ensemble, what
    errors = ensemble.held_out_errors_
    best_net = min((name for name in errors if name.startswith("net ")), key=errors.get)
    for kind, best in (("best single", ensemble.best_name_), ("best net", best_net)):
        yield kind, ensemble.candidates_[best], best


def wanted(options):
    """Return (model, hidden, source, rows) of all students and twins."""
    most, widest = max(options.rows), max(options.sizes)
    by_size = product(options.sizes[::-1], (MUNGE, BOTH), [most])
    by_rows = product([widest], [MUNGE], [n for n in options.rows if n < most])
    twins = product(options.sizes, ["none"], [0])
    return [("student", *s) for s in (*by_size, *by_rows)] + [("twin", *t) for t in twins]


def measure(name, seed, options, results):
    """Compute what is missing of one split."""
    keys = [dict(zip(KEYS, (name, seed, *w), strict=True)) for w in wanted(options)]
    missing = [key for key in keys if not results.has(**key)]
    if not missing:
        return
    task = make_task(name, seed, options)
    if not results.has(set=name, seed=seed, model="ensemble"):
        for kind, model, what in teachers(task):
            start = time.process_time()
            found = figures(lambda X, m=model: m.predict_proba(task.encoder.transform(X)), task)
            seconds = time.process_time() - start
            size = len(pickle.dumps(model.estimators_ if kind == "ensemble" else model))
            key = dict(zip(KEYS, (name, seed, kind, 0, "none", 0), strict=True))
            results.add(**key, **found, bytes=size, seconds=seconds, what=what)
    for key in missing:
        start = time.process_time()
        if key["model"] == "twin":
            clf = fit_twin(task, key["hidden"], seed)
        else:
            clf = fit_student(task, key["hidden"], key["source"], key["rows"], seed)
        seconds = time.process_time() - start
        found = figures(clf.predict_proba, task)
        results.add(**key, **found, bytes=serialized_bytes(clf.student_), seconds=seconds)


def best_student(students, most_bytes):
    """Return the student nearest to the ensemble among those of all pseudo-rows and few bytes."""
    able = students[students["rows"] == students["rows"].max()]
    small = able[able["bytes"] <= most_bytes]
    able = able if small.empty else small
    return able.loc[able["to_ensemble"].idxmin()]


def recovered(worse, ensemble, student):
    """Return the part of the ensemble's lead over a worse model that the student has, as text."""
    lead = worse - ensemble
    return f"{100 * (worse - student) / lead:.0f} %" if lead > 0 else "no lead"


def summary(found):
    """Return one row a split: the ensemble, the best single model, the best student."""
    lines = []
    for (name, seed), of_split in found.groupby(["set", "seed"], sort=False):
        by_model = dict(iter(of_split.groupby("model")))
        if not {"ensemble", "student", "twin"} <= by_model.keys():
            continue
        ensemble, single, net = (
            by_model[m].iloc[0] for m in ("ensemble", "best single", "best net")
        )
        student = best_student(by_model["student"], ensemble["bytes"] / SMALLER)
        twins = by_model["twin"]
        models = {
            "best single": single,
            "best net": net,
            "ensemble": ensemble,
            "student": student,
            "twin": twins.loc[twins["held_out_rmse"].idxmin()],
        }
        line = {"set": name, "seed": seed}
        line |= {f"{what}, RMSE (error)": _pair(model) for what, model in models.items()}
        for what, worse in (("single", single), ("net", net)):
            line[f"recovered, best {what}"] = recovered(
                worse["rmse"], ensemble["rmse"], student["rmse"]
            )
        line["single is"] = single["what"]
        line["student has"] = f"{student['hidden']} units, {student['source']}"
        line["MB of ensemble"] = ensemble["bytes"] / 1e6
        line["kB of student"] = student["bytes"] / 1e3
        line["smaller"] = f"{ensemble['bytes'] / student['bytes']:.0f}"
        lines.append(line)
    return pd.DataFrame(lines)


def _pair(model):
    return f"{model['rmse']:.4f} ({100 * model['error']:.2f} %)"


def of_paper(names):
    """Return the paper's figures, and what its students recover."""
    lines = []
    for name in names:
        single, net, ensemble, student = PAPER[name]
        line = {"set": name, "best single": single, "best net": net, "ensemble": ensemble}
        line |= {
            "student": student,
            "recovered, best single": recovered(single, ensemble, student),
        }
        lines.append(line | {"recovered, best net": recovered(net, ensemble, student)})
    return pd.DataFrame(lines)


def curves(found, of, source):
    """Return test RMSE of students by `of` ("hidden" or "rows"), mean over seeds."""
    students = found[(found["model"] == "student") & (found["source"] == source)]
    other = "rows" if of == "hidden" else "hidden"
    students = students[students[other] == students[other].max()]
    table = students.pivot_table(index="set", columns=of, values="rmse", sort=False)
    return table.sort_index(axis=1)


def plot(found, path):
    """Draw RMSE by hidden units and by pseudo-rows, beside the teachers'."""
    names = list(dict.fromkeys(found["set"]))
    figure, axes = new_figure(9, 2.8 * len(names), 2, len(names))
    for name, (left, right) in zip(names, axes, strict=True):
        of_set = found[found["set"] == name]
        for source, color in ((MUNGE, "tab:blue"), (BOTH, "tab:green")):
            curve = curves(of_set, "hidden", source)
            left.plot(curve.columns, curve.iloc[0], "o-", color=color, label=f"student, {source}")
        curve = curves(of_set, "rows", MUNGE)
        right.plot(curve.columns, curve.iloc[0], "o-", color="tab:blue", label="student, munge")
        twin = of_set[of_set["model"] == "twin"].groupby("hidden")["rmse"].mean()
        left.plot(twin.index, twin, "o:", color="0.6", label="twin (labels alone)")
        left.set(xlabel="hidden units", ylabel="RMSE on test rows")
        left.set_xscale("log", base=2)
        left.set_xticks(twin.index, [f"{hidden}" for hidden in twin.index])
        right.set(xlabel="pseudo-rows")
        right.set_xscale("symlog", linthresh=4_000)
        for ax in (left, right):
            for model, color in TEACHERS.items():
                of_model = of_set[of_set["model"] == model]["rmse"].mean()
                ax.axhline(of_model, color=color, label=model)
            ax.set(title=name)
            ax.grid(alpha=0.3)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    figure.savefig(path, dpi=110)


def report(found, path):
    names = list(dict.fromkeys(found["set"]))
    print("\nOn test rows; the student nearest to the ensemble, in a hundredth of its bytes.\n")
    print(markdown(summary(found)))
    for of, source in (("hidden", MUNGE), ("hidden", BOTH), ("rows", MUNGE)):
        what = "hidden units" if of == "hidden" else "pseudo-rows"
        print(f"\nTest RMSE by {what}, {source}\n")
        print(markdown(curves(found, of, source).reset_index()))
    print("\nPaper, RMSE\n")
    print(markdown(of_paper(names)))
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
    default = Path("build/bucila2006-quick.csv") if quick else REPRODUCTIONS / "bucila2006.csv"
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
