"""
Compress a forest of house prices
=================================

A forest predicts prices well, weighs many megabytes, and takes milliseconds a row. A small net
learns its predictions.
"""

# %%
# Prices are made here: of size, age, district and floor, with noise that grows with the price.
# The student reads districts as they are; the forest needs them as codes.

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from skdistill import DistilledRegressor

rng = np.random.default_rng(0)
n = 3_000
districts = np.array(["harbour", "hill", "old town", "station"])
X = pd.DataFrame(
    {
        "square_metres": rng.gamma(9, 11, n),
        "age": rng.integers(0, 120, n),
        "district": rng.choice(districts, n),
        "floor": rng.integers(0, 9, n),
    }
)
charm = X.district.map(dict(zip(districts, [1.1, 1.4, 1.25, 0.9], strict=True)))
y = 3_000 * X.square_metres * charm * (1 - 0.004 * X.age * (X.age < 60))
y *= np.exp(0.15 * rng.normal(size=n))
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

codes = make_column_transformer((OrdinalEncoder(), ["district"]), remainder="passthrough")
forest = make_pipeline(codes, RandomForestRegressor(200))
reg = DistilledRegressor(forest, transfer=None, random_state=0).fit(X_train, y_train)

# %%
# Teacher and student on rows that neither has seen. The student is smoother than the forest.

from sklearn.metrics import root_mean_squared_error

from skdistill.report import one_row_latency, serialized_bytes

for name, model in [("teacher", reg.teacher_), ("student", reg.student_)]:
    print(
        f"{name}: RMSE {root_mean_squared_error(y_test, model.predict(X_test)):,.0f}, "
        f"{serialized_bytes(model) / 1000:,.0f} kB, "
        f"{one_row_latency(model, X_test) * 1e6:,.0f} µs a row"
    )

# %%
# Where it is off, and whether by more for dear houses.

from skdistill.report import PredictionDisplay

PredictionDisplay.from_estimator(reg, X_test, y_test)
