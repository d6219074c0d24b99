"""The race on held-out rows: from what, and for how long, the student learns."""

from skdistill.race._policy import DEFAULT_ALPHA
from skdistill.race._recipe import Recipe, train_by
from skdistill.race._run import choose_recipe

__all__ = ["DEFAULT_ALPHA", "Recipe", "choose_recipe", "train_by"]
