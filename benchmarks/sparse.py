"""One table, sparse and dense: what a student of sparse rows costs in log loss and seconds.

    python -m benchmarks.sparse [--sets ...] [--seeds 4] [--output benchmarks/results/sparse.csv]

A table is what a ColumnTransformer makes of a data set: categories one-hot, numbers raw, missing
ones 0; two thirds of at most 6,000 rows to fit on, the rest to judge by. Teachers are random
forests. Forms:

    dense    the table as an array, without synthetic rows
    sparse   the same as a CSR matrix, as `fit` takes it: narrow, so read like the array
    factors  the same CSR matrix, but kept sparse, as a wide one is: scaled columns, no bins
    raw      the same without scales
    default  the array with `transfer="auto"`; samplers need dense rows

Printed are the ratios of the paired log losses to those of "dense", and the seconds of a fit.

Real data come from OpenML, or from the folder in SKDISTILL_DATA.
"""

import argparse
import time
import warnings
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
import scipy.sparse
import torch
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder

from benchmarks.datasets import load, obtainable
from benchmarks.models import categories
from benchmarks.shared import RESULTS
from skdistill import DistilledClassifier
from skdistill.students import learn_scaling
from skdistill.students._scaling import ScaleColumns
from skdistill.tables import _sparse

SETS = ("adult", "bank_marketing", "telco_churn", "hotel_bookings", "weather_aus", "covtype")
N_ROWS = 6_000
FORMS = ("dense", "sparse", "factors", "raw", "default")


def without_scales(rows):
    """Return the scaling that changes nothing."""
    scaling = learn_scaling(rows)
    return ScaleColumns(np.ones_like(scaling.factor), np.zeros_like(scaling.center))


def make_tables(name, seed):
    """Return CSR matrices and labels to fit on and to judge by."""
    X, y = load(name, N_ROWS, seed)
    numbers = X.columns.difference(categories(X))
    X[numbers] = X[numbers].astype(float).fillna(0)
    X, X_test, y, y_test = train_test_split(X, y, test_size=1 / 3, random_state=seed, stratify=y)
    one_hot = OneHotEncoder(handle_unknown="ignore")
    table = make_column_transformer(
        (one_hot, categories), remainder="passthrough", sparse_threshold=1.0
    ).fit(X)
    return *(scipy.sparse.csr_matrix(table.transform(part)) for part in (X, X_test)), y, y_test


def fit(form, X, y, seed):
    """Return the classifier of a form, and its seconds."""
    teacher = RandomForestClassifier(100, random_state=seed)
    transfer = "auto" if form == "default" else None
    clf = DistilledClassifier(teacher, transfer=transfer, random_state=seed)
    most = 0 if form in ("factors", "raw") else _sparse.MOST_COLUMNS
    scaling = without_scales if form == "raw" else learn_scaling
    start = time.perf_counter()
    with (
        patch.object(_sparse, "MOST_COLUMNS", most),
        patch("skdistill.training._training.learn_scaling", scaling),
    ):
        clf.fit(X.toarray() if form in ("dense", "default") else X, y)
    return clf, time.perf_counter() - start


def measure(name, seed, forms):
    """Yield a row of results for each form."""
    X, X_test, y, y_test = make_tables(name, seed)
    for form in forms:
        clf, seconds = fit(form, X, y, seed)
        loss = log_loss(y_test, clf.predict_proba(X_test))
        yield {
            "set": name,
            "seed": seed,
            "form": form,
            "columns": X.shape[1],
            "density": X.nnz / np.prod(X.shape),
            "log_loss": loss,
            "seconds": seconds,
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--forms", nargs="+", default=FORMS, choices=FORMS)
    parser.add_argument("--output", type=Path, default=RESULTS / "sparse.csv")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    rows = []
    for name in obtainable(options.sets):
        for seed in range(options.seeds):
            rows += measure(name, seed, options.forms)
            pd.DataFrame(rows).to_csv(options.output, index=False, float_format="%.6g")
        print(name, "done", flush=True)
    rows = pd.DataFrame(rows).pivot(index=["set", "seed"], columns="form")
    ratio = rows["log_loss"].div(rows["log_loss"]["dense"], axis=0)
    print(ratio.groupby("set").mean().round(3).to_string())
    print("mean", ratio.mean().round(3).to_dict())
    print(rows["seconds"].groupby("set").mean().round(1).to_string())


if __name__ == "__main__":
    main()
