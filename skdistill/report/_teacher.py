"""What has no teacher to compare with is refused, and what is no classifier."""

from skdistill.tasks import Quantiles


def check_distilled(clf, what):
    """Raise unless `clf` is a fitted distilled estimator that has a teacher.

    Parameters
    ----------
    clf : object
    what : str
        Who asks, for the message.

    Raises
    ------
    TypeError
        If it is none, or is not fitted.
    ValueError
        If it was fitted with `soft_targets`, so that there is no teacher; or learned quantiles.
    """
    if not hasattr(clf, "student_"):
        raise TypeError(
            f"{what} takes a fitted DistilledClassifier or DistilledRegressor, got "
            f"{type(clf).__name__} without student_. Call fit; of a pipeline or search, pass the "
            "fitted estimator inside, with rows as it gets them."
        )
    if isinstance(clf.task_, Quantiles):
        raise ValueError(
            f"{what} does not compare quantiles, which this {type(clf).__name__} learned. Compare "
            "predict_quantiles(X) with ask_teacher(X) by sklearn.metrics.mean_pinball_loss, level "
            "by level."
        )
    if getattr(clf, "teacher_", None) is None:
        raise ValueError(
            f"{what} compares with the teacher, and this {type(clf).__name__} has no teacher_: it "
            "was fitted with soft_targets. Fit it with a teacher, or look at the student alone "
            "with ReliabilityDisplay or PredictionDisplay."
        )
