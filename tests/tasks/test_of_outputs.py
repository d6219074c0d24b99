"""The task of a student, by its outputs."""

import numpy as np
import pytest

from skdistill.layers import Classes, Numbers
from skdistill.tasks import Means, Multiclass, task_of


@pytest.mark.parametrize(
    ("outputs", "kind", "n"),
    [
        (Classes(np.array(["a", "b"])), Multiclass, 2),
        (Numbers(1, flat=True), Means, 1),
        (Numbers(3, flat=False), Means, 3),
    ],
)
def test_a_task_has_the_outputs_that_it_is_made_of(outputs, kind, n):
    task = task_of(outputs)
    assert type(task) is kind
    assert task.n_outputs == n
    assert task.outputs().described == outputs.described
