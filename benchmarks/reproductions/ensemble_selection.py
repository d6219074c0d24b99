"""Ensemble selection from a library of models: Caruana et al., ICML 2004."""

import numpy as np
from joblib import Memory
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data


class EnsembleSelectionClassifier(ClassifierMixin, BaseEstimator):
    """The mean of models that were added, one by one, because held-out error then fell most.

    A model may be added several times. Selection starts from the best few, runs in several bags,
    each a random part of the library, and the bags are averaged: the paper's three cures of
    overfitting to the held-out rows. Error is the mean squared one of probabilities.

    Parameters
    ----------
    candidates : list of (str, classifier)
        Models to choose from.
    validation_size : int or float
        Held-out rows, or their share.
    n_init : int
        Best models that a bag starts from.
    n_rounds : int
        Models added after that; the best round counts.
    n_bags : int
    bag_fraction : float
        Part of the library in a bag.
    memory : str, path-like, joblib.Memory or None
        Where fitted members are kept.
    random_state : int or None

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    held_out_ : int array
        Positions of the rows that models were selected on; they were not fitted on these.
    held_out_errors_ : dict of str to float
        Mean squared error of every model of the library.
    names_, estimators_, weights_ : lists and float array
        The members of the ensemble.
    candidates_ : dict of str to classifier
        Every fitted model.
    best_name_ : str
        The single model of least held-out error.
    """

    def __init__(
        self,
        candidates,
        *,
        validation_size=0.2,
        n_init=3,
        n_rounds=30,
        n_bags=10,
        bag_fraction=0.5,
        memory=None,
        random_state=None,
    ):
        self.candidates = candidates
        self.validation_size = validation_size
        self.n_init = n_init
        self.n_rounds = n_rounds
        self.n_bags = n_bags
        self.bag_fraction = bag_fraction
        self.memory = memory
        self.random_state = random_state

    def fit(self, X, y):
        """Fit the library on most rows and select on the others."""
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        rows, self.held_out_ = train_test_split(
            np.arange(len(y)),
            test_size=self.validation_size,
            stratify=y,
            random_state=self.random_state,
        )
        fit = Memory(self.memory, verbose=0) if not hasattr(self.memory, "cache") else self.memory
        fit = fit.cache(_fitted)
        fitted = [fit(clone(model), X[rows], y[rows]) for _, model in self.candidates]
        answers = np.stack([model.predict_proba(X[self.held_out_]) for model in fitted])
        truth = (y[self.held_out_, None] == self.classes_).astype(float)
        counts = self._bagged_counts(answers, truth)
        names = [name for name, _ in self.candidates]
        errors = squared_errors(answers, truth)
        chosen, best = np.flatnonzero(counts), int(np.argmin(errors))
        self.held_out_errors_ = dict(zip(names, errors.tolist(), strict=True))
        self.names_ = [names[i] for i in chosen]
        self.estimators_ = [fitted[i] for i in chosen]
        self.weights_ = counts[chosen] / counts.sum()
        self.candidates_ = dict(zip(names, fitted, strict=True))
        self.best_name_ = names[best]
        return self

    def _bagged_counts(self, answers, truth):
        rng = np.random.default_rng(self.random_state)
        counts = np.zeros(len(answers))
        for _ in range(self.n_bags):
            size = max(1, round(self.bag_fraction * len(answers)))
            bag = rng.choice(len(answers), size, replace=False)
            of_bag = greedy_counts(answers[bag], truth, self.n_init, self.n_rounds)
            counts[bag] += of_bag / of_bag.sum()
        return counts

    def predict_proba(self, X):
        check_is_fitted(self, "weights_")
        X = validate_data(self, X, reset=False)
        weighted = zip(self.weights_, self.estimators_, strict=True)
        return sum(weight * model.predict_proba(X) for weight, model in weighted)

    def predict(self, X):
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]


def greedy_counts(answers, truth, n_init, n_rounds):
    """Return how often each model is in the ensemble of least error.

    Parameters
    ----------
    answers : array of shape (n_models, n_samples, n_classes)
    truth : array of shape (n_samples, n_classes)
        One-hot labels.
    n_init, n_rounds : int
    """
    counts = np.zeros(len(answers), dtype=int)
    counts[np.argsort(squared_errors(answers, truth), kind="stable")[:n_init]] = 1
    total = answers[counts == 1].sum(axis=0)
    best, least = counts.copy(), squared_errors(total[None] / counts.sum(), truth)[0]
    for _ in range(n_rounds):
        errors = squared_errors((total + answers) / (counts.sum() + 1), truth)
        added = int(np.argmin(errors))
        counts[added] += 1
        total = total + answers[added]
        if errors[added] < least:
            best, least = counts.copy(), errors[added]
    return best


def squared_errors(answers, truth):
    """Return the mean squared error of a class's probability, for each model."""
    return np.mean((answers - truth) ** 2, axis=(1, 2))


def _fitted(model, X, y):
    return model.fit(X, y)
