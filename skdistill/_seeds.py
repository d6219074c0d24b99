"""Seeds for every stage, from one `random_state`; the global random states stay untouched."""

from numbers import Integral

import numpy as np

STAGES = ("teacher", "folds", "encoding", "sampler", "training")


def stage_seeds(random_state):
    """Return a seed for each stage; they depend on `random_state` alone."""
    if random_state is None:
        entropy = None
    elif isinstance(random_state, Integral):
        entropy = int(random_state)
    else:
        entropy = int(random_state.randint(2**31 - 1))
    seeds = np.random.SeedSequence(entropy).generate_state(len(STAGES)) >> 1
    return dict(zip(STAGES, seeds.tolist(), strict=True))


def fill_random_states(teacher, seed):
    """Give every ``random_state=None`` inside a teacher a seed, as ensembles do."""
    rng = np.random.default_rng(seed)
    params = teacher.get_params(deep=True)
    unset = [
        name
        for name in sorted(params)
        if (name == "random_state" or name.endswith("__random_state")) and params[name] is None
    ]
    return teacher.set_params(**{name: int(rng.integers(2**31 - 1)) for name in unset})
