"""The race on held-out rows: from what, and for how long, the student learns."""

from skdistill.race._race import DEFAULT_ALPHA, Recipe, choose_recipe

__all__ = ["DEFAULT_ALPHA", "Recipe", "choose_recipe"]
