"""Boosting of no more bytes takes part in the search."""

from sklearn.base import clone

from skdistill.exceptions import only_informs
from skdistill.measures import best_shape, boosting_of, fit_within
from skdistill.tables import is_sparse


@only_informs("The search's gradient boosting", ())
def rivals(rows, splits, measure, labels, *, n_bytes, weighted, random_state):
    """Fit and measure boosting of `n_bytes` on the splits of the search.

    Parameters
    ----------
    rows : Rows
    splits : list of (train, test)
        Training rows of the first choose the shape.
    measure : Measure
    labels : list of array
        The teacher's answers to each split's test rows.
    n_bytes : int
        Most that it takes when it is fitted on all rows.
    weighted : bool
        Whether scores are weighted.
    random_state : int

    Returns
    -------
    found : sequence of (boosting, list of dict)
        The boosting, and its measures split by split. Empty where rows are sparse, which it does
        not take, where several numbers are predicted, or where it fails.
    """
    task, _ = rows.kind.learn(rows.y)
    if is_sparse(rows.X) or boosting_of(task) is None:
        return []
    train, _ = splits[0]
    groups = None if rows.groups is None else rows.groups[train]
    X, y, weight = rows.take(train)
    shape = best_shape(n_bytes, X, y, weight, groups, task=task, random_state=random_state)
    model, measures = fit_within(n_bytes, shape, rows.X, rows.y, rows.weight), []
    for (train, test), answers in zip(splits, labels, strict=True):
        X, y, weight = rows.take(test)
        fitted = clone(model).fit(*rows.take(train))
        measures.append(measure.of(fitted, X, y, answers, weight if weighted else None))
    return [(model, measures)]
