"""
Rows without labels
===================

Labels are dear, rows are cheap. The teacher answers rows that nobody has labelled, and the student
learns from its answers.
"""

# %%
# Of the digits, 200 have labels, 1,100 have none, and the rest is held out.

from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from skdistill import DistilledClassifier

X, y = load_digits(return_X_y=True)
X_rest, X_test, y_rest, y_test = train_test_split(
    X, y, train_size=1300, stratify=y, random_state=0
)
X_labeled, X_unlabeled, y_labeled, _ = train_test_split(
    X_rest, y_rest, train_size=200, stratify=y_rest, random_state=0
)

# %%
# Labels alone (``alpha=0``), the teacher's answers to the labelled rows, and those to all rows.

clf = DistilledClassifier(ExtraTreesClassifier(300), transfer=None, random_state=0)
students = {}
clf.set_params(alpha=0).fit(X_labeled, y_labeled)
students["labels alone"] = clf.student_
clf.set_params(alpha=0.5).fit(X_labeled, y_labeled)
students["distilled, 200 rows"] = clf.student_
clf.fit(X_labeled, y_labeled, X_unlabeled=X_unlabeled)
students["distilled, 1,100 more without labels"] = clf.student_

# %%
# Of 200 rows the teacher's answers tell this student no more than their labels do. What helps are
# its answers to the other rows: they take the student most of the way to the teacher, the line.

import matplotlib.pyplot as plt

losses = {
    name: log_loss(y_test, student.predict_proba(X_test)) for name, student in students.items()
}
targets = clf.ask_teacher(X_test)
figure, ax = plt.subplots(figsize=(7, 2.4), layout="constrained")
bars = ax.barh(list(losses), list(losses.values()))
ax.bar_label(bars, fmt="%.3f", padding=3)
ax.axvline(log_loss(y_test, targets), color="gray", linestyle="--", label="teacher, calibrated")
ax.invert_yaxis()
ax.margins(x=0.12)
ax.set(xlabel="log loss on held-out rows")
_ = figure.legend(loc="outside upper right")

# %%
# ``X_unlabeled`` may be larger than memory: a Parquet folder, an iterable of chunks, or a Dask
# collection, each read once, chunk by chunk.

chunks = (X_unlabeled[i : i + 100] for i in range(0, len(X_unlabeled), 100))
clf.set_params(max_epochs=5).fit(X_labeled, y_labeled, X_unlabeled=chunks)
print(clf.transfer_summary_["n_unlabeled"], "rows without labels")
