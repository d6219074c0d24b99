"""A search for the best small model within budgets."""

from skdistill.search._display import SearchDisplay
from skdistill.search._search import DistillationSearch

__all__ = ["DistillationSearch", "SearchDisplay"]
