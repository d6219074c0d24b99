"""
The best small model within a budget
====================================

How large must a student be? ``DistillationSearch`` tries shapes, for one teacher's work, and lets
gradient boosting of the same size compete.
"""

# %%
# A task that trees do not learn easily: which side of a curved surface a point lies on.

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from skdistill import DistillationSearch, DistilledClassifier

rng = np.random.default_rng(0)
X = rng.normal(size=(1200, 8))
y = (np.sin(X @ rng.normal(size=8)) + 0.5 * X[:, 0] + 0.3 * rng.normal(size=1200) > 0).astype(int)

students = DistilledClassifier(
    ExtraTreesClassifier(200), cv=3, transfer="munge", n_synthetic=4000, n_bins=8
)
search = DistillationSearch(
    students,
    {"hidden_layer_sizes": [(), (16,), (32, 32), (128, 128)]},
    factor=2,
    max_bytes=60_000,
    random_state=0,
)
search.fit(X, y)
print(search.verdict_)
print(search.best_params_)

# %%
# Every model that was tried, by size and score (the negative log loss); the line is the Pareto
# front, and right of the dotted line a model is too large.

from skdistill.search import SearchDisplay

_ = SearchDisplay.from_estimator(search)

# %%
# The front as numbers: pay twice the bytes, and see what you get.

for model in search.pareto_front_:
    print(f"{model['n_bytes']:7,.0f} bytes, score {model['score']:.4f}: {model['params']}")
