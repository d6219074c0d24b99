"""Bins of numbers where boosting splits them, in place of quantiles.

Where answers follow sharp rules, quantiles seldom fall on their thresholds, but the splits
of a quickly boosted model do. Elsewhere they are a little worse than quantiles.
"""

from dataclasses import replace

import numpy as np

from skdistill._plumbing.empty_columns import without_empty
from skdistill.layers import EncodeTable
from skdistill.students._encoder import bins_between, describe_bins, outer_quantiles
from skdistill.tasks import Task

TREES, LEAVES = 300, 15  # in all, and of each
MOST_ITERATIONS = 100
COVERING = 4  # bins of equal mass that a column has whatever its splits are


def split_bins(
    task: Task,
    encoding: EncodeTable,
    rows: np.ndarray,
    labels: np.ndarray,
    sample_weight: np.ndarray,
    random_state: int,
) -> EncodeTable:
    """Return the encoding with other bins, at most as many for each column.

    Labels may not all be the same.
    """
    numbers = without_empty(rows[:, encoding.number_columns])
    boosting = task.boosting_for_bins(labels, TREES, MOST_ITERATIONS)
    boosting.set_params(max_leaf_nodes=LEAVES, early_stopping=False, random_state=random_state)
    splits = _splits(boosting.fit(numbers, labels, sample_weight), numbers.shape[1])
    counts = enumerate(np.bincount(encoding.bin_numbers))
    bins = [_bins(numbers[:, j], splits[j], n_bins) if n_bins else [] for j, n_bins in counts]
    return replace(encoding, **describe_bins(bins))


def _bins(column, splits, n_bins):
    """Return edges below and above, n_bins at most, of which a few are quantiles."""
    x = column[~np.isnan(column)].astype(np.float64)
    edges = outer_quantiles(x, min(COVERING, n_bins))
    own = splits[(splits > edges[0]) & (splits < edges[-1])]
    n_own = n_bins - COVERING
    if len(own) and n_own > 0:
        at = (np.arange(n_own) + 0.5) / n_own
        edges = np.append(edges, np.quantile(own, at, method="inverted_cdf"))
    return bins_between(edges)


def _splits(boosting, n_columns):
    """Return the thresholds of each column, as often as they occur."""
    # no public attribute has them; treelite, shap and skl2onnx read these, too
    nodes = np.concatenate([tree.nodes for trees in boosting._predictors for tree in trees])
    nodes = nodes[(nodes["is_leaf"] == 0) & np.isfinite(nodes["num_threshold"])]
    columns = nodes["feature_idx"]
    return [nodes["num_threshold"][columns == j] for j in range(n_columns)]
