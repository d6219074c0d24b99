"""DistillationSearch: the best small model within budgets, for one teacher's work."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import check_scoring
from sklearn.model_selection import HalvingGridSearchCV
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skdistill._plumbing.afresh import forget
from skdistill._plumbing.ambient import plain_process
from skdistill._plumbing.callbacks import CallbackSupport, reported
from skdistill._plumbing.progress import stage
from skdistill._plumbing.seeds import stage_seeds
from skdistill._plumbing.typed import BaseEstimator, MetaEstimatorMixin
from skdistill.flow import check_rows
from skdistill.search._budgets import Budgets
from skdistill.search._candidates import (
    kind_of,
    make_grid,
    most_epochs,
    prefix_of,
    seeded,
    sharing,
    teachers_only,
)
from skdistill.search._measure import Measure, teacher_predicts
from skdistill.search._results import bytes_of_best, choose, pareto_front, tabulate, verdict
from skdistill.search._rival import rivals
from skdistill.search._rows import Rows
from skdistill.teachers import TableBoosting, TableBoostingRegressor

BOOSTINGS = TableBoosting, TableBoostingRegressor
OF_ESTIMATOR = (  # tags
    *("estimator_type", "target_tags", "input_tags", "classifier_tags", "regressor_tags"),
)


class _Halving(HalvingGridSearchCV):
    best_index_ = 0  # `fit` reads it, even where several measures and no refit leave it unset

    def _run_search(self, evaluate_candidates, callback_ctx=None):
        """Search; every round is a stage, in which `Measure` counts what was fitted."""

        def evaluate(candidates, *args, **kwargs):
            with stage("candidates fitted", len(candidates) * len(self.cv)):
                return evaluate_candidates(candidates, *args, **kwargs)

        newer = {} if callback_ctx is None else {"callback_ctx": callback_ctx}
        super()._run_search(evaluate, **newer)


def _answers_by_class(search):
    return hasattr(search.estimator, "predict_proba")


class DistillationSearch(CallbackSupport, MetaEstimatorMixin, BaseEstimator):
    """Search for the best small model of a teacher within budgets.

    Students of many shapes race by successive halving [1]_: all are trained briefly, the better
    third for thrice as many epochs, and so on. They share the teacher's fits and answers. Gradient
    boosting of no more bytes takes part, and is the answer where it is better.

    Parameters
    ----------
    estimator : DistilledClassifier, DistilledRegressor or Pipeline
        The students to try have its parameters but for those in `param_grid`. A pipeline ends in
        one of the others. With `memory`, teacher work is kept there; without, in a folder
        that is removed after the search.
    param_grid : dict, list of dict or None, default=None
        Parameters of the distilled estimator to try, as in GridSearchCV, but not `teacher`,
        `cv`, `memory`, `random_state` and `max_epochs`. None stands for 24 shapes: linear
        models, nets of one and two hidden layers, and "tabm" ensembles.
    max_bytes : int or None, default=None
        Most bytes of the saved model: the student's file, with pickles of the steps before it.
    max_latency : float or None, default=None
        Longest median time of an answer to one row, in seconds, on this machine.
    min_agreement : float or None, default=None
        Least share of held-out rows that get the teacher's class, in [0, 1]; of classes alone.
    scoring : str, callable or None, default=None
        What is maximised on held-out rows, as in GridSearchCV; None is the negative log loss,
        of numbers the negative squared error.
    cv : int, splitter, iterable or None, default=None
        Rows to hold out: number of folds (of classes stratified ones), a splitter, or an iterable
        of (train, test) rows. None holds out the first of five folds. Each split costs one more
        teacher, with its own folds within the training rows.
    factor : float, default=3
        One candidate in so many goes on to the next round, for as many times more epochs.
    refit : bool, default=True
        Whether the best model is fitted on all rows.
    n_jobs : int or None, default=None
        Candidates fitted at once. They slow each other's `latency`: use 1 with `max_latency`.
    random_state : int, RandomState instance or None, default=None
        Seed of the splits, and of an estimator without an integer `random_state` of its own.
    verbose : int, default=0
        As in HalvingGridSearchCV.

    Attributes
    ----------
    best_estimator_ : distilled estimator, Pipeline or boosting
        The best model within the budgets, fitted on all rows; gradient boosting where that is
        better than any student. A model that exceeds `max_bytes` or `max_latency` once it is
        fitted on all rows gives way to the next. Only with `refit`.
    best_params_ : dict
        Its parameters among those searched, or those of the boosting.
    best_score_ : float
        Its mean held-out score.
    best_index_ : int
        Its row in `cv_results_`.
    verdict_ : str
        What is best, and what the best of the other kind would be.
    cv_results_ : dict of str to array of shape (n_candidates,)
        As in HalvingGridSearchCV, a row for each candidate in each round; then boosting, with
        `iter` -1. `model` is "student" or "boosting"; beside `score`, `n_bytes`, `latency` (in
        seconds) and `agreement` (of numbers `rmse_to_teacher`) have means, deviations and values
        by split; `excess` is the share by which budgets are exceeded, 0 within: on all rows, where
        a model was fitted on these.
    pareto_front_ : list of dict
        The models within the budgets, by size, none of which has both more bytes and no better
        score than another: `index` in `cv_results_`, `model`, `params` and the mean measures.
    scorer_ : callable
        ``scorer_(estimator, X, y)``; the greater, the better.
    n_splits_ : int
        Number of splits.
    refit_time_ : float
        Seconds of the fits on all rows. Only with `refit`.

    References
    ----------
    .. [1] Jamieson, Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter
       Optimization", AISTATS 2016.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdistill import DistillationSearch, DistilledClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = DistilledClassifier(GaussianNB(), transfer=None, max_epochs=20)
    >>> grid = {"hidden_layer_sizes": [(8,), (16,), (32,)]}
    >>> search = DistillationSearch(clf, grid, max_bytes=20_000, random_state=0).fit(X, y)
    >>> all(model["n_bytes"] <= 20_000 for model in search.pareto_front_)
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods("fit")],
        "param_grid": [dict, list, None],
        "max_bytes": [Interval(Integral, 1, None, closed="left"), None],
        "max_latency": [Interval(Real, 0, None, closed="neither"), None],
        "min_agreement": [Interval(Real, 0, 1, closed="right"), None],
        "scoring": [str, callable, None],
        "cv": ["cv_object"],
        "factor": [Interval(Real, 1, None, closed="neither")],
        "refit": ["boolean"],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        estimator: Any,
        param_grid: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        *,
        max_bytes: int | None = None,
        max_latency: float | None = None,
        min_agreement: float | None = None,
        scoring: str | Callable[..., float] | None = None,
        cv: Any = None,
        factor: float = 3,
        refit: bool = True,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.estimator = estimator
        self.param_grid = param_grid
        self.max_bytes = max_bytes
        self.max_latency = max_latency
        self.min_agreement = min_agreement
        self.scoring = scoring
        self.cv = cv
        self.factor = factor
        self.refit = refit
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @reported
    @plain_process()
    def fit(self, X: Any, y: ArrayLike, **fit_params: Any) -> Self:
        """Search, then fit the best model on all rows.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As in the estimator's fit.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Class labels, or numbers.
        **fit_params : dict of str to object
            Passed to the estimator's fit, arrays of n_samples values row by row. `groups` needs
            metadata routing, which takes it to the folds inside as well.

        Returns
        -------
        self : DistillationSearch
            Fitted.

        Raises
        ------
        TypeError
            If the estimator is no distilled one, and no pipeline of one.
        ValueError
            If no model is within the budgets (the message names the nearest), or parameters or
            data are unusable.
        """
        forget(self)  # what this search measures is kept if no model is within the budgets
        self._validate_params()
        prefix, kind = prefix_of(self.estimator), kind_of(self.estimator, y)
        self._check_budgets(kind)
        rows = Rows(kind, check_rows(X), kind.check(y), fit_params)
        seed = stage_seeds(self.random_state)["folds"]
        estimator = seeded(self.estimator, prefix, seed)
        self.scorer_ = kind.scorer
        if self.scoring is not None:
            self.scorer_ = check_scoring(estimator, self.scoring)
        splits = rows.splits(self.cv, seed)
        budgets = Budgets(self.max_bytes, self.max_latency, self.min_agreement)
        with tempfile.TemporaryDirectory(prefix="skdistill-") as folder:
            measure = Measure(self.scorer_, budgets, folder, kind)
            candidate = sharing(estimator, prefix, folder)
            raced = self._race(candidate, prefix, splits, measure, rows)
            labels = _teachers_answers(teachers_only(candidate, prefix), rows, splits)
            resource = f"{prefix}max_epochs"
            students = tabulate(raced, [], budgets, resource)
            found = rivals(
                rows, splits, measure, labels,
                n_bytes=self.max_bytes or bytes_of_best(students),
                weighted=bool(raced["split0_test_weighted"][0]),
                random_state=seed,
            )  # fmt: skip
            self.n_splits_ = len(splits)
            self.cv_results_ = tabulate(raced, found, budgets, resource)
            if self.refit:
                models = [candidate] * len(students["model"]) + [model for model, _ in found]
                self._refit(models, rows, measure)
                if not isinstance(self.best_estimator_, BOOSTINGS):
                    name = f"{prefix}memory"
                    self.best_estimator_.set_params(**{name: estimator.get_params()[name]})
        self._choose(budgets)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Most probable class of each row, or its numbers, by the best model.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            With the columns of fit, in the same order.

        Returns
        -------
        predicted : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            One of `classes_` for each row, or as y was in fit.
        """
        return self._best().predict(X)

    @available_if(_answers_by_class)
    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probability of each class, by the best model; of numbers there is none.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            With the columns of fit, in the same order.

        Returns
        -------
        proba : float64 array of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        return self._best().predict_proba(X)

    def score(self, X: Any, y: ArrayLike) -> float:
        """Score of the best model, by `scoring`.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As for `predict`.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Class labels, or numbers.

        Returns
        -------
        score : float
            The greater, the better.
        """
        return self.scorer_(self._best(), X, y)

    @property
    def classes_(self) -> NDArray[Any]:
        """Class labels; numbers have none."""
        return self._best().classes_

    @property
    def n_features_in_(self) -> int:
        """Number of columns in fit."""
        return self._best().n_features_in_

    def get_metadata_routing(self) -> Any:
        """Say which metadata go where when metadata routing is enabled.

        Returns
        -------
        router : MetadataRouter
            As scikit-learn asks for it.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return MetadataRouter(owner=self).add(estimator=self.estimator, method_mapping=mapping)

    def _check_budgets(self, kind):
        """Raise where a budget has no meaning for what is predicted."""
        likeness, _ = kind.likeness
        if self.min_agreement is not None and likeness != "agreement":
            raise ValueError(
                f"min_agreement={self.min_agreement} is a share of rows that get the teacher's "
                "class, and numbers have none. Leave it out; cv_results_ has "
                f"mean_test_{likeness}."
            )

    def _race(self, candidate, prefix, splits, measure, rows):
        """Return `cv_results_` of the students' successive halving."""
        halving = _Halving(
            candidate,
            make_grid(self.param_grid, prefix),
            resource=f"{prefix}max_epochs",
            max_resources=most_epochs(candidate, prefix, len(splits[0][0])),
            factor=self.factor,
            scoring=measure,
            cv=splits,
            refit=False,
            error_score="raise",
            return_train_score=False,
            n_jobs=self.n_jobs,
            verbose=self.verbose,
        )
        return halving.fit(rows.X, rows.y, **rows.fit_params).cv_results_

    def _choose(self, budgets):
        """Set what is best, of what was found."""
        results = self.cv_results_
        self.best_index_ = choose(results, budgets)
        self.best_params_ = results["params"][self.best_index_]
        self.best_score_ = float(results["mean_test_score"][self.best_index_])
        self.verdict_ = verdict(results, self.best_index_, budgets, refitted=self.refit)
        self.pareto_front_ = pareto_front(results)

    def _refit(self, models, rows, measure):
        """Fit on all rows the best model that is then within the budgets, too.

        What is found to exceed them, as some do once more rows have more levels, has that
        `excess` from then on.
        """
        start = time.perf_counter()
        results, excess = self.cv_results_, np.inf
        while excess > 0:
            row = choose(results, measure.budgets)
            best = clone(models[row]).set_params(**clone(results["params"][row], safe=False))
            is_boosting = isinstance(best, BOOSTINGS)
            fit_params = {"sample_weight": rows.weight} if is_boosting else rows.fit_params
            best.fit(rows.X, rows.y, **fit_params)
            excess = measure.excess_cost(best, rows.X)
            results["excess"][row] = excess
        self.best_estimator_ = best
        self.refit_time_ = time.perf_counter() - start

    def _best(self):
        check_is_fitted(self)
        return self.best_estimator_

    def __sklearn_is_fitted__(self):
        return hasattr(self, "best_estimator_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        of_estimator = get_tags(self.estimator)
        for name in OF_ESTIMATOR:
            setattr(tags, name, getattr(of_estimator, name))
        return tags


def _teachers_answers(estimator, rows, splits):
    """Return each split's teacher's answers to its test rows; the cache has the teacher."""
    answers = []
    for train, test in splits:
        X, y, _ = rows.take(train)
        fitted = clone(estimator).fit(X, y, **rows.fit_params_of(train))
        answers.append(teacher_predicts(fitted, rows.take(test)[0]))
    return answers
