"""Distil tabular ensembles into compact nets, behind scikit-learn's API.

::

    X, y ──check_samples──▶ Samples ──answers.sides──▶ Side final, Side race

      each Side:   calibrate ──▶ answer rows without labels ──▶ Composer
      race Side:   policy ⇄ (compose ──▶ train)                                ⇒ Recipe
      final Side:  compose(Recipe) ──▶ Lessons ──▶ train ──▶ Student(reader, layers, outputs)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from skdistill._version import __version__

__all__ = [
    "ClassifierStudent",
    "DistillationSearch",
    "DistilledClassifier",
    "DistilledRegressor",
    "MultilabelStudent",
    "Munge",
    "QuantileStudent",
    "RegressorStudent",
    "Student",
    "__version__",
    "load",
    "progress",
    "show_versions",
]

if TYPE_CHECKING:  # checkers take any name for one of a module that has __getattr__
    from skdistill import exceptions as exceptions
    from skdistill import export as export
    from skdistill import layers as layers
    from skdistill import losses as losses
    from skdistill import report as report
    from skdistill import runtime as runtime
    from skdistill import samplers as samplers
    from skdistill import search as search
    from skdistill import sources as sources
    from skdistill import students as students
    from skdistill._classifier import DistilledClassifier as DistilledClassifier
    from skdistill._plumbing.bars import progress as progress
    from skdistill._regressor import DistilledRegressor as DistilledRegressor
    from skdistill._show_versions import show_versions as show_versions
    from skdistill.runtime import ClassifierStudent as ClassifierStudent
    from skdistill.runtime import MultilabelStudent as MultilabelStudent
    from skdistill.runtime import QuantileStudent as QuantileStudent
    from skdistill.runtime import RegressorStudent as RegressorStudent
    from skdistill.runtime import Student as Student
    from skdistill.runtime import load as load
    from skdistill.samplers import Munge as Munge
    from skdistill.search import DistillationSearch as DistillationSearch

else:
    _HOMES = {
        "ClassifierStudent": "skdistill.runtime",
        "DistillationSearch": "skdistill.search",
        "DistilledClassifier": "skdistill._classifier",
        "DistilledRegressor": "skdistill._regressor",
        "MultilabelStudent": "skdistill.runtime",
        "Munge": "skdistill.samplers",
        "QuantileStudent": "skdistill.runtime",
        "RegressorStudent": "skdistill.runtime",
        "Student": "skdistill.runtime",
        "load": "skdistill.runtime",
        "progress": "skdistill._plumbing.bars",
        "show_versions": "skdistill._show_versions",
    }
    _PACKAGES = {
        *("exceptions", "export", "layers", "losses", "report", "runtime", "samplers", "search"),
        *("sources", "students"),
    }

    def __getattr__(name):
        if name in _PACKAGES:
            return import_module(f"skdistill.{name}")
        if name not in _HOMES:
            raise AttributeError(f"module 'skdistill' has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)

    def __dir__():
        return sorted([*__all__, *_PACKAGES])
