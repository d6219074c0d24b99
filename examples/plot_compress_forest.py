"""
Compress a random forest
========================

A forest of 300 trees reads handwritten digits well, but weighs megabytes. One small net learns to
answer like it.
"""

# %%
# The forest is the *teacher*. ``DistilledClassifier`` fits it, asks it about rows that it did not
# see, calibrates its answers, and trains the *student* on them.

from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from skdistill import DistilledClassifier

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

clf = DistilledClassifier(
    RandomForestClassifier(300), transfer="munge", n_synthetic=10_000, random_state=0
).fit(X_train, y_train)

# %%
# The student alone answers. It is compared with the teacher on rows that neither has seen.

from sklearn.metrics import log_loss

from skdistill.report import one_row_latency, serialized_bytes

for name, model in [("teacher", clf.teacher_), ("student", clf.student_)]:
    proba = model.predict_proba(X_test)
    print(
        f"{name}: accuracy {model.score(X_test, y_test):.4f}, "
        f"log loss {log_loss(y_test, proba):.3f}, "
        f"{serialized_bytes(model) / 1000:,.0f} kB, "
        f"{one_row_latency(model, X_test) * 1e6:,.0f} µs a row"
    )

# %%
# A forest's probabilities are too timid: where it is 60 % sure, it is nearly always right. The
# student learns calibrated answers, and its confidence can be taken at its word.

from skdistill.report import ReliabilityDisplay

display = ReliabilityDisplay.from_estimator(clf.teacher_, X_test, y_test, name="teacher")
ReliabilityDisplay.from_estimator(clf, X_test, y_test, name="student", ax=display.ax_)

# %%
# ``transfer="munge"`` asked for one kind of synthetic rows, and few of them. By default a race on
# held-out rows decides which kind is used, and how many, if any; that takes longer. What happened
# stands in ``transfer_summary_``.

summary = clf.transfer_summary_
print({name: summary[name] for name in ("n_real", "n_synthetic", "source", "alpha")})

# %%
# The student is saved to one file of arrays and a header. A server reads it with NumPy and
# safetensors alone.

from skdistill import load

clf.student_.save("digits.safetensors")
print(load("digits.safetensors").predict(X_test[:10]), y_test[:10])
