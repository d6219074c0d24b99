"""Models side by side on held-out rows: quality, size, speed, likeness to one of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skdistill.measures._costs import one_row_latency, serialized_bytes
from skdistill.tasks import Task, measure


def compare(
    models: Mapping[str, Any], X: Any, y: ArrayLike, *, reference: str, student: str, task: Task
) -> dict[str, dict[str, Any]]:
    """Measure models on the same held-out rows.

    Parameters
    ----------
    models : dict of str to fitted estimator
        All of the same task.
    X : table of shape (n_samples, n_features)
        Held-out rows.
    y : array of shape (n_samples,) or (n_samples, n_outputs)
        Labels.
    reference : str
        Name of the model with which the others' agreement is measured.
    student : str
        Name of the model whose lead over the others is measured.
    task : skdistill.tasks.Task
        What is predicted: `task_` of the distilled estimator.

    Returns
    -------
    figures : dict of str to dict
        By the models' names: the task's measures by name, the few that are brief; `n_bytes`, the
        size of the saved model; `latency`, its median seconds for one row; `lead`, for each
        proper measure by how much the student's is lower, as a `value` and its standard `error`.
    """
    labels = task.labels_of(y, "y")
    brief, proper = task.brief(labels), [each for each in task.measures if each.proper]
    answers = {name: task.answers(model, X) for name, model in models.items()}
    return {
        name: {
            **measure(brief, labels, answers[name], answers[reference]),
            "n_bytes": serialized_bytes(model),
            "latency": one_row_latency(model, X),
            "lead": {
                each.name: _mean(
                    each.of(labels, answers[name]) - each.of(labels, answers[student])
                )
                for each in proper
            },
        }
        for name, model in models.items()
    }


def _mean(values):
    """Return a mean and its standard error, which a single value does not tell."""
    n = len(values)
    error = float(np.std(values, ddof=1) / np.sqrt(n)) if n > 1 else np.inf
    return {"value": float(np.mean(values)), "error": error}
