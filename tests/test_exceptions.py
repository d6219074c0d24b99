"""Warnings of a fit, and statistics that never end one."""

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB

from skdistill import DistilledClassifier
from skdistill.exceptions import DistillationWarning, only_informs


def failing(error):
    @only_informs("the share", otherwise=0)
    def share():
        raise error

    return share


@pytest.mark.parametrize(
    "error",
    [ValueError("no rows"), ZeroDivisionError("no rows"), np.linalg.LinAlgError("no rows")],
)
def test_a_statistic_that_only_informs_gives_way_with_a_warning_by_name(error):
    with pytest.warns(DistillationWarning, match=r"the share could not .* \(no rows\): it is 0"):
        assert failing(error)() == 0


def test_a_fit_goes_on_where_realism_cannot_be_measured(monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("nothing to compare")

    monkeypatch.setattr("skdistill.samplers._realism.cross_val_score", fail)
    X = np.random.default_rng(0).normal(size=(240, 2))
    clf = DistilledClassifier(GaussianNB(), transfer="mixup", max_epochs=1, random_state=0)
    with pytest.warns(DistillationWarning, match="realism_auc could not be computed"):
        clf.fit(X, X[:, 0] > 0)
    assert {trial["realism_auc"] for trial in clf.transfer_summary_["trials"]} == {None}


def test_a_warning_points_past_modules_of_the_package_and_at_none_that_are_called_like_it():
    code = "from skdistill.exceptions import warn\ndef f():\n    warn('here')\n"
    for name in ("skdistill_mine", "joblib_jobs"):
        module = {"__name__": name}
        exec(compile(code, f"{name}.py", "exec"), module)
        with pytest.warns(DistillationWarning, match="here") as caught:
            module["f"]()
        assert caught[0].filename == f"{name}.py"
