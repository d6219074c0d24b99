"""
Intervals for demand
====================

A forecast of the mean does not say how much to have in stock. A student of quantiles does, in
microseconds, and its quantiles never cross.
"""

# %%
# Demand by hour of the day and temperature, with more spread at noon. ``quantiles=`` makes the
# teacher, here gradient boosting at each level, and the student answer by quantiles.

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import train_test_split

from skdistill import DistilledRegressor

rng = np.random.default_rng(0)
n = 3_000
X = np.column_stack([rng.uniform(0, 24, n), rng.normal(15, 8, n)])
noon = np.exp(-((X[:, 0] - 12) ** 2) / 20)
y = 50 + 100 * noon + 2 * np.abs(X[:, 1] - 18) + rng.gamma(2, 5 + 15 * noon)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

reg = DistilledRegressor(
    HistGradientBoostingRegressor(max_iter=60),
    quantiles=(0.05, 0.5, 0.95),
    transfer=None,
    random_state=0,
).fit(X_train, y_train)

# %%
# The interval between the outer levels should hold 90 % of the rows.

low, high = reg.predict_interval(X_test, coverage=0.9).T
inside = np.mean((y_test >= low) & (y_test <= high))
print(f"{inside:.1%} of {len(y_test)} held-out rows lie inside")

# %%
# By the hour, at 18 degrees: the spread follows the noise of the day.

import matplotlib.pyplot as plt

hours = np.linspace(0, 24, 200)
day = np.column_stack([hours, np.full_like(hours, 18)])
low, median, high = reg.predict_quantiles(day).T
figure, ax = plt.subplots(layout="constrained")
ax.scatter(X_test[:, 0], y_test, s=4, color="#8a8f98", label="held-out rows")
ax.fill_between(hours, low, high, alpha=0.3, label="90 % interval")
ax.plot(hours, median, label="median")
ax.set(xlabel="hour", ylabel="demand")
ax.legend()
