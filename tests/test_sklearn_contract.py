"""scikit-learn's own checks of an estimator."""

from collections import Counter

import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from skdistill import DistilledClassifier, DistilledRegressor

SHORT = {"cv": 2, "max_epochs": 20}
ESTIMATORS = [
    DistilledClassifier(),
    DistilledClassifier(RandomForestClassifier(n_estimators=10)),
    DistilledRegressor(**SHORT),
    DistilledRegressor(RandomForestRegressor(n_estimators=5), **SHORT),
]
STOCHASTIC = (
    "the student is trained on shuffled batches: repeating a row is another sequence of steps "
    "than weighing it"
)
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": STOCHASTIC,
    "check_sample_weight_equivalence_on_sparse_data": STOCHASTIC,
}


@pytest.fixture(scope="module")
def passed(request):
    """Count the checks that pass; a tag copied from a teacher can turn all into skips."""
    counts = Counter()
    yield counts
    selected = [item for item in request.session.items if item.path == request.path]
    if len(selected) >= len(ESTIMATORS) * 50:  # not with -k
        assert len(counts) == len(ESTIMATORS)
        assert min(counts.values()) >= 50, counts


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda estimator: EXPECTED)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_checks(estimator, check, passed):
    check(estimator)
    passed[type(estimator), estimator.teacher is None] += 1


@pytest.mark.parametrize("estimator", ESTIMATORS[2:])
def test_a_regressor_is_checked_with_several_outputs_too(estimator):
    checks = estimator_checks_generator(estimator)
    assert "check_regressor_multioutput" in {check.func.__name__ for _, check in checks}
