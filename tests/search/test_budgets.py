"""Budgets add up what exceeds them."""

import pytest

from skdistill.search._budgets import Budgets


def test_without_limits_nothing_exceeds():
    assert Budgets().excess(10**12, 1e6, 0.0) == 0
    assert str(Budgets()) == ""


def test_what_is_at_the_limit_is_within():
    assert Budgets(100, 1e-3, 0.9).excess(100, 1e-3, 0.9) == 0


def test_the_excess_is_the_sum_of_shares():
    budgets = Budgets(100, 1e-3, 0.8)
    assert budgets.excess_cost(150, 2e-3) == pytest.approx(0.5 + 1.0)
    assert budgets.excess(150, 2e-3, 0.6) == pytest.approx(0.5 + 1.0 + 0.25)


def test_being_small_does_not_pay_for_being_slow():
    assert Budgets(100, 1e-3).excess_cost(1, 1.5e-3) == pytest.approx(0.5)


def test_the_limits_that_there_are_are_named():
    assert str(Budgets(20_000, None, 0.95)) == "max_bytes=20,000, min_agreement=0.95"
