"""
Grid search with the teacher's answers kept
===========================================

Fitting the teacher is the slow part. With ``memory=`` and an integer ``random_state`` it is done
once for all students of a search.
"""

# %%
# Four students, two folds, and one teacher's work for each fold.

import tempfile

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV

from skdistill import DistilledClassifier

X, y = load_breast_cancer(return_X_y=True)
folder = tempfile.TemporaryDirectory()

clf = DistilledClassifier(
    RandomForestClassifier(300),
    transfer="munge",
    n_synthetic=3000,
    memory=folder.name,
    random_state=0,
)
search = GridSearchCV(
    clf,
    {"hidden_layer_sizes": [(8,), (32, 32)], "temperature": [1.0, 3.0]},
    cv=2,
    scoring="neg_log_loss",
).fit(X, y)

columns = ["param_hidden_layer_sizes", "param_temperature", "mean_test_score", "mean_fit_time"]
pd.DataFrame(search.cv_results_)[columns].round(3)

# %%
# The first row paid for the teachers; the others found their answers in the folder.

import matplotlib.pyplot as plt

labels = [
    f"{p['hidden_layer_sizes']}, T = {p['temperature']:g}" for p in search.cv_results_["params"]
]
figure, ax = plt.subplots(figsize=(6, 2.5), layout="constrained")
bars = ax.barh(labels, search.cv_results_["mean_fit_time"])
ax.invert_yaxis()
ax.set(xlabel="seconds of a fit, mean of two folds")

# %%
# The best student is refitted on all rows. ``temperature`` softens the targets; it is another
# thing than the temperature by which the teacher was calibrated, which stands in ``calibrator_``.

print(search.best_params_)
print(search.best_estimator_.calibrator_)
folder.cleanup()
