"""BaseDistilled: what distilled estimators share, whatever they predict."""

from abc import ABC, abstractmethod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRouter
from sklearn.utils.validation import check_is_fitted, validate_data

from skdistill._plumbing.afresh import afresh
from skdistill._plumbing.ambient import plain_process
from skdistill._plumbing.cache import open_cache
from skdistill._plumbing.callbacks import CallbackSupport, reported
from skdistill._plumbing.seeds import RandomState, stage_seeds
from skdistill._plumbing.typed import BaseEstimator, MetaEstimatorMixin
from skdistill.flow import (
    Answerer,
    Mix,
    answer_unlabeled,
    calibrate,
    candidate_samplers,
    check_rows,
    check_samples,
    learn_reader,
    make_composer,
    note_rows,
)
from skdistill.race import DEFAULT_ALPHA, Recipe, choose_recipe, train_by
from skdistill.runtime import Student
from skdistill.sources import open_source
from skdistill.tables import Table, as_table
from skdistill.tasks import QuantilesAt, Task, check_calibration
from skdistill.teachers import (
    Fits,
    check_teacher,
    choose_answers,
    doubt,
    make_router,
    route,
)
from skdistill.training import detach, find_device, make_training, rehearse


class BaseDistilled(CallbackSupport, MetaEstimatorMixin, BaseEstimator, ABC):
    """Fits a teacher, then a student of its answers; a subclass says what a task is."""

    teacher: Any
    cv: Any
    calibration: str | None
    temperature: float
    alpha: float | Literal["auto"]
    transfer: Any
    n_synthetic: int | Literal["auto"]
    min_rows_per_level: int
    generations: int
    early_stopping: bool
    callbacks: list[Any] | None
    device: str
    memory: Any
    n_jobs: int | None
    random_state: RandomState
    verbose: int

    student_: Student
    teacher_: Any
    calibrator_: Any
    net_: Any
    task_: Any
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]
    n_iter_: int
    history_: list[dict[str, Any]]
    transfer_summary_: dict[str, Any]

    @abstractmethod
    def _task_of(self, y: Any) -> type[Task] | QuantilesAt:
        """Return the kind of task that `y` sets."""

    @reported
    @afresh
    @plain_process()
    def _distil(self, *given):
        self._validate_params()
        try:
            return self._fit(*given)
        except KeyboardInterrupt as interrupt:
            raise KeyboardInterrupt(
                "The fit was interrupted: there is no student. Fit again; with memory= and an "
                "integer random_state, finished teacher work is kept."
            ) from interrupt

    def _fit(self, X, y, sample_weight, groups, X_unlabeled, soft_targets):
        kind = self._task_of(y)
        if self.teacher is not None:
            check_teacher(self.teacher, kind)
        params = {"temperature": self.temperature, **self.get_params(deep=False)}
        params["device"] = find_device(self.device)
        X = check_rows(X)
        validate_data(self, X, skip_check_array=True)
        given, positive = check_samples(kind, X, y, sample_weight, groups, soft_targets)
        data = given if len(positive) == len(given.y) else given.take(positive)
        seeds = stage_seeds(self.random_state)
        reader = learn_reader(data.X, self.min_rows_per_level)
        rows = reader.read(data.X)
        training = make_training(params, rows, data, reader, seeds)
        answers = choose_answers(self, data)
        transfer, X_unlabeled = answers.usable(self.transfer, X_unlabeled)
        samplers = candidate_samplers(transfer, data.X, race=answers.may_race and answers.may_draw)
        source = open_source(X_unlabeled, data.X, reader)
        unlabeled = source is not None or set(samplers) != {None}
        rehearse(training, rows, data.labels, unlabeled=unlabeled)

        fits, split_params = self._fits(answers.prepare(seeds["teacher"]), data, given)
        folds = answers.folds(given, positive, split_params, seeds["folds"])
        asks = source is not None or transfer not in (None, "auto")
        race = self.early_stopping and (asks or answers.may_race)
        sides = answers.sides(fits, folds, race=race, random_state=seeds["folds"])
        sides = doubt(sides, data, rows, reader, seeds["folds"])
        sides = [calibrate(side, data, folds, method=self.calibration) for side in sides]
        check_calibration(sides[0].calibrator)
        work = dict(random_state=seeds["sampler"], n_jobs=self.n_jobs, verbose=self.verbose)
        answerer = Answerer(data.task, reader, self.temperature, fits.cache)
        sides = answer_unlabeled(source, sides, answerer, race=self.early_stopping, **work)

        final, racer = (
            make_composer(side, data, rows, samplers, self.n_synthetic, answerer, **work)
            for side in sides
        )
        recipe = self._choose(racer.for_race(), folds, training)
        lessons = final.compose(np.arange(len(data.y)), recipe.mix)
        monitor = final.real.take(folds[0][1]) if self.callbacks else None
        head, fitted = train_by(recipe, lessons, monitor)
        self.fitted_on_ = note_rows(rows, data)
        return self._keep(data.task, reader, final.side, recipe, lessons, head, fitted)

    def _fits(self, teacher, data, given):
        """Return who fits the teacher, and what is passed to a splitter."""
        fit_params, split_params = route(self, data, given)
        parts = teacher, data.kind, data.X, data.y, fit_params
        cache = open_cache(self.memory, self.random_state, *parts)
        return Fits(teacher, data, fit_params, self.n_jobs, cache), split_params

    def _keep(self, task, reader, side, recipe, lessons, head, fitted):
        self.task_ = task
        self.teacher_ = side.teacher
        self.calibrator_ = side.calibrator
        self.net_, self.n_iter_ = detach(fitted.net), fitted.n_epochs
        self.history_ = recipe.history or fitted.history
        self.transfer_summary_ = {**lessons.count(), **recipe.summary()}
        self.student_ = fitted.student(reader, task, head)
        return self

    def ask_teacher(self, X: Table, *, calibrated: bool = True) -> NDArray[np.float64]:
        """Ask the teacher about rows; its answers are calibrated as its soft targets were.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            As in `fit`.
        calibrated : bool, default=True
            False leaves the teacher's answers as they are.

        Returns
        -------
        answers : float64 array of shape (n_samples, n_outputs)
            Columns in the order of the student's outputs.

        Raises
        ------
        ValueError
            If `fit` was given soft targets in place of a teacher.
        """
        check_is_fitted(self)
        if self.teacher_ is None:
            raise ValueError("There is no teacher to ask: fit was given soft_targets instead.")
        scores = self.task_.ask(self.teacher_, as_table(X))
        if calibrated and self.calibrator_ is not None:
            return self.task_.told(self.calibrator_.calibrate(scores))
        return self.task_.plain(scores)

    def get_metadata_routing(self) -> MetadataRouter:
        """Say which metadata go where when metadata routing is enabled.

        Returns
        -------
        router : sklearn.utils.metadata_routing.MetadataRouter
            Weights to the teacher's `fit`, groups to the splitter's `split`.
        """
        return make_router(self)

    def _choose(self, racer, folds, training):
        if self.early_stopping:
            return choose_recipe(racer, folds, training, alpha=self.alpha)
        alpha = DEFAULT_ALPHA if self.alpha == "auto" else self.alpha
        generations = self.generations if alpha > 0 else 0  # labels alone come from no student
        return Recipe(Mix(next(iter(racer.samplers)), alpha), training, generations=generations)

    def _checked(self, X):
        """Return the student and rows that are known to pass scikit-learn's checks."""
        student = self.__dict__.get("student_")
        if student is None or not student.reader.knows(X):
            check_is_fitted(self)
            X = self.student_.reader.table(X)
            validate_data(self, X, reset=False, skip_check_array=True)
        return self.student_, X

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "student_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inputs = tags.input_tags
        inputs.sparse = inputs.allow_nan = True
        inputs.string = inputs.categorical = self.teacher is None
        if self.teacher is not None:
            of_teacher = get_tags(self.teacher).input_tags
            for name in ("sparse", "allow_nan", "string", "categorical"):
                setattr(inputs, name, getattr(of_teacher, name))
        return tags
