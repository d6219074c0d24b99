"""Ba and Caruana, "Do Deep Nets Really Need to be Deep?", NIPS 2014: shallow nets that mimic.

    python -m benchmarks.reproductions.ba2014 [--sets digits mnist5k letter] [--seeds 2] [--quick]

The teacher is an ensemble of three deep nets, whose logits are averaged: convolutional nets on
images, with jittered copies (digits, a sample of MNIST), and nets of three hidden layers with
dropout on letter. Students have one hidden layer. They learn

- labels alone, trained as long as the others, or with early stopping
- the teacher's logits by squared error, as in the paper (`loss="logit_mse"`)
- the teacher's probabilities by KL divergence

of the training rows, as the paper does with TIMIT, or of these and eight times as many others
that the teacher answers, as it does with CIFAR-10: jittered copies of images, or MUNGE rows.

Figures go line by line to `--output` and are not computed again. Last come a table in Markdown
and a plot. `--quick`: digits alone, one seed, one width: under three minutes.

Letter comes from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import pickle
from itertools import product
from pathlib import Path

import numpy as np
import torch
from scipy.special import softmax
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from benchmarks.datasets import load
from benchmarks.reproductions.images import (
    SHIFTS,
    ConvNet,
    DropoutNet,
    fit_net,
    image_sets,
    jittered,
    logits,
    read_images,
)
from benchmarks.shared import REPRODUCTIONS, Results, markdown, new_figure
from skdistill import DistilledClassifier
from skdistill.measures import serialized_bytes
from skdistill.samplers import Munge

WIDTHS = (100, 400, 1600)
N_DEEP, TEACHER_EPOCHS, TEACHER_COPIES, EXTRA = 3, 12, 4, 8
SEEN = 1_000_000  # rows that a student sees in training, over all epochs
METHODS = {
    "labels": {"alpha": 0.0},
    "labels, early stopping": {"alpha": 0.0, "early_stopping": True},
    "logits": {"alpha": 1.0, "loss": "logit_mse"},
    "KL": {"alpha": 1.0, "loss": "kl"},
}
STYLES = {"labels": "o:", "labels, early stopping": "s:", "logits": "o-", "KL": "s-"}
TRANSFER = ("rows", "rows and others")
PAPER = (  # phone error rate on TIMIT, %
    ("shallow net, 8,000 units, labels", 23.1),
    ("deep net", 21.9),
    ("teacher, of convolutional nets", 18.5),
    ("shallow net, 8,000 units, mimics", 21.6),
    ("shallow net, 400,000 units, labels", 23.6),
    ("shallow net, 400,000 units, mimics", 20.0),
)
KEYS = ("set", "seed", "method", "width", "transfer")
VALUES = ("n_test", "error", "log_loss", "bytes")


def read_rows(name, seed, n_rows):
    """Return X_train, X_test, y_train, y_test; y counts the classes from 0."""
    if name != "letter":
        return read_images(name, seed, n_rows)
    X, y = load("letter", n_rows, random_state=seed)
    y = np.unique(y, return_inverse=True)[1]
    return train_test_split(
        X.to_numpy(np.float32), y, test_size=0.3, stratify=y, random_state=seed
    )


class Deep:
    """The mean of deep nets' logits."""

    def __init__(self, name, X, y, seed, n_nets):
        self.scaler = StandardScaler(with_std=name == "letter", with_mean=name == "letter").fit(X)
        n_classes = len(np.unique(y))
        if name == "letter":
            module = {"module": DropoutNet, "n_inputs": X.shape[1], "dropout": 0.2}
            module |= {"hidden_layer_sizes": (512, 512, 512)}
            epochs = 3 * TEACHER_EPOCHS
        else:
            module, epochs = {"module": ConvNet, "side": round(X.shape[1] ** 0.5)}, TEACHER_EPOCHS
            X, y = jittered(X, y, SHIFTS[name], TEACHER_COPIES, seed)
        X = self.scaler.transform(X)
        self.nets = [
            fit_net(
                X=X, y=y, max_epochs=epochs, seed=seed + 100 * i, n_outputs=n_classes, **module
            )
            for i in range(n_nets)
        ]

    def predict_proba(self, X):
        X = self.scaler.transform(X)
        return softmax(np.mean([logits(net, X) for net in self.nets], axis=0), axis=1)

    def n_bytes(self):
        return sum(len(pickle.dumps(net.module_.state_dict())) for net in self.nets)


def others(name, X, seed):
    """Return eight times as many rows for the teacher to answer."""
    if name == "letter":
        drawn = Munge().fit(X, random_state=seed).draw(EXTRA * len(X), random_state=seed)
        return np.asarray(drawn, dtype=np.float32)
    return jittered(X, np.zeros(len(X)), SHIFTS[name], EXTRA, seed)[0][len(X) :]


def fit_student(name, X, y, targets, width, seed, params):
    """Train a net of one hidden layer."""
    settings = {
        "hidden_layer_sizes": (width,),
        "activation": "relu",
        "num_embedding": "none",
        "dropout": 0.0,
        "batch_size": 128,
        "lr": 2e-3,
        "early_stopping": False,
        "max_epochs": max(10, SEEN // len(X)),
        "random_state": seed,
        **params,
    }
    return DistilledClassifier(**settings).fit(X, y, soft_targets=targets)


def measure(name, seed, options, results):
    """Compute what is missing of one split."""
    cases = [
        (method, width, transfer)
        for method, width, transfer in product(METHODS, options.widths, TRANSFER)
        if transfer == "rows" or METHODS[method]["alpha"]
    ]
    key = {"set": name, "seed": seed}
    missing = [c for c in cases if not results.has(**key, **dict(zip(KEYS[2:], c, strict=True)))]
    if not missing:
        return
    X, X_test, y, y_test = read_rows(name, seed, options.n_rows)
    deep = Deep(name, X, y, seed, options.n_deep)
    if not results.has(**key, method="teacher"):
        line = dict(zip(KEYS[2:], ("teacher", 0, "rows"), strict=True))
        results.add(
            **key, **line, **figures(deep.predict_proba(X_test), y_test), bytes=deep.n_bytes()
        )
    more = others(name, X, seed)
    rows = {"rows": X, "rows and others": np.concatenate([X, more])}
    answers = {transfer: deep.predict_proba(rows[transfer]) for transfer in TRANSFER}
    for method, width, transfer in missing:
        targets = answers[transfer]
        labels = np.concatenate([y, targets[len(y) :].argmax(axis=1)])
        if not METHODS[method]["alpha"]:
            targets = np.eye(targets.shape[1])[y]
        clf = fit_student(name, rows[transfer], labels, targets, width, seed, METHODS[method])
        line = dict(zip(KEYS[2:], (method, width, transfer), strict=True))
        found = figures(clf.predict_proba(X_test), y_test)
        results.add(**key, **line, **found, bytes=serialized_bytes(clf.student_))


def figures(proba, y):
    truth = proba[np.arange(len(y)), y]
    return {
        "n_test": len(y),
        "error": float(np.mean(proba.argmax(axis=1) != y)),
        "log_loss": float(-np.mean(np.log(np.maximum(truth, 1e-15)))),
    }


def table(found):
    """Return mean test errors in %, one row a set and width."""
    students = found[found["method"] != "teacher"].copy()
    extra = students["transfer"] == TRANSFER[1]
    students["method"] = students["method"].where(~extra, students["method"] + " + others")
    means = 100 * students.pivot_table(
        index=["set", "width"], columns="method", values="error", sort=False
    )
    teacher = 100 * found[found["method"] == "teacher"].groupby("set")["error"].mean()
    means.insert(0, "teacher", teacher.reindex(means.index.get_level_values("set")).to_numpy())
    return means.round(2).reset_index()


def plot(found, path):
    """Draw test error by width."""
    names = list(dict.fromkeys(found["set"]))
    n_rows = len(names) // 2 + 1  # with the paper's own
    figure, axes = new_figure(9, 3.4 * n_rows, 2, n_rows)
    for name, ax in zip(names, axes.flat, strict=False):
        of_set = found[found["set"] == name]
        for (method, transfer), own in of_set.groupby(["method", "transfer"], sort=False):
            if method == "teacher":
                ax.axhline(100 * own["error"].mean(), color="black", label="teacher")
                continue
            means = 100 * own.groupby("width")["error"].mean()
            color = "0.6" if not METHODS[method]["alpha"] else "tab:blue"
            color = "tab:orange" if transfer == TRANSFER[1] else color
            label = f"{method}{' + others' if transfer == TRANSFER[1] else ''}"
            ax.plot(means.index, means, STYLES[method], color=color, label=label)
        ax.set(title=name, xlabel="hidden units", ylabel="test error, %", xscale="log")
        ax.grid(alpha=0.3)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    ax = axes.flat[len(names)]
    for place, (what, error) in enumerate(PAPER):
        ax.plot(error, -place, "o", color="0.4")
        ax.annotate(what, (error, -place), (0, 6), textcoords="offset points", ha="center")
    ax.set(title="paper: TIMIT", xlabel="phone error, %", xlim=(14, 28), ylim=(-len(PAPER), 1))
    ax.set_yticks([])
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    quick = options.quick
    options.sets = options.sets or (["digits"] if quick else [*image_sets(), "letter"])
    options.seeds = options.seeds or (1 if quick else 2)
    options.widths = (100,) if quick else WIDTHS
    options.n_rows, options.n_deep = (1000, 1) if quick else (None, N_DEEP)
    default = Path("build/ba2014-quick.csv") if quick else REPRODUCTIONS / "ba2014.csv"
    results = Results(options.output or default, KEYS, VALUES)
    torch.set_num_threads(1)
    for seed, name in product(range(options.seeds), options.sets):
        measure(name, seed, options, results)
    found = results.frame()
    found = found[found["set"].isin(options.sets)]
    print("\nTest error in %, mean over seeds.\n")
    print(markdown(table(found)))
    print("\nPaper, phone error on TIMIT in %:")
    for what, error in PAPER:
        print(f"- {what}: {error}")
    plot(found, results.path.with_suffix(".png"))


if __name__ == "__main__":
    main()
