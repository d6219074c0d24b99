"""Folds of whole blocks of rows, which no class evens out."""

from sklearn.model_selection import GroupKFold

from skdistill.exceptions import warn


def whole_blocks(n_folds, blocks, random_state):
    """Return folds that hold whole blocks, and nearly as many of them each."""
    n_blocks = 1 + blocks.max()
    if n_blocks < 2:
        raise ValueError("All rows are equal or of one group, so none can be held out.")
    if n_blocks < n_folds:
        warn(f"There are no more than {n_blocks} blocks of rows: {n_blocks} folds, not {n_folds}.")
        n_folds = n_blocks
    splitter = GroupKFold(int(n_folds), shuffle=True, random_state=random_state)
    return list(splitter.split(blocks, groups=blocks))
