"""Random numbers of every stage, from one `random_state`; None follows ``np.random.seed``."""

from numbers import Integral
from typing import TypeAlias

import numpy as np
from sklearn.utils import check_random_state

RandomState: TypeAlias = int | np.random.RandomState | None

STAGES = ("teacher", "folds", "encoding", "sampler", "training")


def stage_seeds(random_state):
    """Return a seed for each stage; they depend on `random_state` alone."""
    seeds = np.random.SeedSequence(as_seed(random_state)).generate_state(len(STAGES)) >> 1
    return dict(zip(STAGES, seeds.tolist(), strict=True))


def as_seed(random_state):
    """Return an integer as it is, else one drawn as scikit-learn does."""
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def fill_random_states(teacher, seed):
    """Give every ``random_state=None`` inside a teacher a seed, as ensembles do."""
    rng = np.random.default_rng(seed)
    params = teacher.get_params(deep=True)
    seeds = [name for name in sorted(params) if f"__{name}".endswith("__random_state")]
    unset = [name for name in seeds if params[name] is None]
    return teacher.set_params(**{name: int(rng.integers(2**31 - 1)) for name in unset})
