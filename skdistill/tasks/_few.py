"""Labels in short: rows of each kind, and the one number that tells most of several."""

import numpy as np


def few_of_each(codes, n_each, most):
    """Return positions of the first rows of each code, of some codes where many are."""
    order = np.argsort(codes, kind="stable")
    rank = np.arange(len(codes)) - np.searchsorted(codes[order], codes[order])
    return np.sort(order[rank < n_each][:most])


def main_direction(columns):
    """Return the combination of columns that varies most."""
    _, _, directions = np.linalg.svd(columns - columns.mean(axis=0), full_matrices=False)
    return columns @ directions[0]
