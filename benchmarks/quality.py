"""Quality of the student beside its teacher, its hard-label twin and models of its size.

    python -m benchmarks.quality [--sets adult ...] [--seeds 4] [--teachers vote ...] [--quick]

On each set of `datasets.QUALITY` (at most 10,000 rows, 70 % for training) the teacher is the soft
vote of a 300-tree forest and gradient boosting; on four of the sets also a 500-tree forest,
scikit-learn's gradient boosting (300 iterations) and LightGBM's (500 trees of 63 leaves), alone.
Models:

- teacher, and calibrated: `teacher_`, and `calibrator_` on its answers
- twin: the same student, early stopping included, on labels alone (alpha=0)
- mlp: scikit-learn's MLPClassifier of the same hidden layers
- boosting: the best of `skdistill.measures`' shapes of gradient boosting in the student's bytes
- student: `DistilledClassifier` with its defaults, or with `--params`

Bytes are those of the student file, and of pickles. `seconds` is the processor time of `fit`;
`own_seconds` is that without the teachers' fits and answers. Measures are the report's.
Results go line by line to `--output` (CSV) and are not computed again, so that a run which was
stopped goes on; teacher answers and labelled rows are kept in `--memory`. Last come tables, the
losing sets first, and a plot.

`--quick`: four sets, at most 2,000 rows, one seed: under ten minutes.

Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator

from benchmarks.datasets import N_ROWS, QUALITY, obtainable, split
from benchmarks.models import Timed, make_mlp, make_teacher, ordinal
from benchmarks.recipe import parse_changes
from benchmarks.shared import Results, geometric_mean, new_figure, seconds_of
from skdistill import DistilledClassifier
from skdistill.measures import fit_boosting, serialized_bytes
from skdistill.tasks import measure as figures_of

N_QUICK = 2_000
TEACHERS = ("vote", "forest", "boosting", "lightgbm")
WITH_OTHER_TEACHERS = ("adult", "covtype", "magic", "satimage")
QUICK = ("adult", "magic", "phoneme", "satimage")
TICKS = (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 5, 10, 20, 50)
KEYS = ("set", "seed", "teacher", "model")
MEASURES = ("accuracy", "log_loss", "auc", "brier", "ece", "agreement")
VALUES = (*MEASURES, "bytes", "seconds", "own_seconds", "shape")
NOT_OF_TWIN = ("alpha", "transfer", "n_synthetic", "generations", "assistant_layer_sizes")
LAST = "boosting"  # whose line is the last of a fit
SHAPE = "{max_iter} x {max_leaf_nodes} leaves, rate {learning_rate}, {max_bins} bins"


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


def results_of(name, seed, kind, options):
    """Yield the figures of every model on one split."""
    n_rows = N_QUICK if options.quick else N_ROWS
    X_train, X_test, y_train, y_test = split(name, seed, n_rows)
    clf = DistilledClassifier(
        teacher_of(kind), random_state=seed, memory=options.memory, **options.params
    )
    before = Timed.total()
    seconds = {"student": seconds_of(lambda: clf.fit(X_train, y_train), clock=time.process_time)}
    of_teachers = Timed.total() - before
    shape = {name: value for name, value in options.params.items() if name not in NOT_OF_TWIN}
    models = {
        "student": clf,
        "twin": DistilledClassifier(
            FrozenEstimator(clf.teacher_), alpha=0, transfer=None, random_state=seed, **shape
        ),
        "mlp": make_mlp(seed),
    }
    for model in ("twin", "mlp"):
        fit = partial(models[model].fit, X_train, y_train)
        seconds[model] = seconds_of(fit, clock=time.process_time)
    n_bytes = {model: serialized_bytes(models[model].student_) for model in ("student", "twin")}
    start = time.process_time()
    models["boosting"] = fit_boosting(
        n_bytes["student"], X_train, y_train, task=clf.task_, random_state=seed
    )
    seconds["boosting"] = time.process_time() - start
    n_bytes |= {model: serialized_bytes(models[model]) for model in ("mlp", "boosting")}
    n_bytes |= dict.fromkeys(("teacher", "calibrated"), serialized_bytes(clf.teacher_))

    answers = clf.ask_teacher(X_test, calibrated=False)
    probas = {"teacher": answers, "calibrated": clf.ask_teacher(X_test)}
    probas |= {model: fitted.predict_proba(X_test) for model, fitted in models.items()}
    labels = clf.task_.labels_of(y_test, "y")
    for model, proba in probas.items():
        found = figures_of(clf.task_.measures, labels, proba, answers)
        yield {
            **{"set": name, "seed": seed, "teacher": kind, "model": model},
            **{each: found[each] for each in MEASURES},
            "bytes": n_bytes[model],
            "seconds": seconds.get(model, np.nan),
            "own_seconds": seconds["student"] - of_teachers if model == "student" else np.nan,
            "shape": SHAPE.format(**models[model].get_params()) if model == LAST else "",
        }


def measure(options):
    seeds = range(options.seeds)
    tasks = [
        (name, kind, seed)
        for kind in options.teachers
        for name in options.sets
        for seed in seeds
        if kind == "vote" or name in WITH_OTHER_TEACHERS
    ]
    results = Results(options.output, KEYS, VALUES)
    for name, kind, seed in tasks:
        if not results.has(set=name, seed=seed, teacher=kind, model=LAST):
            for line in list(results_of(name, seed, kind, options)):
                results.add(**line)
    return results.frame()


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


def print_means(found):
    """Print the student's log loss relative to each rival's, over the sets."""
    vote = found[found["teacher"] == "vote"]
    losses = vote.pivot_table(index=["set", "seed"], columns="model", values="log_loss")
    for rival in ("calibrated", "twin", "boosting", "mlp"):
        ratios = np.log(losses["student"] / losses[rival]).groupby("set").mean()
        mean, error = geometric_mean(np.exp(ratios))
        worse, worst = sorted(ratios[ratios > 0].index), ratios.idxmax()
        print(
            f"student / {rival}: geometric mean {mean:.3f} ± {mean * error:.3f}, median "
            f"{np.exp(ratios.median()):.3f}, worst {np.exp(ratios[worst]):.3f} ({worst}); "
            f"above 1 on {len(worse)} of {len(ratios)}: {', '.join(worse)}"
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
    table = summary(found[found["teacher"] == "vote"])
    figure, [[ax]] = new_figure(8, 0.36 * len(table) + 1.6)
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
    parser.add_argument("--teachers", nargs="+", choices=TEACHERS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--memory", type=Path, default=Path("build/answers"))
    options = parser.parse_args()
    options.params = parse_changes(options.params)
    options.sets = options.sets or obtainable(QUICK if options.quick else QUALITY)
    options.seeds = options.seeds or (1 if options.quick else 4)
    options.teachers = options.teachers or (TEACHERS[:1] if options.quick else TEACHERS)
    name = "quality-quick.csv" if options.quick else "quality.csv"
    options.output = options.output or Path("build") / name
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", ConvergenceWarning)
    found = measure(options)
    found = found[found["set"].isin(options.sets)]
    print_summary(found)
    print_means(found)
    print_markdown(found)
    plot(found, options.output.with_suffix(".png"))


if __name__ == "__main__":
    main()
