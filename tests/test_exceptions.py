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


@pytest.mark.parametrize("error", [TypeError, KeyError, IndexError, AttributeError])
def test_a_fault_of_the_program_is_no_failed_statistic(error):
    with pytest.raises(error):
        failing(error)()


def test_a_fit_goes_on_where_realism_cannot_be_measured(monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("nothing to compare")

    monkeypatch.setattr("skdistill.samplers._realism.cross_val_score", fail)
    X = np.random.default_rng(0).normal(size=(240, 2))
    clf = DistilledClassifier(GaussianNB(), transfer="mixup", max_epochs=1, random_state=0)
    with pytest.warns(DistillationWarning, match="realism_auc could not be computed"):
        clf.fit(X, X[:, 0] > 0)
    assert {trial["realism_auc"] for trial in clf.transfer_summary_["trials"]} == {None}
