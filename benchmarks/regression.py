"""How good students of numbers are, beside teacher, twin, a net of scikit-learn, and boosting.

    python -m benchmarks.regression [--seeds 4] [--rows 10000] [--output FILE]

The teacher is the vote of a 300-tree forest and gradient boosting. The twin is the same student on
labels alone; the net is MLPRegressor, on standardised numbers; boosting has no more bytes than the
student, and the best of several shapes by rows held out of the training rows. All have defaults
else. Figures of each split are appended to FILE, and a run that was stopped goes on.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingRegressor,
    RandomForestRegressor,
    VotingRegressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.datasets import N_ROWS, NUMBERS, obtainable, split
from benchmarks.models import categories, ordinal
from benchmarks.shared import RESULTS, Results, geometric_mean
from skdistill import DistilledRegressor
from skdistill.measures import one_row_latency, serialized_bytes

KEYS, VALUES = ("set", "seed", "model"), ("rmse", "mae", "bytes", "row_seconds")
STUDENT, TEACHER, TWIN, NET, BOOSTING = "student", "teacher", "twin", "mlp", "boosting"
SHAPES = ((31, 0.1), (31, 0.3), (16, 0.3), (8, 0.1), (8, 0.3), (4, 0.3))  # leaves, rate


def make_teacher():
    vote = VotingRegressor(
        [
            ("forest", RandomForestRegressor(300)),
            ("boosting", HistGradientBoostingRegressor()),
        ]
    )
    return make_pipeline(ordinal(), vote)


def make_net(seed):
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="ignore", min_frequency=10, sparse_output=False)
    net = MLPRegressor(hidden_layer_sizes=(128, 128), early_stopping=True, random_state=seed)
    return make_pipeline(
        make_column_transformer((one_hot, categories), remainder=numbers),
        TransformedTargetRegressor(net, transformer=StandardScaler()),
    )


def fit_boosting(n_bytes, X, y, seed):
    """Return the best boosting of no more than `n_bytes`, by rows held out of X."""
    X_fit, X_test, y_fit, y_test = train_test_split(X, y, test_size=0.2, random_state=seed)
    found = []
    for leaves, rate in SHAPES:
        how = {"max_leaf_nodes": leaves, "learning_rate": rate, "early_stopping": False}
        model = make_pipeline(ordinal(), HistGradientBoostingRegressor(random_state=seed, **how))

        def fitted(n_trees, X, y, model=model):
            return model.set_params(histgradientboostingregressor__max_iter=n_trees).fit(X, y)

        few, more = (serialized_bytes(fitted(n, X, y)) for n in (1, 5))
        n_trees = int(np.clip(1 + 4 * (n_bytes - few) // max(1, more - few), 1, 400))
        tried = fitted(n_trees, X_fit, y_fit)
        codes = tried[0].transform(X_test)
        losses = [np.mean((p - y_test) ** 2) for p in tried[1].staged_predict(codes)]
        found.append((min(losses), 1 + int(np.argmin(losses)), how))
    _, n_trees, how = min(found, key=lambda row: row[0])
    while True:
        boosting = HistGradientBoostingRegressor(max_iter=n_trees, random_state=seed, **how)
        model = make_pipeline(ordinal(), boosting).fit(X, y)
        if serialized_bytes(model) <= n_bytes or n_trees == 1:
            return model
        n_trees -= 1 + n_trees // 50


def results_of(name, seed, n_rows):
    """Yield the figures of every model on one split."""
    X_train, X_test, y_train, y_test = split(name, seed, n_rows)
    reg = DistilledRegressor(make_teacher(), random_state=seed).fit(X_train, y_train)
    twin = DistilledRegressor(
        FrozenEstimator(reg.teacher_), alpha=0, transfer=None, random_state=seed
    )
    models = {
        TEACHER: reg.teacher_,
        TWIN: twin.fit(X_train, y_train).student_,
        NET: make_net(seed).fit(X_train, y_train),
        BOOSTING: fit_boosting(serialized_bytes(reg.student_), X_train, y_train, seed),
        STUDENT: reg.student_,
    }
    for model, fitted in models.items():
        errors = fitted.predict(X_test) - y_test
        yield {
            **{"set": name, "seed": seed, "model": model},
            "rmse": float(np.sqrt(np.mean(errors**2))),
            "mae": float(np.abs(errors).mean()),
            "bytes": serialized_bytes(fitted),
            "row_seconds": one_row_latency(fitted, X_test),
        }


def report(found):
    """Print ratios to the teacher by set, and their geometric means over all splits."""
    table = found.pivot_table(index=["set", "seed"], columns="model", values="rmse")
    ratios = table.div(table[TEACHER], axis=0)[[STUDENT, TWIN, NET, BOOSTING]]
    print(ratios.groupby("set").agg(lambda x: np.exp(np.log(x).mean())).round(3))
    for model in ratios:
        mean, error = geometric_mean(ratios[model])
        print(f"RMSE {model} / teacher: {mean:.3f} ± {mean * error:.3f}")
    for value in ("bytes", "row_seconds"):
        cost = found.pivot_table(index="set", columns="model", values=value)
        shares = (cost[STUDENT] / cost[TEACHER]).median()
        print(f"{value}, student / teacher at the median set: {shares:.2g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--rows", type=int, default=N_ROWS)
    parser.add_argument("--output", type=Path, default=RESULTS / "regression.csv")
    options = parser.parse_args()
    results = Results(options.output, KEYS, VALUES)
    for seed in range(options.seeds):
        for name in obtainable(NUMBERS):
            if not results.has(set=name, seed=seed, model=STUDENT):
                for line in list(results_of(name, seed, options.rows)):
                    results.add(**line)
    report(results.frame())


if __name__ == "__main__":
    main()
