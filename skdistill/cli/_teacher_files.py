"""The teacher that the options name: a preset, or one from a file."""

from skdistill.cli._console import InputError
from skdistill.cli._targets import CLASSES, NUMBERS

N_TREES = 500


def make_teacher(options, X, task):
    """Return the teacher of a task for a table `X`; one that is fitted already is frozen."""
    from sklearn.base import is_classifier, is_regressor
    from sklearn.exceptions import NotFittedError
    from sklearn.frozen import FrozenEstimator
    from sklearn.utils.validation import check_is_fitted

    if options.teacher_file is None:
        return _preset(options.teacher, X, task)
    teacher = _load(options)
    answers = {CLASSES: is_classifier, NUMBERS: is_regressor}[task]
    if not (hasattr(teacher, "fit") and answers(teacher)):
        raise InputError(
            f"{options.teacher_file} holds a {type(teacher).__name__}, which does not teach "
            f"{task}. Pass another teacher; --task says what is learned."
        )
    try:
        check_is_fitted(teacher)
    except NotFittedError:
        return teacher
    return FrozenEstimator(teacher)


def _preset(name, X, task):
    """Return a preset teacher; frames get their text and dates turned into numbers first."""
    from sklearn.pipeline import make_pipeline

    from skdistill.teachers import TableNumbers

    forest, boosting, vote = {CLASSES: _of_classes, NUMBERS: _of_numbers}[task]()
    teacher = {"forest": forest, "boosting": boosting, "voting": vote}[name]
    return make_pipeline(TableNumbers(), teacher) if hasattr(X, "columns") else teacher


def _of_classes():
    """Return a forest, boosting, and the soft vote of both."""
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        RandomForestClassifier,
        VotingClassifier,
    )

    forest, boosting = RandomForestClassifier(N_TREES), HistGradientBoostingClassifier()
    both = [("forest", forest), ("boosting", boosting)]
    return forest, boosting, VotingClassifier(both, voting="soft")


def _of_numbers():
    """Return a forest, boosting, and the mean of both."""
    from sklearn.ensemble import (
        HistGradientBoostingRegressor,
        RandomForestRegressor,
        VotingRegressor,
    )

    forest, boosting = RandomForestRegressor(N_TREES), HistGradientBoostingRegressor()
    return forest, boosting, VotingRegressor([("forest", forest), ("boosting", boosting)])


def _load(options):
    path = options.teacher_file
    if not path.is_file():
        raise InputError(f"No teacher file at {path}.")
    if path.suffix == ".skops":
        try:
            import skops.io
        except ImportError:
            raise InputError('Reading .skops needs: pip install "skdistill[skops]"') from None
        untrusted = set(skops.io.get_untrusted_types(file=path)) - set(options.trust)
        if untrusted:
            flags = " ".join(f"--trust {name}" for name in sorted(untrusted))
            raise InputError(f"{path} holds types that are not trusted. If you trust it: {flags}")
        return skops.io.load(path, trusted=options.trust)
    if path.suffix not in (".joblib", ".pkl"):
        raise InputError(f"{path}: a teacher file ends with .skops, .joblib or .pkl.")
    if not options.allow_code_execution:
        raise InputError(
            f"Loading {path} executes the code in it. If you trust its source, pass "
            "--allow-code-execution; otherwise save the teacher with skops."
        )
    import joblib

    try:
        return joblib.load(path)
    except Exception as error:
        raise InputError(f"{path} cannot be read: {error}") from error
