"""Real data sets for the benchmarks: from the folder in SKDISTILL_DATA, or from OpenML.

The folder holds one subfolder a data set, with a table (`data.csv.gz` or `data.parquet`) and a
`meta.json` that names its file, its target, its task and its categorical columns.
"""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import fetch_openml
from sklearn.model_selection import train_test_split

QUALITY = (  # fixed before the first run; covtype has a class of .5 %, diabetes130 789 levels
    *("adult", "bank_marketing", "connect4", "covtype", "diabetes130", "dry_bean"),
    *("electricity", "hotel_bookings", "letter", "magic", "phoneme", "satimage"),
    *("spambase", "telco_churn", "wall_robot", "weather_aus"),
)
NUMBERS = (
    *("california", "check_times", "compactiv", "diamonds", "gas_turbine", "gss_wages"),
    "house_16H",
)
N_ROWS = 10_000  # at most, of a set in a benchmark of quality,
TEST_SHARE = 0.3  # of which so many are held out
OPENML = {
    "adult": 1590,
    "california": 44025,
    "compactiv": 44983,
    "diamonds": 42225,
    "house_16H": 574,
    "bank_marketing": 1461,
    "connect4": 40668,
    "covtype": 1596,
    "diabetes130": 4541,
    "eeg_eye": 1471,
    "electricity": 151,
    "letter": 6,
    "magic": 1120,
    "phoneme": 1489,
    "satimage": 182,
    "spambase": 44,
    "telco_churn": 42178,
    "wall_robot": 1497,
}


def obtainable(names):
    """Return the names of the data sets that `load` finds; the others are printed."""
    if "SKDISTILL_DATA" in os.environ:
        return names
    missing = [name for name in names if name not in OPENML]
    if missing:
        print(
            f"Left out, not found on OpenML: {', '.join(missing)}. SKDISTILL_DATA can have them."
        )
    return [name for name in names if name in OPENML]


def load(name, n_rows=None, random_state=0):
    """Return (X, y): a frame in random order, at most `n_rows` rows, and labels or numbers."""
    folder = os.environ.get("SKDISTILL_DATA")
    X, y = _from_folder(Path(folder) / name) if folder else _from_openml(name)
    y = y.astype(float if name in NUMBERS else str)
    order = np.random.default_rng(random_state).permutation(len(y))[:n_rows]
    return X.iloc[order].reset_index(drop=True), np.asarray(y.iloc[order])


def split(name, seed, n_rows=N_ROWS):
    """Return X_train, X_test, y_train, y_test of at most `n_rows` rows."""
    X, y = load(name, n_rows, random_state=seed)
    stratify = None if name in NUMBERS else y
    return train_test_split(X, y, test_size=TEST_SHARE, stratify=stratify, random_state=seed)


def _from_openml(name):
    data = fetch_openml(data_id=OPENML[name], as_frame=True, parser="auto")
    return data.data, data.target


def _from_folder(folder):
    meta = json.loads((folder / "meta.json").read_text())
    categories = meta["categorical"]
    if meta["file"].endswith(".parquet"):
        X = pd.read_parquet(folder / meta["file"])
        X[categories] = X[categories].astype("category")
    else:
        X = pd.read_csv(
            folder / meta["file"],
            dtype=dict.fromkeys(categories, "category"),
            keep_default_na=False,
            na_values=[""],
            low_memory=False,
        )
    return X, X.pop(meta["target"])
