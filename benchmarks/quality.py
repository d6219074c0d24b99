"""Quality of the student beside its teacher, its hard-label twin and models of its size.

    python benchmarks/quality.py [--sets adult ...] [--seeds 2] [--quick]

On each set of `datasets.QUALITY` (at most 10,000 rows, 70 % for training) the teacher is the soft
vote of a 300-tree forest and gradient boosting; on four of the sets also a 500-tree forest,
scikit-learn's gradient boosting (300 iterations) and LightGBM's (500 trees of 63 leaves), alone.
Models:

- teacher, and calibrated: `teacher_`, and `calibrator_` on its answers
- twin: the same student, early stopping included, on labels alone (alpha=0)
- mlp: scikit-learn's MLPClassifier of the same hidden layers
- boosting: scikit-learn's gradient boosting, as many trees as fit into the student's bytes
- student: `DistilledClassifier` with its defaults, or with `--params`

Bytes are those of the student file, and of pickles. `seconds` is the processor time of `fit`;
`own_seconds` is that without the teachers' fits and answers. ECE has 15 bins of equal mass.
Results go line by line to `--output` (CSV) and are not computed again; teacher answers and
labelled rows are kept in `--memory`. Last come tables, the losing sets first, and a plot.

`--quick`: four sets, at most 2,000 rows, one seed: under ten minutes.

Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import csv
import pickle
import time
import warnings
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import torch
from datasets import N_ROWS, QUALITY, load, obtainable
from models import make_mlp, make_teacher, ordinal
from recipe import parse_changes
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline

from skdistill import DistilledClassifier
from skdistill.report import expected_calibration_error, serialized_bytes

N_QUICK, N_TEST = 2_000, 0.3
OTHER_TEACHERS = ("forest", "boosting", "lightgbm")
WITH_OTHER_TEACHERS = ("adult", "covtype", "magic", "satimage")
QUICK = ("adult", "magic", "phoneme", "satimage")
TICKS = (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 5, 10, 20, 50)
FIELDS = (
    *("set", "seed", "teacher", "model", "accuracy", "log_loss", "auc", "brier", "ece"),
    *("agreement", "bytes", "seconds", "own_seconds"),
)


class Timed(Pipeline):
    """A pipeline that keeps the processor seconds of all its fits and answers."""

    seconds: ClassVar[dict] = {"fit": [], "predict_proba": []}

    def fit(self, X, y=None, **params):
        return self._timed(super().fit, X, y, **params)

    def predict_proba(self, X, **params):
        return self._timed(super().predict_proba, X, **params)

    def _timed(self, method, *args, **params):
        start = time.process_time()
        try:
            return method(*args, **params)
        finally:
            Timed.seconds[method.__name__].append(time.process_time() - start)

    @staticmethod
    def total():
        """Return the seconds of this process so far."""
        return sum(map(sum, Timed.seconds.values()))


def teacher_of(kind):
    """Return an unfitted teacher, timed."""
    if kind == "vote":
        return Timed(make_teacher(300).steps)
    if kind == "forest":
        model = RandomForestClassifier(500)
    elif kind == "boosting":
        model = HistGradientBoostingClassifier(max_iter=300, early_stopping=False)
    else:
        from lightgbm import LGBMClassifier

        model = LGBMClassifier(n_estimators=500, num_leaves=63, verbose=-1)
    return Timed([("codes", ordinal()), ("model", model)])


def boosting_within(n_bytes, X, y, seed):
    """Return gradient boosting with as many trees as `n_bytes` hold, and early stopping."""
    n_trees = 100
    while True:
        boosting = HistGradientBoostingClassifier(max_iter=n_trees, random_state=seed)
        model = make_pipeline(ordinal(), boosting).fit(X, y)
        size = len(pickle.dumps(model))
        if size <= n_bytes or n_trees == 1:
            return model
        n_trees = max(1, min(n_trees - 1, int(0.95 * boosting.n_iter_ * n_bytes / size)))


def results_of(name, seed, kind, options):
    """Yield the figures of every model on one split."""
    X, y = load(name, N_QUICK if options.quick else N_ROWS, random_state=seed)
    split = train_test_split(X, y, test_size=N_TEST, stratify=y, random_state=seed)
    X_train, X_test, y_train, y_test = split
    clf = DistilledClassifier(
        teacher_of(kind), random_state=seed, memory=options.memory, **options.params
    )
    seconds, own = {}, {}
    before, start = Timed.total(), time.process_time()
    clf.fit(X_train, y_train)
    seconds["student"] = time.process_time() - start
    own["student"] = seconds["student"] - (Timed.total() - before)
    teacher = clf.teacher_
    answers = teacher.predict_proba(X_test)
    calibrated = clf.ask_teacher(X_test)
    shape = {name: value for name, value in options.params.items() if name not in NOT_OF_TWIN}
    models = {
        "student": clf,
        "twin": DistilledClassifier(
            FrozenEstimator(teacher), alpha=0, transfer=None, random_state=seed, **shape
        ),
        "mlp": make_mlp(seed),
    }
    for model in ("twin", "mlp"):
        start = time.process_time()
        models[model].fit(X_train, y_train)
        seconds[model] = time.process_time() - start
    size = serialized_bytes(clf.student_)
    start = time.process_time()
    models["boosting"] = boosting_within(size, X_train, y_train, seed)
    seconds["boosting"] = time.process_time() - start

    probas = {"teacher": answers, "calibrated": calibrated}
    probas |= {model: fitted.predict_proba(X_test) for model, fitted in models.items()}
    sizes = {"student": size, "twin": serialized_bytes(models["twin"].student_)}
    sizes |= {m: len(pickle.dumps(models[m])) for m in ("mlp", "boosting")}
    sizes["teacher"] = len(pickle.dumps(teacher))
    of_teacher = answers.argmax(axis=1)
    codes = np.searchsorted(clf.classes_, y_test)
    for model, proba in probas.items():
        yield {
            "set": name,
            "seed": seed,
            "teacher": kind,
            "model": model,
            "accuracy": accuracy_score(codes, proba.argmax(axis=1)),
            "log_loss": log_loss(y_test, proba, labels=clf.classes_),
            "auc": area(codes, proba),
            "brier": np.mean(np.sum((proba - np.eye(proba.shape[1])[codes]) ** 2, axis=1)),
            "ece": expected_calibration_error(y_test, proba, classes=clf.classes_),
            "agreement": np.mean(proba.argmax(axis=1) == of_teacher),
            "bytes": sizes.get(model, sizes["teacher"]),
            "seconds": seconds.get(model, np.nan),
            "own_seconds": own.get(model, np.nan),
        }


NOT_OF_TWIN = ("alpha", "transfer", "n_synthetic", "generations", "assistant_layer_sizes")


def area(codes, proba):
    """Return the area under the ROC curve, mean over the classes that the test rows have."""
    if proba.shape[1] == 2:
        return roc_auc_score(codes, proba[:, 1])
    each = [
        roc_auc_score(codes == k, proba[:, k]) for k in range(proba.shape[1]) if (codes == k).any()
    ]
    return np.mean(each)


def measure(options):
    seeds = range(options.seeds)
    tasks = [(name, "vote", seed) for seed in seeds for name in options.sets]
    if not options.quick:
        others = [name for name in WITH_OTHER_TEACHERS if name in options.sets]
        tasks += [(name, kind, s) for s in seeds for name in others for kind in OTHER_TEACHERS]
    for name, kind, seed in tasks:
        done = read(options.output)
        key = (done["set"] == name) & (done["seed"] == seed) & (done["teacher"] == kind)
        if key.any():
            continue
        rows = list(results_of(name, seed, kind, options))
        new = not options.output.exists()
        with open(options.output, "a", newline="") as file:
            writer = csv.DictWriter(file, FIELDS)
            if new:
                writer.writeheader()
            writer.writerows(rows)
        losses = {row["model"]: round(row["log_loss"], 4) for row in rows}
        print(name, seed, kind, losses, round(rows[2]["own_seconds"], 1), "s", flush=True)


def read(path):
    return pd.read_csv(path) if path.exists() else pd.DataFrame(columns=list(FIELDS))


def summary(found):
    """Return one row a set: means over seeds, and the figures that are judged."""
    means = found.groupby(["set", "model"]).mean(numeric_only=True)
    at = {model: means.xs(model, level="model") for model in found["model"].unique()}
    teacher, student, twin = at["calibrated"], at["student"], at["twin"]
    table = pd.DataFrame({m: at[m]["log_loss"] for m in at if m != "teacher"})
    table["ratio"] = student["log_loss"] / teacher["log_loss"]
    table["accuracy"] = student["accuracy"]
    table["lead"] = 100 * (student["accuracy"] - at["teacher"]["accuracy"])
    gap = twin["log_loss"] - teacher["log_loss"]
    closed = 100 * (twin["log_loss"] - student["log_loss"]) / gap
    table["closed"] = closed.where(gap > 0.02 * twin["log_loss"])
    table["ece"] = student["ece"]
    table["ece_teacher"] = teacher["ece"]
    table["smaller"] = at["teacher"]["bytes"] / student["bytes"]
    table["own_s"] = student["own_seconds"]
    return table.sort_values("ratio", ascending=False)


def print_summary(found):
    for kind in found["teacher"].unique():
        table = summary(found[found["teacher"] == kind])
        print(f"\nTeacher: {kind}. Log loss of every model; ratio: student to calibrated teacher;")
        print("lead: accuracy above the teacher's, in points; closed: gap twin to teacher, in %,")
        print("where the teacher leads by 2 %; smaller: teacher's pickle to student's file")
        with pd.option_context("display.width", 200, "display.max_columns", 30):
            print(table.round(3).to_string())
        worse = (table["ece"] - table["ece_teacher"]).max()
        print(
            f"median ratio {table['ratio'].median():.3f}, worst {table['ratio'].max():.3f}; "
            f"median lead {table['lead'].median():+.2f}; "
            f"beats its twin on {np.mean(table['student'] < table['twin']):.0%}, "
            f"boosting of its size on {np.mean(table['student'] < table['boosting']):.0%}; "
            f"median gap closed {table['closed'].median():.0f} %; "
            f"ECE above the teacher's, mean {(table['ece'] - table['ece_teacher']).mean():+.4f}, "
            f"worst {worse:+.3f}; "
            f"times smaller, median {table['smaller'].median():.0f}, "
            f"least {table['smaller'].min():.0f}; "
            f"own seconds median {table['own_s'].median():.0f}, most {table['own_s'].max():.0f}"
        )


def print_markdown(found):
    """Print the README's table: accuracy / log loss of the soft vote and the models beside it."""
    vote = found[found["teacher"] == "vote"]
    means = vote.groupby(["set", "model"]).mean(numeric_only=True)
    table = summary(vote)
    print("\n| set | teacher | calibrated | hard-label twin | boosting of its size | **student** "
          "| ratio | size |\n" + "|---" * 8 + "|")  # fmt: skip
    for name, row in table.iterrows():
        at = means.loc[name]
        both = {m: f"{at.accuracy[m]:.4f} / {at.log_loss[m]:.3f}" for m in at.index}
        cells = (name, both["teacher"], f"{at.log_loss['calibrated']:.3f}", both["twin"])
        cells += (both["boosting"], f"**{both['student']}**", f"{row['ratio']:.2f}")
        cells += (f"1/{row['smaller']:.0f}",)
        print("| " + " | ".join(cells).replace(" 0.", " .").replace("**0.", "**.") + " |")


def plot(found, path):
    """Draw each model's log loss relative to the calibrated teacher's, set by set."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    table = summary(found[found["teacher"] == "vote"])
    figure, ax = plt.subplots(figsize=(8, 0.36 * len(table) + 1.6), layout="constrained")
    y = np.arange(len(table))
    styles = {"twin": ("o", "0.6"), "boosting": ("s", "tab:orange"), "student": ("o", "tab:blue")}
    for model, (marker, color) in styles.items():
        ratio = table[model] / table["calibrated"]
        ax.plot(ratio, y, marker, color=color, label=model, markersize=7)
    ax.axvline(1, color="black", linewidth=1)
    ax.set_yticks(y, table.index)
    ax.set_xscale("log")
    ticks = [x for x in TICKS if ax.get_xlim()[0] <= x <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [f"{x:g}" for x in ticks])
    ax.set_xticks([], minor=True)
    ax.set_xlabel("log loss relative to the calibrated teacher's (left is better)")
    figure.legend(loc="outside upper center", ncols=len(styles))
    ax.grid(axis="x", alpha=0.3)
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("params", nargs="*", metavar="NAME=VALUE", type=str)
    parser.add_argument("--sets", nargs="+")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--memory", type=Path, default=Path("build/answers"))
    options = parser.parse_args()
    options.params = parse_changes(options.params)
    options.sets = options.sets or obtainable(QUICK if options.quick else QUALITY)
    options.seeds = options.seeds or (1 if options.quick else 2)
    name = "quality-quick.csv" if options.quick else "quality.csv"
    options.output = options.output or Path("build") / name
    options.output.parent.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", ConvergenceWarning)
    measure(options)
    found = read(options.output)
    found = found[found["set"].isin(options.sets)]
    print_summary(found)
    print_markdown(found)
    plot(found, options.output.with_suffix(".png"))


if __name__ == "__main__":
    main()
