"""What students answer, as columns: labels and probabilities, or numbers."""

import numpy as np
import pytest

from skdistill.cli._answered import answered_by
from skdistill.cli._console import InputError


def test_numbers_have_a_column_each_and_are_summed_up_over_chunks(several):
    X = np.random.default_rng(1).normal(size=(9, 2))
    answered, parts = answered_by(several, None), []
    for rows in (X[:4], X[4:], X[:0]):
        parts.append(answered.columns(rows))
    predicted = several.predict(X)
    assert list(parts[0]) == ["prediction_0", "prediction_1"]
    for k, name in enumerate(parts[0]):
        np.testing.assert_array_equal(np.concatenate([p[name] for p in parts]), predicted[:, k])
        bounds = {"mean": predicted[:, k].mean(), "min": predicted[:, k].min()}
        bounds["max"] = predicted[:, k].max()
        assert answered.summary()[name] == pytest.approx(bounds)
    assert answered.summary()["n_rows"] == 9


def test_numbers_of_no_row_have_no_mean(several):
    summary = answered_by(several, None).summary()
    assert summary["n_rows"] == 0
    assert np.isnan(summary["prediction_0"]["mean"])


@pytest.mark.parametrize("only", ["labels", "probabilities"])
def test_numbers_are_neither_labels_nor_probabilities(only, several):
    with pytest.raises(InputError, match=f"--only {only}: the student answers by numbers alone"):
        answered_by(several, only)
