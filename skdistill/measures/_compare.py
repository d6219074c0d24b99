"""Models side by side on held-out rows: quality, size, speed, likeness to one of them."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from skdistill.measures._costs import one_row_latency, serialized_bytes
from skdistill.tasks import Task, measure


def compare(
    models: Mapping[str, Any], X: Any, y: ArrayLike, *, reference: str, task: Task
) -> dict[str, dict[str, float]]:
    """Measure models on the same held-out rows.

    Parameters
    ----------
    models : dict of str to fitted estimator
        All of the same task.
    X : table of shape (n_samples, n_features)
        Held-out rows.
    y : array of shape (n_samples,)
        Labels.
    reference : str
        Name of the model with which the others' agreement is measured.
    task : skdistill.tasks.Task
        What is predicted: `task_` of the distilled estimator.

    Returns
    -------
    figures : dict of str to dict of str to float
        By the models' names: the task's measures by name, the few that are brief; `n_bytes`, the
        size of the saved model; `latency`, its median seconds for one row.
    """
    labels, brief = task.labels_of(y, "y"), [each for each in task.measures if each.brief]
    answers = {name: task.answers(model, X) for name, model in models.items()}
    return {
        name: {
            **measure(brief, labels, answers[name], answers[reference]),
            "n_bytes": serialized_bytes(model),
            "latency": one_row_latency(model, X),
        }
        for name, model in models.items()
    }
