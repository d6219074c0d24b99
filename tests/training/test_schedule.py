"""How long a training is, and what its epochs are made of."""

from types import SimpleNamespace

import numpy as np
import pytest

from skdistill.training._schedule import Plan, plan

SETTINGS = SimpleNamespace(batch_size=64, max_epochs=40)
AUTO = SimpleNamespace(batch_size=256, max_epochs="auto")


class Transfer:
    def __init__(self, n_real, n_others=0):
        self.origin = np.repeat([0, 2], [n_real, n_others])

    def __len__(self):
        return len(self.origin)


def test_an_epoch_has_all_real_rows_and_a_slice_of_the_others():
    assert plan(Transfer(300, 2700), SETTINGS) == (300, 900, 40, 64)
    assert plan(Transfer(300, 50), SETTINGS) == (300, 50, 40, 64)
    assert plan(Transfer(300), SETTINGS) == (300, 0, 40, 64)


def test_slices_are_large_enough_for_every_row_to_be_seen():
    assert plan(Transfer(300, 2700), SETTINGS, 2) == (300, 1350, 2, 64)
    once = SimpleNamespace(batch_size=64, max_epochs=1)
    assert plan(Transfer(300, 2700), once).n_cycled == 2700


def test_more_rows_allow_more_epochs():
    assert plan(Transfer(300), AUTO).max_epochs == 60
    assert plan(Transfer(300, 300), AUTO).max_epochs == 100


@pytest.mark.parametrize(("n", "epochs"), [(300, 60), (50_000, 30), (10**6, 6)])
def test_large_sets_get_fewer_epochs(n, epochs):
    assert plan(Transfer(n), AUTO) == (n, 0, epochs, min(256, n // 4))


def test_the_learning_rate_rises_briefly_and_falls_to_zero_over_all_epochs():
    course = Plan(n_always=90, n_cycled=10, max_epochs=10, batch_size=10)
    rates = [course.rate(step) for step in range(100)]
    assert rates[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, rates[4]])
    assert rates[4] > 0.99
    assert np.all(np.diff(rates[4:]) < 0)
    assert rates[99] == pytest.approx(0)
    assert course.rate(120) == pytest.approx(0)
