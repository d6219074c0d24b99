"""The table of a search, on figures made by hand."""

import numpy as np
import pytest

from skdistill.search._budgets import Budgets
from skdistill.search._measure import BEYOND
from skdistill.search._results import (
    BOOSTING,
    STUDENT,
    bytes_of_best,
    choose,
    latest,
    pareto_front,
    tabulate,
    verdict,
)
from skdistill.teachers._default import TableBoosting

# by round: width, epochs, score, bytes
RACED = [(4, 3, -0.9, 40), (8, 3, -0.5, 80), (16, 3, -0.4, 160), (8, 9, -0.3, 80)]


def table(budgets=None, *, boosting=(-0.35, 60), agreement=0.9):
    budgets = budgets or Budgets()
    halving = {
        "params": [{"width": w, "max_epochs": epochs} for w, epochs, *_ in RACED],
        "iter": [int(epochs == 9) for _, epochs, *_ in RACED],
        "n_resources": [epochs for _, epochs, *_ in RACED],
        "mean_fit_time": np.ones(4),
        "mean_score_time": np.ones(4),
        "split0_test_value": np.array([score for *_, score, _ in RACED]),
        "split0_test_score": np.full(4, BEYOND),
        "split0_test_n_bytes": np.array([n for *_, n in RACED]),
        "split0_test_latency": np.full(4, 1e-5),
        "split0_test_agreement": np.full(4, agreement),
    }
    score, n_bytes = boosting
    found = {"score": score, "n_bytes": n_bytes, "latency": 1e-3, "agreement": 0.8}
    model = TableBoosting(max_iter=7, max_leaf_nodes=8, learning_rate=0.3)
    return tabulate(halving, [(model, [found])], budgets, "max_epochs")


def test_students_come_first_then_boosting_each_with_its_own_parameters():
    results = table()
    assert results["model"].tolist() == [STUDENT] * 4 + [BOOSTING]
    assert results["params"][3] == {"width": 8}
    assert results["param_width"].tolist() == [4, 8, 16, 8, None]
    assert results["param_max_iter"].tolist() == [None] * 4 + [7]
    assert {len(column) for column in results.values()} == {5}


def test_scores_are_those_measured_not_those_of_the_halving():
    results = table(Budgets(max_bytes=1))
    np.testing.assert_array_equal(results["mean_test_score"], [-0.9, -0.5, -0.4, -0.3, -0.35])
    assert results["rank_test_score"].tolist() == [5, 4, 3, 1, 2]


def test_a_candidate_counts_as_in_its_last_round():
    assert latest(table()).tolist() == [0, 2, 3, 4]


def test_the_best_score_within_the_budgets_wins():
    assert choose(table(), Budgets()) == 3
    for max_bytes, best in ((79, 4), (59, 0)):
        budgets = Budgets(max_bytes=max_bytes)
        assert choose(table(budgets), budgets) == best
    assert choose(table(boosting=(-0.2, 60)), Budgets()) == 4
    assert choose(table(boosting=(-0.3, 60)), Budgets()) == 3  # a tie is the student's


def test_a_student_of_too_little_agreement_does_not_win():
    budgets = Budgets(min_agreement=0.75)
    assert choose(table(budgets, agreement=0.7), budgets) == 4


def test_when_nothing_fits_the_error_names_the_nearest():
    budgets = Budgets(max_bytes=30)
    with pytest.raises(ValueError, match=r"None of 4 .* max_bytes=30\. .*student \(width=4\)"):
        choose(table(budgets), budgets)


def test_boosting_is_to_have_the_bytes_of_the_best_student():
    assert bytes_of_best(table()) == 80
    assert bytes_of_best(table(Budgets(max_latency=1e-6))) == 80


def test_the_front_rises_with_every_byte():
    front = pareto_front(table())
    assert [(m["index"], m["model"], m["n_bytes"]) for m in front] == [
        (0, STUDENT, 40),
        (4, BOOSTING, 60),
        (3, STUDENT, 80),
    ]
    assert front[0]["params"] == {"width": 4}
    assert front[0]["latency"] == pytest.approx(1e-5)


def test_what_is_beyond_a_budget_is_not_on_the_front():
    front = pareto_front(table(Budgets(max_latency=1e-4)))
    assert [model["model"] for model in front] == [STUDENT, STUDENT]


def test_the_verdict_names_the_winner_and_the_other_kind():
    budgets = Budgets(max_bytes=70)
    text = verdict(table(budgets), 4, budgets, refitted=True)
    assert text.startswith("Best within max_bytes=70: boosting (max_iter=7, max_leaf_nodes=8")
    assert "Best of the other kind: student (width=4): score -0.9000, 40 bytes" in text
    alone = verdict(table(Budgets(max_bytes=50)), 0, Budgets(max_bytes=50), refitted=True)
    assert alone.endswith("No model of the other kind is within the budgets.")


def test_likeness_is_called_as_it_was_measured():
    halving = {
        "params": [{"width": 4, "max_epochs": 3}],
        "iter": [0],
        "n_resources": [3],
        "mean_fit_time": np.ones(1),
        "mean_score_time": np.ones(1),
    }
    measured = {"value": -2500.0, "n_bytes": 40, "latency": 1e-5, "rmse_to_teacher": 25.5}
    halving |= {f"split0_test_{name}": np.array([value]) for name, value in measured.items()}
    results = tabulate(halving, [], Budgets(), "max_epochs")
    assert results["mean_test_rmse_to_teacher"].tolist() == [25.5]
    said = verdict(results, 0, Budgets(), refitted=True)
    assert "score -2,500, 40 bytes, 10 µs a row, rmse to teacher 25.5000. " in said
