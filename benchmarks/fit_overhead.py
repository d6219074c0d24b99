"""What a fit costs beyond its teacher, on 100 rows.

The teacher alone (its fit on all rows and on each of five folds, with the folds' answers) is
timed beside the whole fit, in turn, in one process.

    python -m benchmarks.fit_overhead
"""

import numpy as np
import torch
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from benchmarks.shared import seconds_of, spread
from skdistill import DistilledClassifier

REPEATS = 7


def main():
    torch.set_num_threads(1)
    tables = {
        "made, 10 columns": make_classification(100, 10, random_state=0),
        "breast_cancer, 30 columns": [a[:100] for a in load_breast_cancer(return_X_y=True)],
        "digits, 64 columns": [a[:100] for a in load_digits(return_X_y=True)],
    }
    teacher = RandomForestClassifier(100, random_state=0)
    print("100 rows, teacher RandomForestClassifier(100), seconds: median (lowest - highest)")
    for name, (X, y) in tables.items():
        folds = StratifiedKFold(5, shuffle=True, random_state=0)

        def ask(X=X, y=y, folds=folds):
            clone(teacher).fit(X, y)
            cross_val_predict(teacher, X, y, cv=folds, method="predict_proba")

        def fit(X=X, y=y):
            DistilledClassifier(teacher, random_state=0).fit(X, y)

        fit()  # imports and first calls
        pairs = [(seconds_of(ask), seconds_of(fit)) for _ in range(REPEATS)]
        beyond = np.array([whole - alone for alone, whole in pairs])
        alone = np.median([a for a, _ in pairs])
        print(f"{name:27s} teacher {alone:.2f}  beyond the teacher {spread(beyond)}")


if __name__ == "__main__":
    main()
