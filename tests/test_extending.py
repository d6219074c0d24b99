"""What is to be done to add something: the lists in CONTRIBUTING.md are whole, and hold."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from numpydoc.docscrape import ClassDoc
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator

import skdistill.export
from skdistill import DistilledClassifier, DistilledRegressor
from skdistill.cli._export import SUFFIXES
from skdistill.flow import check_samples
from skdistill.losses import KINDS, POINTS, distillation_loss, point_loss
from skdistill.runtime._students import STUDENT_OF
from skdistill.samplers import SAMPLERS
from skdistill.tasks import Multiclass, Multilabel, Task
from skdistill.teachers import choose_answers
from skdistill.teachers._answers import Answers

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## How to add")[1]
LISTS = dict(re.findall(r"^\*\*(.+?)\*\*.*?:\n\n((?:- .*\n|  .*\n)+)", TEXT, flags=re.MULTILINE))
X, Y = load_iris(return_X_y=True)
FOREST = RandomForestClassifier(5, oob_score=True)
WAYS = {
    "CrossFitted": ({}, {}),
    "OutOfBag": ({"cv": "oob"}, {}),
    "Unseen": ({"teacher": FrozenEstimator(FOREST)}, {}),
    "Given": ({}, {"soft_targets": np.full((150, 3), 1 / 3)}),
    "LabelsOnly": ({"alpha": 0}, {}),
}


def concrete(cls):
    """Yield the concrete subclasses in the package."""
    for sub in cls.__subclasses__():
        yield from concrete(sub)
        if sub.__module__.startswith("skdistill.") and not inspect.isabstract(sub):
            yield sub


def test_every_list_has_at_most_six_places_that_exist():
    assert list(LISTS) == [
        *("A task", "A layer", "A loss", "A sampler", "A way of getting answers", "An export")
    ]
    for text in LISTS.values():
        assert 1 < text.count("\n- ") + text.startswith("- ") <= 6
        places = [place for place in re.findall(r"`([^`]+)`", text) if "/" in place]
        assert places
        assert all((ROOT / place).is_file() for place in places), places


@pytest.mark.parametrize("task", [*concrete(Task)])
def test_a_task_has_a_student_and_an_estimator(task):
    y = np.eye(3, dtype=int)[Y] if task is Multilabel else Y
    made, _ = task.learn(y)
    assert type(made.outputs()) in STUDENT_OF
    estimators = DistilledClassifier(), DistilledRegressor(), DistilledRegressor(link="log")
    assert task in {estimator._task_of(y) for estimator in estimators}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_getting_answers_is_taken(way):
    params, given = WAYS[way]
    params = {"teacher": FOREST, **params}
    data, _ = check_samples(Multiclass, X, Y, None, None, given.get("soft_targets"))
    assert type(choose_answers(DistilledClassifier(**params), data)).__name__ == way


def test_no_way_of_getting_answers_is_left_out():
    assert {cls.__name__ for cls in concrete(Answers)} == set(WAYS)


def test_every_sampler_is_named_where_it_is_chosen():
    (transfer,) = (p for p in ClassDoc(DistilledClassifier)["Parameters"] if p.name == "transfer")
    for name in SAMPLERS:
        assert f'"{name}"' in " ".join(transfer.desc)


def test_every_loss_has_its_formula_in_the_documentation():
    assert all(f'"{kind}"' in distillation_loss.__doc__ for kind in KINDS)
    assert all(f'"{kind}"' in point_loss.__doc__ for kind in POINTS)


def test_every_export_is_a_format_of_the_command():
    exports = {name.removeprefix("to_") for name in skdistill.export.__all__ if name[:3] == "to_"}
    assert exports == set(SUFFIXES)
