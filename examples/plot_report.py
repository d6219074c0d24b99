"""
Read the report: is it worth it?
================================

A small model on labels alone may do as well as a student. ``fidelity_report`` compares both on
held-out rows, and says whether to distil.
"""

# %%
# A task with many pockets and some wrong labels, of which a small net alone learns little from 800
# rows.

from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import train_test_split

from skdistill import DistilledClassifier
from skdistill.report import fidelity_report

X, y = make_classification(
    2500,
    n_features=12,
    n_informative=8,
    n_classes=4,
    n_clusters_per_class=3,
    flip_y=0.1,
    class_sep=0.9,
    random_state=1,
)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=800, stratify=y, random_state=0
)
clf = DistilledClassifier(
    ExtraTreesClassifier(200, min_samples_leaf=2),
    cv=3,
    transfer="munge",
    n_synthetic=6000,
    hidden_layer_sizes=(64, 64),
    random_state=0,
).fit(X_train, y_train)

# %%
# The report fits two rivals on the training rows: the *hard-label twin*, the same student on
# labels alone, and gradient boosting cut to the student's bytes.

report = fidelity_report(clf, X_test, y_test, X_train=X_train, y_train=y_train)
print(report.verdict)

# %%
# The first thing to read is ``lead``: by how much the student's log loss is lower than that of
# each model, with its 95 % interval. A difference whose interval holds zero may be luck.

for name, figures in report.models.items():
    print(f"{name:20} log loss {figures.loss}   lead {figures.lead}")
print("share of the gap between twin and teacher that the student closes:", report.gap_closed)

# %%
# Everything is in one frame, a row a model. Some of it: quality, agreement with the teacher,
# bytes, and the median of the seconds for one row.

report.frame()[["accuracy", "log_loss", "ece", "agreement", "n_bytes", "row_p50"]]

# %%
# Slices are where student and teacher differ most.

for found in report.slices[:3]:
    print(
        f"column {found.column} in {found.values}: {found.n_rows} rows, "
        f"agreement {found.likeness['agreement']:.2f}, excess loss {found.excess_loss:+.3f}"
    )

# %%
# The same as plots. ``report.to_html()`` has all of it as one page.

_ = report.plot()

# %%
# **When the verdict is "no".** On an easy task no rival is worse, and the report says which one
# to keep.

X, y = make_classification(1000, n_features=6, n_informative=2, n_redundant=0, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.5, stratify=y, random_state=0
)
easy = DistilledClassifier(ExtraTreesClassifier(50), cv=3, transfer=None, random_state=0)
easy.fit(X_train, y_train)
print(fidelity_report(easy, X_test, y_test, X_train=X_train, y_train=y_train).verdict)
