"""One table of all that was measured: students round by round, then boosting."""

from typing import Any

import numpy as np
from scipy.stats import rankdata

from skdistill._plumbing.words import in_figures
from skdistill.search._measure import MEASURES, OF_RACE

STUDENT, BOOSTING = "student", "boosting"
MODEL_PARAMS = (  # of boosting
    *("max_iter", "max_leaf_nodes", "learning_rate", "max_bins", "l2_regularization"),
)


def tabulate(halving, found, budgets, resource):
    """Return `cv_results_`: the halving's students, then boosting.

    Parameters
    ----------
    halving : dict of str to array
        `cv_results_` of a HalvingGridSearchCV whose scorer is a `Measure`.
    found : list of (boosting, list of dict)
        As `rivals` returns them.
    budgets : Budgets
    resource : str
        The parameter that the halving has set, which is taken out.

    Returns
    -------
    results : dict of str to array of shape (n_candidates,)
    """
    n_students = len(halving["params"])
    n_splits = sum(key.startswith("split") and key.endswith("_test_value") for key in halving)
    n = n_students + len(found)
    params = [{k: v for k, v in p.items() if k != resource} for p in halving["params"]]
    params += [{name: getattr(model, name) for name in MODEL_PARAMS} for model, _ in found]
    results: dict[str, Any] = {
        "model": np.repeat([STUDENT, BOOSTING], [n_students, len(found)]),
        "iter": np.append(halving["iter"], np.full(len(found), -1)).astype(int),
        "n_resources": np.append(halving["n_resources"], np.zeros(len(found))).astype(int),
        "params": params,
    }
    for name in dict.fromkeys(name for p in params for name in p):
        results[f"param_{name}"] = _param(params, name)
    for name in ("mean_fit_time", "mean_score_time"):
        results[name] = np.append(halving[name], np.full(len(found), np.nan))
    measured = {
        key.removeprefix("split0_test_") for key in halving if key.startswith("split0_test_")
    }
    names = [*MEASURES, *measured.difference(MEASURES, OF_RACE)]
    for measure in names:
        source = "value" if measure == "score" else measure
        table = np.empty((n, n_splits))
        for i in range(n_splits):
            table[:n_students, i] = halving[f"split{i}_test_{source}"]
            table[n_students:, i] = [measures[i][measure] for _, measures in found]
            results[f"split{i}_test_{measure}"] = table[:, i]
        results[f"mean_test_{measure}"] = table.mean(axis=1)
        results[f"std_test_{measure}"] = table.std(axis=1)
    costs = zip(*(results[f"mean_test_{measure}"] for measure in names[1:]), strict=True)
    results["excess"] = np.array([budgets.excess(*cost) for cost in costs])
    results["rank_test_score"] = rankdata(-results["mean_test_score"], method="min").astype(int)
    return results


def latest(results):
    """Return the rows of `cv_results_` that no later round of the same candidate follows."""
    last = {}
    for row, (model, params) in enumerate(zip(results["model"], results["params"], strict=True)):
        last[f"{model} {sorted(params.items())}"] = row
    return np.array(sorted(last.values()))


def choose(results, budgets):
    """Return the row of the best model within the budgets.

    Raises
    ------
    ValueError
        If none is within; it names the nearest one.
    """
    rows = latest(results)
    excess = results["excess"][rows]
    if (excess > 0).all():
        nearest = rows[excess.argmin()]
        raise ValueError(
            f"None of {len(rows)} models is within the budgets {budgets}. The nearest is "
            f"{describe(results, nearest)}; it exceeds them by {excess.min():.1%}. Raise the "
            "budget that it exceeds, or add shapes to param_grid that come closer; cv_results_ "
            "has what was measured."
        )
    within = rows[excess == 0]
    return int(within[results["mean_test_score"][within].argmax()])


def bytes_of_best(results):
    """Return the size of the best student: within the budgets, if any is."""
    rows = latest(results)
    within = rows[results["excess"][rows] == 0]
    rows = within if len(within) else rows
    return int(results["mean_test_n_bytes"][rows[results["mean_test_score"][rows].argmax()]])


def pareto_front(results):
    """Return the models within the budgets that score more than all smaller ones, by bytes."""
    rows = latest(results)
    rows = rows[results["excess"][rows] == 0]
    score, n_bytes = results["mean_test_score"], results["mean_test_n_bytes"]
    front: list[dict] = []
    for row in rows[np.lexsort((-score[rows], n_bytes[rows]))].tolist():
        if not front or score[row] > front[-1]["score"]:
            found = {name: results[f"mean_test_{name}"][row].item() for name in _measured(results)}
            model, params = str(results["model"][row]), results["params"][row]
            front.append({"index": row, "model": model, "params": params, **found})
    return front


def verdict(results, best, budgets, *, refitted):
    """Say what is best, and what the best of the other kind within the budgets would be.

    `refitted` says whether the best was fitted on all rows, and is still within.
    """
    rows = latest(results)
    other = (results["model"] != results["model"][best]) & (results["excess"] == 0)
    rows = rows[other[rows]]
    limits = f" within {budgets}" if str(budgets) else ""
    if limits and not refitted:
        limits += " as fitted on the training rows of the search"
    text = f"Best{limits}: {describe(results, best)}. "
    if len(rows) == 0:
        return text + "No model of the other kind is within the budgets."
    row = rows[results["mean_test_score"][rows].argmax()]
    return text + f"Best of the other kind: {describe(results, row)}."


def describe(results, row):
    """Describe one model in words."""
    params = ", ".join(f"{name}={value!r}" for name, value in results["params"][row].items())
    names = _measured(results)
    score, n_bytes, latency, likeness = (results[f"mean_test_{name}"][row] for name in names)
    (score,), (likeness,) = in_figures([score]), in_figures([likeness])
    return (
        f"{results['model'][row]} ({params}): score {score}, {n_bytes:,.0f} bytes, "
        f"{latency * 1e6:,.0f} µs a row, {names[-1].replace('_', ' ')} {likeness}"
    )


def _measured(results):
    """Return the names of what was measured: the `MEASURES`, and likeness to the teacher."""
    means = [key for key in results if key.startswith("mean_test_")]
    return [key.removeprefix("mean_test_") for key in means]


def _param(params, name):
    """Return a masked column: a parameter's values, where candidates have it."""
    column = np.ma.masked_all(len(params), dtype=object)
    for row, candidate in enumerate(params):
        if name in candidate:
            column[row] = candidate[name]
    return column
