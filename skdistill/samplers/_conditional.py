"""Conditional: synthetic rows whose values are drawn anew, given the row's other values."""

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdistill.samplers._base import MAX_FIT_ROWS, Sampler, continuous_cells, normal_scores, ranked

MIN_DONORS = 10  # rows of a leaf
MAX_SPLIT_COLUMNS = 16  # columns tried at each split
MAX_FIT_VALUES = 1_000_000  # rows x columns from which trees learn
MAX_CLASSES = 50  # rarer levels count as one when a tree tells levels apart


class Conditional(Sampler):
    """Rows that take some of their values from rows that are alike in all other columns.

    A tree for each column predicts it from the others. A draw starts at a real row and goes once
    through the columns, in random order: one step of Gibbs sampling [1]_. With probability
    `swap_probability` the value becomes that of a random row, the donor, of the leaf that the
    row's current values reach [2]_. So categories, integers and missing values are real ones;
    other numbers are drawn from the interval halfway to the column's next values.

    Parameters
    ----------
    swap_probability : float, default=0.5
        Probability that a value is drawn anew.

    References
    ----------
    .. [1] Fakoor, Mueller, Erickson, Chaudhari, Smola, "Fast, Accurate, and Simple Models for
       Tabular Data via Augmented Distillation", NeurIPS 2020.
    .. [2] Nowok, Raab, Dibben, "synthpop: Bespoke Creation of Synthetic Data in R", Journal of
       Statistical Software 74(11), 2016.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, _ = load_iris(return_X_y=True)
    >>> Conditional().fit(X, random_state=0).draw(5, random_state=0).shape
    (5, 4)
    """

    def __init__(self, *, swap_probability: float = 0.5) -> None:
        self.swap_probability = swap_probability

    def _learn(self, rows, reader, rng):
        self._ranks = ranked(rows, reader)
        n, n_columns = rows.shape
        n_fit = min(n, MAX_FIT_ROWS, max(MAX_FIT_VALUES // n_columns, 1000))
        fit_rows = self._base_rows(n_fit, rng)
        known = self._ranks[fit_rows]
        self._donors = []
        for j in range(n_columns):
            tree = _tree(known, j, j in reader.levels, int(rng.integers(2**31)))
            self._donors.append(_Donors(tree, known, fit_rows))
        self._cells = continuous_cells(self._numbers)

    def _choose(self, n_rows, rng):
        base = self._base_rows(n_rows, rng)
        sources = [base] * len(self._donors)
        now = self._ranks[base]
        numbers = {j: self._numbers[j].values[base] for j in self._cells}
        for j in rng.permutation(len(self._donors)):
            swap = np.flatnonzero(rng.random(n_rows) < self.swap_probability)
            donor = self._donors[j].draw(now[swap], rng)
            sources[j] = base.copy()
            sources[j][swap] = donor
            now[swap, j] = self._ranks[donor, j]
            if j in numbers:
                numbers[j][swap] = self._cells[j].draw(donor, rng)
        return sources, numbers


class _Donors:
    """The rows in each leaf of a tree."""

    def __init__(self, tree, known, rows):
        self.tree = tree
        leaf = tree.apply(known)
        self.rows = rows[np.argsort(leaf, kind="stable")]
        self.count = np.bincount(leaf, minlength=tree.node_count)
        self.start = np.cumsum(self.count) - self.count

    def draw(self, values, rng):
        """Draw a row of the leaf that each row of `values` reaches."""
        leaf = self.tree.apply(values)
        place = (rng.random(len(leaf)) * self.count[leaf]).astype(np.intp)
        return self.rows[self.start[leaf] + place]


def _tree(ranks, j, is_category, seed):
    """Fit a tree of column `j` given the others; column `j` itself is blank, so never split."""
    settings = {
        "min_samples_leaf": MIN_DONORS,
        "max_features": min(ranks.shape[1], MAX_SPLIT_COLUMNS),
        "random_state": seed,
    }
    others = ranks.copy()
    others[:, j] = 0
    if is_category:
        frequent_last = ranks[:, j] - ranks[:, j].max() + MAX_CLASSES
        return DecisionTreeClassifier(**settings).fit(others, np.maximum(frequent_last, 0)).tree_
    return DecisionTreeRegressor(**settings).fit(others, normal_scores(ranks[:, j])).tree_
