"""The study behind the default training: recipes compared on rows held out within training sets.

    python -m benchmarks.recipe [--sets ...] [--seeds 2]                      # the defaults
    python -m benchmarks.recipe lr=4e-3 "hidden_layer_sizes=(256, 256)"       # another recipe

For every set of `datasets.QUALITY` the teacher (a soft vote of a 300-tree forest and gradient
boosting) answers once: rows of the first fold are held out, the other training rows have soft
targets of teachers that did not see them, and the teacher of that fold answers `--per-row` MUNGE
rows drawn from them. These transfer sets are kept in `--pools`. A recipe is a change of parameters
of `DistilledClassifier`; it trains one student on each of them to the end. Its held-out log loss,
after recalibration, goes to `--output`, one line a training, and is not computed again.

Printed are the loss of every recipe relative to that of the defaults, set by set, the geometric
mean over sets, and the median rank over sets and seeds. The test rows are not touched.

Beside parameters, what was tried and not kept can be named: ``average=0.999`` (exponential mean of
the weights), ``bins=targets`` (bins fitted to the soft targets), ``per_row=8`` (fewer synthetic
rows), ``real_weight=4.0`` (of a real row; a synthetic one has 1), and the students of
`architectures.py`.

Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import ast
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import joblib
import numpy as np
import pandas as pd
import torch
from sklearn.tree import DecisionTreeRegressor
from skorch.callbacks import Callback

from benchmarks.architectures import ARCHITECTURES
from benchmarks.datasets import QUALITY, obtainable, split
from benchmarks.models import make_teacher
from benchmarks.shared import add_line, geometric_mean, lines_of
from skdistill import DistilledClassifier
from skdistill._plumbing.seeds import stage_seeds
from skdistill.flow._compose import Mix
from skdistill.students._encoder import OUTER, TINY
from skdistill.training._lessons import REAL
from skdistill.training._train import recalibrate, train_student
from skdistill.training._training import make_training

DEFAULTS = "defaults"


class Prepared(Exception):
    """Carries what a race starts from out of a fit."""


class Preparing(DistilledClassifier):
    """Stops where the race would begin."""

    def _choose(self, racer, folds, training):
        train, test = folds[0]
        raise Prepared(
            {
                "rows": racer.real.rows,
                "data": SimpleNamespace(weight=racer.real.weight, classes=racer.answerer.classes),
                "reader": racer.answerer.reader,
                "transfer": racer.compose(train, Mix("munge", 0.5, self.per_row_)),
                "held_out": racer.real.take(test),
            }
        )


def with_fitted_bins(encoding, transfer, n_bins):
    """Return the encoding with bins where a tree of each column splits to tell the targets."""
    real = transfer.origin == REAL
    rows, targets = transfer.rows[real], transfer.targets[real]
    bins = []
    for position, j in enumerate(encoding.number_columns):
        x = rows[:, j].astype(np.float64)
        known = ~np.isnan(x)
        tree = DecisionTreeRegressor(max_leaf_nodes=n_bins, min_samples_leaf=32, random_state=0)
        tree = tree.fit(x[known, None], targets[known]).tree_
        low, high = np.quantile(x[known], [OUTER, 1 - OUTER])
        inner = tree.threshold[(tree.feature >= 0)]
        edges = np.unique([low, *inner[(inner > low) & (inner < high)], high])
        bins += [(position, a, 1 / (b - a)) for a, b in pairwise(edges) if b - a > TINY]
    numbers, lows, inverse_widths = np.array(bins).T
    return replace(
        encoding,
        bin_numbers=numbers.astype(np.int32),
        bin_low=lows.astype(np.float32),
        bin_inverse_width=inverse_widths.astype(np.float32),
    )


def remixed(transfer, per_row, real_weight):
    """Return a transfer set with fewer synthetic rows a row, and real rows of another weight."""
    real = transfer.origin == REAL
    transfer = transfer.weighted(real_weight)
    if per_row is None:
        return transfer
    return transfer.take(slice((1 + per_row) * np.count_nonzero(real)))


class AverageWeights(Callback):
    """Ends training with the exponential mean of the weights."""

    def __init__(self, decay):
        self.decay = decay

    def on_train_begin(self, net, **kwargs):
        self.mean_ = [p.detach().clone() for p in net.module_.parameters()]

    def on_batch_end(self, net, training, **kwargs):
        if training:
            weights = [p.detach() for p in net.module_.parameters()]
            torch._foreach_lerp_(self.mean_, weights, 1 - self.decay)

    def on_train_end(self, net, **kwargs):
        for parameter, mean in zip(net.module_.parameters(), self.mean_, strict=True):
            parameter.data.copy_(mean)


def prepare(name, seed, options):
    """Return the stored transfer set of a data set, made if need be."""
    path = options.pools / f"{name}-{seed}-{options.per_row}.joblib"
    if path.exists():
        return joblib.load(path)
    X, _, y, _ = split(name, seed)
    clf = Preparing(make_teacher(300), transfer="munge", random_state=seed)
    clf.per_row_ = options.per_row
    try:
        clf.fit(X, y)
    except Prepared as prepared:
        (found,) = prepared.args
    path.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(found, path)
    return found


def figures(found, changes, seed):
    """Return the held-out log loss of a student trained by a recipe, and its seconds."""
    alpha = changes.pop("alpha", 0.5)
    transfer = remixed(
        found["transfer"], changes.pop("per_row", None), changes.pop("real_weight", 1.0)
    )
    average = changes.pop("average", None)
    fitted_bins = changes.pop("bins", None) == "targets"
    changes["student"] = ARCHITECTURES.get(student := changes.get("student", "mlp"), student)
    if average is not None:
        changes["callbacks"] = [AverageWeights(average)]
    params = DistilledClassifier(random_state=seed, **changes).get_params(deep=False)
    start = time.perf_counter()
    shared = [found[name] for name in ("rows", "data", "reader")]
    training = make_training(params, *shared, stage_seeds(seed))
    held_out = found["held_out"]
    if fitted_bins:
        encoding = with_fitted_bins(training.encoding, transfer, params["n_bins"])
        training = replace(training, encoding=encoding)
    fitted = train_student(transfer, training, alpha=alpha, monitor=held_out)
    took = time.perf_counter() - start
    _, losses = recalibrate(fitted.net, held_out, training)
    return float(np.average(losses, weights=held_out.weight)), took


def print_table(path):
    found = pd.DataFrame(lines_of(path))
    losses = found.pivot_table(index=["set", "seed"], columns="recipe", values="log_loss")
    ratios = np.exp(np.log(losses.div(losses[DEFAULTS], axis=0)).groupby("set").mean())
    table = ratios.T
    table.insert(0, "mean", ratios.apply(lambda of_sets: geometric_mean(of_sets)[0]))
    table.insert(1, "rank", losses.rank(axis=1).median())
    table.insert(2, "seconds", found.groupby("recipe")["seconds"].mean())
    with pd.option_context("display.width", 250, "display.max_columns", 30):
        print(table.sort_values("mean").round(3).to_string())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("changes", nargs="*", metavar="NAME=VALUE")
    parser.add_argument("--sets", nargs="+")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--per-row", type=int, default=24)
    parser.add_argument("--pools", type=Path, default=Path("build/pools"))
    parser.add_argument("--output", type=Path, default=Path("build/recipe.jsonl"))
    options = parser.parse_args()
    options.sets = options.sets or obtainable(QUALITY)
    torch.set_num_threads(1)
    changes = parse_changes(options.changes)
    recipe = " ".join(options.changes) or DEFAULTS
    options.output.parent.mkdir(parents=True, exist_ok=True)
    for seed in range(options.seeds):
        for name in options.sets:
            if (name, seed, recipe) in {
                (r["set"], r["seed"], r["recipe"]) for r in lines_of(options.output)
            }:
                continue
            loss, took = figures(prepare(name, seed, options), dict(changes), seed)
            row = {"set": name, "seed": seed, "recipe": recipe, "log_loss": loss, "seconds": took}
            add_line(options.output, row)
    print_table(options.output)


def parse_changes(texts):
    """Return parameters by name from texts such as ``lr=4e-3``."""
    return {name: _value(text) for name, _, text in (text.partition("=") for text in texts)}


def _value(text):
    try:
        return ast.literal_eval(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
