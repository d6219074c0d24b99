"""
Tags: several labels a row
==========================

A row may have none, some or all of the labels. The student has a calibrated probability for each.
"""

# %%
# ``fit`` takes a matrix of 0 and 1, a column a label.

from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from skdistill import DistilledClassifier

X, Y = make_multilabel_classification(2_000, n_features=15, n_classes=4, random_state=0)
X_train, X_test, Y_train, Y_test = train_test_split(X, Y, random_state=0)
clf = DistilledClassifier(RandomForestClassifier(100), transfer=None, random_state=0)
clf.fit(X_train, Y_train)

# %%
# The log loss of each label, by the calibrated teacher and by the student.

from sklearn.metrics import log_loss

teacher, student = clf.ask_teacher(X_test), clf.predict_proba(X_test)
for j in range(Y.shape[1]):
    losses = (log_loss(Y_test[:, j], proba[:, j]) for proba in (teacher, student))
    print(f"label {j}: " + ", ".join(f"{loss:.3f}" for loss in losses))

# %%
# Labels are those that are more likely than not; a threshold of one's own takes probabilities.

print(clf.predict(X_test[:3]))
print((student[:3] > 0.3).astype(int))
