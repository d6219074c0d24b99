"""scikit-learn's own checks of an estimator."""

from collections import Counter

import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

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


@pytest.fixture(scope="module")
def passed(request):
    """Count the checks that pass; a tag copied from a teacher can turn all into skips."""
    counts = Counter()
    yield counts
    selected = [item for item in request.session.items if item.path == request.path]
    if len(selected) >= 2 * 50:  # not with -k
        assert len(counts) == 2
        assert min(counts.values()) >= 50, counts


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda estimator: EXPECTED)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_checks(estimator, check, passed):
    check(estimator)
    passed[estimator.teacher is None] += 1
