"""
A stacking pipeline on mixed columns
====================================

Teachers need not be single models. Here two pipelines with preprocessing of their own are stacked,
on a frame with numbers, categories and missing values. The student reads the frame itself: the
pipelines' preprocessing is not needed any more.
"""

# %%
# The data are made: whether a customer leaves depends on contract, age, and how price and usage
# go together. Some values are missing.

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(0)
n = 1500
X = pd.DataFrame(
    {
        "contract": rng.choice(["monthly", "yearly", "two years"], n, p=[0.5, 0.3, 0.2]),
        "region": rng.choice(["north", "south", "east", "west"], n),
        "age": rng.integers(18, 80, n).astype(float),
        "price": rng.gamma(4, 12, n),
        "usage": rng.lognormal(1, 0.7, n),
    }
)
score = 1.5 * (X["contract"] == "monthly") + (X["age"] < 30) + 0.06 * X["price"] - 0.9 * X["usage"]
y = np.where(score + rng.logistic(0, 0.5, n) > 1, "leaves", "stays")
X.loc[rng.random(n) < 0.1, "age"] = np.nan
X.loc[rng.random(n) < 0.05, "region"] = None
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
X_train.head()

# %%
# The teacher: a forest on one-hot columns and a support vector machine on scaled ones, stacked.

from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC


def prepare():
    """Return a transformer of the frame into numbers."""
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    is_number = make_column_selector(dtype_include="number")
    is_text = make_column_selector(dtype_exclude="number")
    return make_column_transformer(
        (numbers, is_number), (OneHotEncoder(handle_unknown="ignore"), is_text)
    )


teacher = StackingClassifier(
    [
        ("forest", make_pipeline(prepare(), RandomForestClassifier(100, min_samples_leaf=3))),
        ("machine", make_pipeline(prepare(), SVC())),
    ],
    final_estimator=LogisticRegression(),
    cv=3,
)

# %%
# The stack is distilled like any classifier.

from sklearn.metrics import log_loss

from skdistill import DistilledClassifier

clf = DistilledClassifier(teacher, cv=3, transfer="conditional", n_synthetic=5000, random_state=0)
clf.fit(X_train, y_train)
for name, model in [("stack", clf.teacher_), ("student", clf)]:
    loss = log_loss(y_test, model.predict_proba(X_test))
    print(f"{name}: accuracy {model.score(X_test, y_test):.3f}, log loss {loss:.3f}")

# %%
# Does each mean what it says? Accuracy against confidence, on the held-out rows:

from skdistill.report import ReliabilityDisplay

display = ReliabilityDisplay.from_estimator(clf.teacher_, X_test, y_test, n_bins=8, name="stack")
ReliabilityDisplay.from_estimator(clf, X_test, y_test, n_bins=8, name="student", ax=display.ax_)

# %%
# A request's row needs no frame. Missing values and levels that were never seen are no trouble.

print(clf.student_)
row = {"contract": "monthly", "region": "moon", "age": None, "price": 60.0, "usage": 1.5}
print(clf.classes_, clf.student_.predict_proba(row).round(3))
