"""The verdict, for figures made by hand."""

import numpy as np
import pytest

from skdistill.report import Costs, Interval
from skdistill.report._verdict import Gap, judge

# the loss of another model minus the student's
BETTER, EQUAL = Interval(0.1, 0.05, 0.15), Interval(0.01, -0.02, 0.04)
WORSE = Interval(-0.1, -0.15, -0.05)
WIDE = Interval(0.1, -0.05, 0.25)  # BETTER, with rows in groups


def costs_of(n_bytes, row):
    return Costs(n_bytes, 1, row, row, 1, 1)


LARGE, SMALL = costs_of(1e6, 1e-2), costs_of(1e4, 1e-5)
NAMES = {"twin": "hard-label twin", "boosting": "small boosting", "teacher": "calibrated teacher"}


def verdict(twin, boosting, teacher, *, share=None, n=1000, nothing=(), costs=None):
    """Judge; models cost as `costs` say, by default as the student, and beat the prior."""
    leads = {"twin": twin, "boosting": boosting, "teacher": teacher, "student": EQUAL}
    leads = {NAMES.get(name, name): lead for name, lead in leads.items() if lead is not None}
    over_prior = {name: EQUAL if name in nothing else BETTER for name in leads}
    costs = {"teacher": LARGE, **(costs or {})}
    of = {name: costs.get(name.split()[-1], SMALL) for name in ("teacher", *leads)}
    return judge(leads, Gap(share), of, "log loss", n=n, over_prior=over_prior)


@pytest.mark.parametrize(
    ("twin", "boosting", "teacher", "choice"),
    [
        (BETTER, BETTER, EQUAL, "distil"),
        (BETTER, BETTER, BETTER, "distil"),
        (BETTER, None, EQUAL, "distil"),
        (EQUAL, BETTER, EQUAL, "keep the twin"),
        (WIDE, BETTER, EQUAL, "keep the twin"),
        (EQUAL, WORSE, EQUAL, "keep the small boosting model"),
        (BETTER, EQUAL, EQUAL, "keep the small boosting model"),
        (WORSE, EQUAL, WORSE, "keep the twin"),
        (None, BETTER, EQUAL, "undecided"),
        (None, None, BETTER, "undecided"),
        (None, WORSE, BETTER, "keep the small boosting model"),
    ],
)
def test_the_student_has_to_beat_its_rivals_of_the_same_costs(twin, boosting, teacher, choice):
    assert verdict(twin, boosting, teacher).choice == choice


@pytest.mark.parametrize(
    ("twin", "lead", "boosting", "model", "saved"),
    [
        (BETTER, EQUAL, costs_of(1e4, 1e-4), "student", "10 times the seconds for one row"),
        (BETTER, EQUAL, costs_of(1e4, 2e-5), "small boosting", None),  # not much faster
        (BETTER, EQUAL, costs_of(5e3, 1e-4), "student", "10 times the seconds for one row"),
        (BETTER, EQUAL, costs_of(1e3, 1e-5), "small boosting", "10 times the bytes"),
        (BETTER, EQUAL, costs_of(1e3, 1e-4), "small boosting", "10 times the bytes"),  # and slow
        (BETTER, EQUAL, costs_of(np.nan, 1e-4), "student", "10 times the seconds for one row"),
        (EQUAL, EQUAL, costs_of(1e4, 1e-4), "hard-label twin", "10 times the seconds for one row"),
        (EQUAL, EQUAL, costs_of(1e3, 1e-5), "small boosting", "10 times the bytes"),
        (BETTER, WORSE, costs_of(1e4, 1e-4), "small boosting", None),  # loss comes first
        (WORSE, EQUAL, costs_of(1e3, 1e-6), "hard-label twin", None),
        (None, EQUAL, costs_of(1e4, 1e-4), None, "10 times the seconds for one row"),
    ],
)
def test_where_losses_tie_the_much_smaller_or_faster_model_is_named(
    twin, lead, boosting, model, saved
):
    found = verdict(twin, lead, EQUAL, costs={"boosting": boosting})
    assert found.model == model
    because = [reason for reason in found.reasons if "costs decide" in reason]
    assert len(because) == (saved is not None)
    assert saved is None or saved in because[0]


def test_the_choice_names_its_model():
    models = {
        "distil": verdict(BETTER, BETTER, EQUAL),
        "keep the twin": verdict(EQUAL, BETTER, EQUAL),
        "keep the small boosting model": verdict(BETTER, EQUAL, EQUAL),
        "keep the teacher": verdict(BETTER, BETTER, EQUAL, costs={"teacher": SMALL}),
        "undecided": verdict(None, BETTER, EQUAL),
    }
    assert all(found.choice == choice for choice, found in models.items())
    assert [found.model for found in models.values()] == [
        *("student", "hard-label twin", "small boosting", "teacher", None)
    ]


@pytest.mark.parametrize(("n", "choice"), [(5, "undecided"), (6, "distil")])
def test_five_rows_decide_nothing(n, choice):
    found = verdict(BETTER, BETTER, EQUAL, n=n)
    assert found.choice == choice
    assert ("5 held-out rows, or groups of rows, say nothing" in str(found)) == (n == 5)


@pytest.mark.parametrize(
    ("twin", "nothing", "choice"),
    [
        (BETTER, {"student", *NAMES.values()}, "deploy none"),
        (BETTER, {"student", "hard-label twin", "small boosting"}, "keep the teacher"),
        (WORSE, {"student", "calibrated teacher"}, "keep the twin"),
        (EQUAL, {"hard-label twin"}, "distil"),
        (WORSE, {"hard-label twin", "small boosting"}, "distil"),
    ],
)
def test_who_is_no_better_than_the_prior_is_never_recommended(twin, nothing, choice):
    found = verdict(twin, BETTER, EQUAL, nothing=nothing)
    assert found.choice == choice
    assert ("is not clearly better than the prior" in found.reasons[0]) == ("student" in nothing)


@pytest.mark.parametrize(("share", "choice"), [(0.3, "keep the teacher"), (0.7, "distil")])
def test_a_teacher_that_knows_much_more_is_kept(share, choice):
    found = verdict(BETTER, BETTER, WORSE, share=Interval(share, share - 0.1, share + 0.1))
    assert found.choice == choice
    assert f"closes {100 * share:.0f} % [" in str(found)


def test_a_teacher_that_costs_no_more_is_kept():
    assert verdict(BETTER, BETTER, EQUAL, costs={"teacher": SMALL}).choice == "keep the teacher"
    assert verdict(BETTER, BETTER, BETTER, costs={"teacher": SMALL}).choice == "distil"


def test_an_open_verdict_says_how_to_decide():
    found = verdict(None, None, EQUAL)
    assert "pass the training rows as X_train= and y_train=" in found.reasons[-1]


def test_why_a_gap_is_not_stated_is_among_the_reasons():
    leads = dict.fromkeys(("teacher", "hard-label twin", "student"), EQUAL)
    costs = dict.fromkeys(leads, SMALL)
    over_prior = dict.fromkeys(leads, BETTER)
    found = judge(leads, Gap(None, "No gap."), costs, "log loss", n=9, over_prior=over_prior)
    assert "No gap." in found.reasons


def test_the_reasons_state_differences_with_intervals():
    text = str(verdict(BETTER, WORSE, EQUAL))
    assert "clearly worse than the student, by 0.1000 [0.0500, 0.1500] in log loss." in text
    assert "clearly better than the student, by 0.1000 [0.0500, 0.1500]" in text
    assert "as good as the teacher as far as these rows tell" in text
    assert "100 times the bytes and 1,000 times the seconds" in text


def test_an_unknown_size_is_not_spoken_of():
    text = str(verdict(BETTER, BETTER, EQUAL, costs={"teacher": costs_of(np.nan, 1e-2)}))
    assert "bytes and" not in text
    assert "times the seconds for one row" in text
    assert "takes" not in str(
        verdict(BETTER, BETTER, EQUAL, costs={"teacher": costs_of(np.nan, np.nan)})
    )
