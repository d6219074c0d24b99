"""Stages of a fit as tasks of scikit-learn's callbacks, where scikit-learn has them (1.9)."""

from contextlib import contextmanager
from functools import wraps
from typing import cast

from skdistill._plumbing.progress import heard_by, stage
from skdistill._plumbing.typed import CallbackSupport as CallbackSupport
from skdistill._plumbing.typed import Method, with_callbacks
from skdistill.exceptions import each_warning_once


def reported(fit: Method) -> Method:
    """Make `fit` a stage, for the estimator's callbacks or, where it has none, who listens.

    What it warns of is said once.
    """

    @with_callbacks
    @wraps(fit)
    def reported_fit(self, *args, **kwargs):
        has_callbacks = getattr(self, "_skl_callbacks", None)
        heard = _callbacks_hear(self) if has_callbacks else stage(type(self).__name__)
        with heard, each_warning_once():
            return fit(self, *args, **kwargs)

    return cast(Method, reported_fit)


@contextmanager
def _callbacks_hear(estimator):
    task = _Task(estimator, estimator._init_callback_context(max_subtasks=None))
    with heard_by(task):
        yield
    task.end(failed=False)


class _Task:
    """A task of callbacks, begun when it is made."""

    def __init__(self, estimator, context):
        self._estimator = estimator
        self._context = context
        context.call_on_fit_task_begin(estimator=estimator)

    def begin(self, what, total, n_steps):
        return _Task(self._estimator, self._context.subcontext(what, max_subtasks=n_steps))

    def advance(self, n):
        self.begin("step", 1, 0).end(failed=False)

    def end(self, failed):
        if not failed:
            self._context.call_on_fit_task_end(estimator=self._estimator)
