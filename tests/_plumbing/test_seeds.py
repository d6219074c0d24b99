"""`random_state` means what it means in scikit-learn."""

from contextlib import contextmanager

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

from skdistill import DistilledClassifier
from skdistill._plumbing.seeds import stage_seeds
from skdistill.report import bootstrap_interval
from skdistill.samplers import SAMPLERS, two_sample_auc
from skdistill.search import DistillationSearch

X, Y = load_iris(return_X_y=True)


@contextmanager
def numpy_seeded(seed):
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


def distiller(random_state):
    small = {"hidden_layer_sizes": (8,), "max_epochs": 2, "cv": 2, "transfer": None}
    return DistilledClassifier(GaussianNB(), random_state=random_state, **small)


def students(random_state, n=2):
    return [distiller(random_state).fit(X, Y).predict_proba(X) for _ in range(n)]


def searched(random_state):
    search = DistillationSearch(
        distiller(None), {"hidden_layer_sizes": [(4,)]}, random_state=random_state
    )
    return search.fit(X, Y).cv_results_["mean_test_score"]


def drawn(random_state):
    sampler = SAMPLERS["bootstrap"]().fit(X, random_state=random_state)
    return sampler.draw(20, random_state=random_state)


def interval(random_state):
    found = bootstrap_interval(
        X[:, :1], lambda means: means[..., 0], n_resamples=50, random_state=random_state
    )
    return np.array([found.low, found.high])


def auc(random_state):
    return np.array(two_sample_auc(X, X[::-1] + 0.1, random_state=random_state))


DRAWS = {
    "fit": lambda random_state: students(random_state, 1)[0],
    "search": searched,
    "sampler": drawn,
    "interval": interval,
    "realism": auc,
}


@pytest.mark.parametrize("what", DRAWS)
def test_none_follows_the_seed_of_numpy(what):
    results = []
    for seed in (0, 0, 1):
        with numpy_seeded(seed):
            results.append(DRAWS[what](None))
    assert np.array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


@pytest.mark.parametrize("what", DRAWS)
def test_a_random_state_goes_on_and_can_be_repeated(what):
    one, other = (np.random.RandomState(0) for _ in range(2))
    first, second = DRAWS[what](one), DRAWS[what](one)
    assert not np.array_equal(first, second)
    assert np.array_equal(DRAWS[what](other), first)


def test_fits_without_a_seed_differ():
    first, second = students(None)
    assert not np.array_equal(first, second)


def test_an_integer_leaves_numpys_state_alone():
    with numpy_seeded(0):
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        students(3, 1)
        np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_stages_have_seeds_of_their_own_that_stay_what_they_are():
    # figures in the documentation rest on them
    seeds = stage_seeds(0)
    assert seeds["teacher"] == 1484405855
    assert len(set(seeds.values())) == len(seeds)
