"""AutoGluon: its distilled students, by each augmentation, and ours by its teacher; see run.py."""

import shutil

import numpy as np
import pandas as pd
from autogluon.tabular import TabularPredictor
from common import LABEL, Models, Split, arguments, cpu_seconds
from pandas.util import hash_pandas_object
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator

from skdistill import DistilledClassifier

AUGMENTATIONS = ("spunge", "munge", None)  # "spunge" is AutoGluon's default


def fit_teacher(split, options):
    """Return a predictor whose best ensemble is the teacher, as AutoGluon's own example has it."""
    problem = "binary" if split.n_classes == 2 else "multiclass"
    predictor = TabularPredictor(
        LABEL, problem_type=problem, eval_metric="log_loss", path=options.output / "teacher"
    )
    rows = split.X_train.assign(**{LABEL: split.y_train})
    return predictor.fit(
        rows,
        auto_stack=True,
        time_limit=options.time_limit,
        num_cpus=options.threads,
        num_gpus=0,
        verbosity=1,
    )


class Bagged(ClassifierMixin, BaseEstimator):
    """AutoGluon's teacher as a fitted classifier.

    A row that it learnt is answered by those of its models that did not learn it.
    """

    def __init__(self, predictor, split):
        self.predictor, self.n_classes = predictor, split.n_classes
        self.classes_ = np.arange(split.n_classes)
        proba = predictor.predict_proba_oof(model=predictor.model_best)
        proba = proba.loc[split.X_train.index].set_axis(hash_pandas_object(split.X_train, False))
        self.held_out = proba[~proba.index.duplicated()]

    def predict_proba(self, X):
        proba = self.predictor.predict_proba(X, model=self.predictor.model_best)
        rows = pd.Series(hash_pandas_object(X, index=False).to_numpy())
        learnt = rows.isin(self.held_out.index).to_numpy()
        proba = proba[range(self.n_classes)].to_numpy(copy=True)
        proba[learnt] = self.held_out.loc[rows[learnt], range(self.n_classes)]
        return proba


def main():
    options = arguments()
    split = Split(options.split)
    models = Models(options.output, split)
    start = cpu_seconds()
    predictor = fit_teacher(split, options)
    teacher_seconds = cpu_seconds() - start
    best = predictor.model_best
    models.add(
        "autogluon teacher",
        lambda X: predictor.predict_proba(X, model=best),
        options.output / "teacher",
        seconds=teacher_seconds,
    )
    add_ours(predictor, teacher_seconds, models, options)
    for augmentation in AUGMENTATIONS:
        add_students(predictor, augmentation, teacher_seconds, models, options)
    shutil.rmtree(options.output / "teacher")


def add_ours(predictor, teacher_seconds, models, options):
    """Add skdistill's default student by AutoGluon's teacher."""
    split, file = models.split, options.output / "same teacher.safetensors"
    start = cpu_seconds()
    clf = DistilledClassifier(
        FrozenEstimator(Bagged(predictor, split)), random_state=split.seed
    ).fit(split.X_train, split.y_train)
    seconds = teacher_seconds + cpu_seconds() - start
    clf.student_.save(file)
    models.add(
        "same teacher",
        clf.student_.predict_proba,
        file,
        seconds=seconds,
        teacher_seconds=teacher_seconds,
    )


def add_students(predictor, augmentation, teacher_seconds, models, options):
    """Distil once, on a copy of the predictor, and add each student as it would be deployed."""
    folder = options.output / f"{augmentation}"
    copy = predictor.clone(folder, return_clone=True, dirs_exist_ok=True)
    start = cpu_seconds()
    try:
        names = copy.distill(
            time_limit=options.time_limit, augment_method=augmentation, verbosity=1
        )
    except Exception as error:
        models.fail(f"autogluon {augmentation}", error)
        names = []
    seconds = teacher_seconds + cpu_seconds() - start
    scores = copy.leaderboard().set_index("model")["score_val"]
    scores = pd.Series({name: scores.get(name) for name in names}, dtype=float)
    for name in names:
        path = options.output / f"deployed {augmentation} {name}"
        student = copy.clone_for_deployment(
            path, model=name, return_clone=True, dirs_exist_ok=True
        )
        student.persist()
        models.add(
            f"autogluon {augmentation} {name}",
            lambda X, of=student, name=name: of.predict_proba(X, model=name),
            path,
            seconds=seconds,
            teacher_seconds=teacher_seconds,
            chosen=bool(name == scores.idxmax()),
        )
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
