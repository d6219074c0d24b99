"""scikit-learn's own checks of an estimator."""

import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from skdistill import DistilledClassifier

ESTIMATORS = [DistilledClassifier(), DistilledClassifier(RandomForestClassifier(n_estimators=10))]
STOCHASTIC = (
    "the student is trained on shuffled batches: repeating a row is another sequence of steps "
    "than weighing it"
)
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": STOCHASTIC,
    "check_sample_weight_equivalence_on_sparse_data": STOCHASTIC,
}


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda estimator: EXPECTED)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=["default", "forest"])
def test_at_least_50_checks_are_run_and_not_skipped(estimator):
    # a tag copied from a teacher can turn every check into a skip
    names = [getattr(check, "func", check).__name__ for _, check in _checks(estimator)]
    assert len(names) - len(EXPECTED) >= 50
    assert not estimator.__sklearn_tags__()._skip_test


def _checks(estimator):
    return estimator_checks_generator(estimator, legacy=True, mark=None)
