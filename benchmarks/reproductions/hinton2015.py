"""Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015: Section 3.

    python -m benchmarks.reproductions.hinton2015 [--sets digits mnist5k] [--seeds 2] [--quick]

The teacher is a net of two hidden layers of 1,200 ReLU units with dropout, trained on jittered
images; the students have two smaller layers, no dropout, and see unjittered images.

- temperature: students that learn labels and the teacher's answers at T = 1 to 20 (`alpha` .9),
  beside their twins on labels alone: trained as long, and with early stopping
- omitted digits: students that learn the teacher's answers alone, from training rows without the
  3s; without the 7s and 8s; and with nothing but 7s and 8s. As in the paper, the bias of the
  omitted digits is then raised. `prior` sets it so that they are given to as large a part of the
  training images as they are of all digits (it looks at images of omitted digits, without labels);
  `best` is the paper's rule: the bias of fewest errors on test rows.

Figures go line by line to `--output` and are not computed again. Last come tables in Markdown and
a plot. `--quick`: digits alone, one seed, small nets: under three minutes.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import torch
from scipy.special import softmax

from benchmarks.reproductions.images import (
    SHIFTS,
    DropoutNet,
    fit_net,
    image_sets,
    jittered,
    logits,
    read_images,
)
from benchmarks.shared import REPRODUCTIONS, Results, markdown, new_figure
from skdistill import DistilledClassifier

TEMPERATURES = (1.0, 2.0, 4.0, 8.0, 20.0)
HIDDEN = (30, 300)
ALPHA = 0.9
OMITTED = ("3", "78", "01234569")
OMITTED_TEMPERATURES = (2.0, 8.0, 20.0)
EPOCHS, N_COPIES = 60, 8
TEACHER_EPOCHS = {"digits": 40, "mnist5k": 12}
PAPER = {  # of 10,000 test images; 1,010 of them are 3s
    "teacher": 67,
    "small net": 146,
    "distilled, T=20": 74,
}
PAPER_OMITTED = (
    ("without 3s", "206 errors, 86.8 % of the 3s right", "109 errors, 98.6 % of the 3s right"),
    ("only 7s and 8s", "47.3 % errors", "13.2 % errors"),
)
COLORS = ("tab:blue", "tab:orange", "tab:green")
KEYS = ("set", "seed", "experiment", "model", "hidden", "temperature", "omitted", "correction")
VALUES = ("n_test", "errors", "error", "recall_omitted", "bias")


def fit_teacher(name, X, y, seed, options):
    """Train the large net on jittered images."""
    copies = jittered(X, y, SHIFTS[name], N_COPIES, seed)
    width, epochs = (300, 15) if options.quick else (1200, TEACHER_EPOCHS[name])
    return fit_net(
        DropoutNet,
        *copies,
        max_epochs=epochs,
        seed=seed,
        n_inputs=X.shape[1],
        hidden_layer_sizes=(width, width),
    )


def fit_student(X, y, targets, hidden, seed, **params):
    """Train a small net on labels and soft targets."""
    settings = {
        "hidden_layer_sizes": (hidden, hidden),
        "activation": "relu",
        "num_embedding": "none",
        "dropout": 0.0,
        "batch_size": 128,
        "lr": 2e-3,
        "early_stopping": False,
        "max_epochs": EPOCHS,
        "random_state": seed,
        **params,
    }
    return DistilledClassifier(**settings).fit(X, y, soft_targets=targets)


def raise_bias(scores, omitted, share):
    """Return what to add to the omitted digits' scores for them to win in `share` of the rows."""
    kept = np.setdiff1d(np.arange(scores.shape[1]), omitted)
    return float(np.quantile(scores[:, kept].max(axis=1) - scores[:, omitted].max(axis=1), share))


def best_bias(scores, omitted, y):
    """Return what to add to the omitted digits' scores for fewest errors."""
    kept = np.setdiff1d(np.arange(scores.shape[1]), omitted)
    margins = np.unique(scores[:, kept].max(axis=1) - scores[:, omitted].max(axis=1))
    candidates = [0.0, *((margins[1:] + margins[:-1]) / 2)]
    wrong = [np.sum(corrected(scores, omitted, bias) != y) for bias in candidates]
    return float(candidates[int(np.argmin(wrong))])


def corrected(scores, omitted, bias):
    """Return the digits that win when the omitted ones' scores are raised by `bias`."""
    raised = scores.copy()
    raised[:, omitted] += bias
    return raised.argmax(axis=1)


class Split:
    """One split of a set: its rows, its teacher's answers, and the results that it adds."""

    def __init__(self, name, seed, options, results):
        self.X, self.X_test, self.y, self.y_test = read_images(name, seed, options.n_rows)
        self.name, self.seed, self.options, self.results = name, seed, options, results
        self._targets = None

    def targets(self):
        """Return the teacher's probabilities of training rows; it is trained when first asked."""
        if self._targets is None:
            teacher = fit_teacher(self.name, self.X, self.y, self.seed, self.options)
            self._targets = softmax(logits(teacher, self.X), axis=1)
            self.add(logits(teacher, self.X_test).argmax(axis=1), "temperature", "teacher")
        return self._targets

    def key(self, experiment, model, hidden=0, temperature=0.0, omitted="none", correction="none"):
        parts = (self.name, self.seed, experiment, model, hidden, temperature, omitted, correction)
        return dict(zip(KEYS, parts, strict=True))

    def add(self, predicted, experiment, model, bias=0.0, **key):
        key = self.key(experiment, model, **key)
        wrong = predicted != self.y_test
        line = {"n_test": len(wrong), "errors": int(wrong.sum()), "error": float(wrong.mean())}
        if key["omitted"] != "none":
            never = np.isin(self.y_test, digits(key["omitted"]))
            line["recall_omitted"] = float(1 - wrong[never].mean())
        if not self.results.has(**key):
            self.results.add(**key, **line, bias=bias)

    def sweep_temperatures(self):
        for hidden in self.options.hidden:
            twins = {"twin": {}, "twin, early stopping": {"early_stopping": True}}
            for model, params in twins.items():
                if not self.results.has(**self.key("temperature", model, hidden)):
                    hard = np.eye(10)[self.y]
                    clf = fit_student(self.X, self.y, hard, hidden, self.seed, alpha=0.0, **params)
                    self.add(clf.predict(self.X_test), "temperature", model, hidden=hidden)
            for T in TEMPERATURES:
                if not self.results.has(**self.key("temperature", "student", hidden, T)):
                    params = {"alpha": ALPHA, "temperature": T}
                    clf = fit_student(self.X, self.y, self.targets(), hidden, self.seed, **params)
                    key = {"hidden": hidden, "temperature": T}
                    self.add(clf.predict(self.X_test), "temperature", "student", **key)

    def omit_digits(self):
        hidden = max(self.options.hidden)
        for omitted, T in product(OMITTED, OMITTED_TEMPERATURES):
            key = {"hidden": hidden, "temperature": T, "omitted": omitted}
            if self.results.has(**self.key("omitted", "student", **key, correction="best")):
                continue
            never = digits(omitted)
            seen = ~np.isin(self.y, never)
            labels = np.resize(np.arange(10), seen.sum())  # names the classes; alpha=1 reads none
            clf = fit_student(
                self.X[seen], labels, self.targets()[seen], hidden, self.seed, alpha=1.0,
                temperature=T,
            )  # fmt: skip
            scores, of_test = clf.predict_log_proba(self.X), clf.predict_log_proba(self.X_test)
            biases = {
                "none": 0.0,
                "prior": raise_bias(scores, never, np.mean(~seen)),
                "best": best_bias(of_test, never, self.y_test),
            }
            for correction, bias in biases.items():
                predicted = corrected(of_test, never, bias)
                self.add(
                    predicted, "omitted", "student", bias, **key, correction=correction
                )  # fmt: skip


def digits(text):
    return [int(digit) for digit in text]


def temperature_table(found):
    """Return mean test errors, one row a set, model and size, one column a temperature."""
    found = found[found["experiment"] == "temperature"].copy()
    found["T"] = [f"T={T:g}" if T else "labels" for T in found["temperature"]]
    found.loc[found["model"].str.startswith("twin, "), "T"] = "labels, early stopping"
    found.loc[found["model"] == "teacher", "T"] = "teacher"
    table = found.pivot_table(index=["set", "hidden"], columns="T", values="error", sort=False)
    teacher = table["teacher"].groupby("set").transform("first")
    table = table[table.index.get_level_values("hidden") > 0]
    columns = ["labels", "labels, early stopping", *(f"T={T:g}" for T in TEMPERATURES)]
    table = (100 * table[columns]).round(2)
    table.insert(0, "teacher", (100 * teacher).round(2))
    return table.reset_index()


def omitted_table(found):
    """Return mean errors and recall of omitted digits, before and after either correction."""
    found = found[found["experiment"] == "omitted"]
    means = 100 * found.pivot_table(
        index=["set", "omitted", "temperature"],
        columns="correction",
        values=["error", "recall_omitted"],
    )
    table = means.round(1)
    table.columns = [
        f"{'error' if what == 'error' else 'recall'}, {correction}" for what, correction in table
    ]
    return table.reset_index()


def plot(found, path):
    """Draw error by temperature, and recall of the omitted digits by temperature."""
    names = list(dict.fromkeys(found["set"]))
    figure, axes = new_figure(9, 3.4 * len(names), 2, len(names))
    for name, (left, right) in zip(names, axes, strict=True):
        of_set = found[found["set"] == name]
        sweep = of_set[of_set["experiment"] == "temperature"]
        for hidden, color in zip(sorted(set(sweep["hidden"]) - {0}), COLORS, strict=False):
            own = sweep[sweep["hidden"] == hidden]
            means = own[own["model"] == "student"].groupby("temperature")["error"].mean()
            twin = own[own["model"] == "twin"]["error"].mean()
            left.plot(means.index, 100 * means, "o-", color=color, label=f"student {hidden}")
            left.axhline(100 * twin, color=color, linestyle=":", label=f"labels alone {hidden}")
        teacher = sweep[sweep["model"] == "teacher"]["error"].mean()
        left.axhline(100 * teacher, color="black", label="teacher")
        left.set(title=name, ylabel="test error, %")
        omitted = of_set[of_set["experiment"] == "omitted"]
        for digits_, color in zip(OMITTED, COLORS, strict=True):
            own = omitted[omitted["omitted"] == digits_]
            for correction, style in (("none", ":"), ("prior", "-")):
                means = own[own["correction"] == correction]
                means = means.groupby("temperature")["recall_omitted"].mean()
                label = f"without {', '.join(digits_)}" if style == "-" else None
                right.plot(means.index, 100 * means, f"o{style}", color=color, label=label)
        right.axhline(98.6, color="0.6", label="paper, without 3")
        right.set(title="omitted digits (dotted: bias as learnt)", ylabel="right, %")
        for ax in (left, right):
            ax.set_xscale("log")
            ax.set_xticks(TEMPERATURES, [f"{T:g}" for T in TEMPERATURES])
            ax.set_xticks([], minor=True)
            ax.set_xlabel("temperature T")
            ax.grid(alpha=0.3)
    for ax in axes[-1]:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    figure.savefig(path, dpi=110)


def report(found, path):
    print("\nTest error in %, mean over seeds; `hidden` units in each of two layers.\n")
    print(markdown(temperature_table(found)))
    print("\nPaper, errors in 10,000:", ", ".join(f"{k} {v}" for k, v in PAPER.items()))
    print("\nOmitted digits: error, and part of them that is right, in %, by correction.\n")
    print(markdown(omitted_table(found)))
    print("\nPaper:")
    for what, before, after in PAPER_OMITTED:
        print(f"- {what}: {before}; bias corrected: {after}")
    plot(found, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    quick = options.quick
    options.sets = options.sets or (["digits"] if quick else image_sets())
    options.seeds = options.seeds or (1 if quick else 2)
    options.hidden = (30,) if quick else HIDDEN
    options.n_rows = 1000 if quick else None
    default = Path("build/hinton2015-quick.csv") if quick else REPRODUCTIONS / "hinton2015.csv"
    results = Results(options.output or default, KEYS, VALUES)
    torch.set_num_threads(1)
    for seed, name in product(range(options.seeds), options.sets):
        split = Split(name, seed, options, results)
        split.sweep_temperatures()
        split.omit_digits()
    found = results.frame()
    report(found[found["set"].isin(options.sets)], results.path.with_suffix(".png"))


if __name__ == "__main__":
    main()
