"""What messages call a teacher, and what it was given."""

from sklearn.pipeline import Pipeline

from skdistill._plumbing.frozen import is_frozen


def last_step(teacher):
    """Return the last step of a pipeline, or what else answers for it."""
    while isinstance(teacher, Pipeline):
        teacher = teacher.steps[-1][1]
    return teacher


def name_of(teacher):
    """Return the name of the user's own class."""
    while is_frozen(teacher) or getattr(teacher, "stands_for_another", False):
        teacher = teacher.estimator
    return type(teacher).__name__


def given_to(X):
    """Return what a teacher was given, in words."""
    dtype = f" of {X.dtype}" if hasattr(X, "dtype") else ""
    return f"given a {type(X).__name__}{dtype} of shape {X.shape}"
