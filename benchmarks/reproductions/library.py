"""A library of models for ensemble selection: eight families, many settings each."""

from itertools import product

from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

QUICK = 12  # every so many models are in the quick library


def make_library(random_state, quick=False):
    """Return (name, model) pairs: some two hundred, or a few of each family."""
    families = (trees, forests, boosted, gradient_boosted, svms, neighbours, nets, linear)
    models = [model for family in families for model in family(random_state)]
    return models[:: QUICK if quick else 1]


def trees(seed):
    for criterion, leaf, columns in product(
        ("gini", "entropy"), (1, 2, 4, 8, 16, 32, 64), (None, "sqrt")
    ):
        yield (
            f"tree {criterion} leaf={leaf} columns={columns}",
            DecisionTreeClassifier(
                criterion=criterion,
                min_samples_leaf=leaf,
                max_features=columns,
                random_state=seed,
            ),
        )


def forests(seed):
    for kind, columns, leaf in product(
        (RandomForestClassifier, ExtraTreesClassifier), (1, 2, "sqrt", 0.5, 1.0), (1, 2, 5)
    ):
        yield (
            f"{kind.__name__} columns={columns} leaf={leaf}",
            kind(100, max_features=columns, min_samples_leaf=leaf, random_state=seed),
        )
    for leaf in (1, 4, 16):
        tree = DecisionTreeClassifier(min_samples_leaf=leaf)
        yield f"bagged trees leaf={leaf}", BaggingClassifier(tree, 100, random_state=seed)


def boosted(seed):
    for depth, rounds in product((1, 2, 4, 8, 16), (32, 128)):
        tree = DecisionTreeClassifier(max_depth=depth)
        yield (
            f"boosted trees depth={depth} rounds={rounds}",
            AdaBoostClassifier(tree, n_estimators=rounds, random_state=seed),
        )
    for rounds in (256, 512):
        yield f"boosted stumps {rounds}", AdaBoostClassifier(None, n_estimators=rounds)


def gradient_boosted(seed):
    for rate, leaves, rounds in product((0.03, 0.1, 0.3), (4, 8, 16, 31), (50, 100, 200)):
        yield (
            f"gradient boosting rate={rate} leaves={leaves} rounds={rounds}",
            HistGradientBoostingClassifier(
                learning_rate=rate,
                max_leaf_nodes=leaves,
                max_iter=rounds,
                early_stopping=False,
                random_state=seed,
            ),
        )


def svms(seed):
    settings = [
        {"kernel": "rbf", "gamma": gamma, "C": C}
        for gamma, C in product((0.003, 0.01, 0.03, 0.1, 0.3, 1.0), (1, 10, 100))
    ]
    settings += [
        {"kernel": "poly", "degree": degree, "C": C, "coef0": 1}
        for degree, C in product((2, 3, 4), (0.1, 1, 10))
    ]
    for setting in settings:
        svm = SVC(max_iter=50_000, **setting)
        words = " ".join(f"{name}={value}" for name, value in setting.items())
        yield f"SVM {words}", CalibratedClassifierCV(svm, cv=3, ensemble=False)


def neighbours(seed):
    for k, weights, p in product((1, 3, 5, 9, 17, 33, 65), ("uniform", "distance"), (1, 2)):
        yield (
            f"{k} neighbours {weights} p={p}",
            KNeighborsClassifier(k, weights=weights, p=p),
        )


def nets(seed):
    shapes = ((8,), (32,), (128,), (64, 64))
    for shape, activation, decay, start in product(
        shapes, ("relu", "tanh"), (1e-4, 1e-1), (seed, seed + 1)
    ):
        yield (
            f"net {shape} {activation} decay={decay} seed={start}",
            MLPClassifier(
                shape,
                activation=activation,
                alpha=decay,
                learning_rate_init=3e-3,
                max_iter=100,
                random_state=start,
            ),
        )


def linear(seed):
    for C in (1e-3, 1e-2, 1e-1, 1, 10, 100):
        yield f"logistic C={C}", LogisticRegression(C=C, max_iter=1000)
    yield "naive Bayes", GaussianNB()
