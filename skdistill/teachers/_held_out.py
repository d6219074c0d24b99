"""How real rows get answers by teachers that did not see them: the way, the folds, the answers."""

from sklearn.frozen import FrozenEstimator

from skdistill.teachers._ask_teacher import TeacherScores, ask_teacher, check_out_of_bag
from skdistill.teachers._folds import folds_of_share, make_folds, race_folds

MIN_RACE_ROWS = 200  # below, held-out rows are too few to choose by


def method_of(params, data):
    """Return how the teacher answers rows that it did not see: "cv", "oob" or "frozen"."""
    if data.soft_targets is not None:
        return "frozen"
    if isinstance(params.cv, str):
        check_out_of_bag(params.teacher, data.groups)
        return "oob"
    return "frozen" if isinstance(params.teacher, FrozenEstimator) else "cv"


def folds_of(params, given, positive, split_params, method, seed):
    """Return the folds; for teachers that need none, those that hold rows out."""
    how = {"split_params": split_params, "random_state": seed, "rows": positive}
    if method == "cv":
        return make_folds(params.cv, given.X, given.y, **how)
    share = params.validation_fraction
    return folds_of_share(share, given.X, given.y, method=method, **how)


def scores_of(params, teacher, data, folds, method, fit_params, asks, seed, cache):
    """Return the teacher's answers, and those of the race's teachers if there is a race."""
    if teacher is None:
        return TeacherScores.none(len(data.y))
    race = params.early_stopping and (asks or len(data.y) >= MIN_RACE_ROWS)
    inner = []
    if race and method == "cv" and params.alpha != 0:
        inner = race_folds(folds, data.X, data.codes, groups=data.groups, random_state=seed)
    return ask_teacher(
        teacher,
        data.X,
        data.y,
        folds,
        inner,
        classes=data.classes,
        method=method,
        fit_params=fit_params,
        answers=params.alpha != 0,
        race=race,
        n_jobs=params.n_jobs,
        cache=cache,
    )
