"""Distil tabular ensembles into compact nets, behind scikit-learn's API.

::

    X, y ──check_samples──▶ Samples ──answers.sides──▶ Side final, Side race

      each Side:   calibrate ──▶ answer rows without labels ──▶ Composer
      race Side:   policy ⇄ (compose ──▶ train)                                ⇒ Recipe
      final Side:  compose(Recipe) ──▶ Lessons ──▶ train ──▶ Student(reader, layers, outputs)
"""

from importlib import import_module

from skdistill._version import __version__

_HOMES = {
    "ClassifierStudent": "skdistill.runtime",
    "DistillationSearch": "skdistill.search",
    "DistilledClassifier": "skdistill._classifier",
    "Munge": "skdistill.samplers",
    "Student": "skdistill.runtime",
    "load": "skdistill.runtime",
    "progress": "skdistill._plumbing.bars",
    "show_versions": "skdistill._show_versions",
}

__all__ = [
    "ClassifierStudent",
    "DistillationSearch",
    "DistilledClassifier",
    "Munge",
    "Student",
    "__version__",
    "load",
    "progress",
    "show_versions",
]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module 'skdistill' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__():
    return __all__
