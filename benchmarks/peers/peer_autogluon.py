"""AutoGluon's distilled students by its own teacher, for each of its augmentations; see run.py."""

import shutil

import pandas as pd
from autogluon.tabular import TabularPredictor

from benchmarks.peers.common import LABEL, Models, Split, arguments, cpu_seconds

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
    for augmentation in AUGMENTATIONS:
        add_students(predictor, augmentation, teacher_seconds, models, options)
    shutil.rmtree(options.output / "teacher")


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
