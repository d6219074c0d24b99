"""The verdict, for figures made by hand."""

import numpy as np
import pytest

from skdistill.report import Costs, Interval
from skdistill.report._verdict import judge

# the loss of another model minus the student's
BETTER, EQUAL = Interval(0.1, 0.05, 0.15), Interval(0.01, -0.02, 0.04)
WORSE = Interval(-0.1, -0.15, -0.05)
LARGE, SMALL = Costs(1e6, 1, 1e-2, 1e-2, 1, 1), Costs(1e4, 1, 1e-5, 1e-5, 1, 1)
COSTS = {"teacher": LARGE, "student": SMALL}


def verdict(twin, boosting, teacher, gap_closed=None, costs=COSTS):
    leads = {"calibrated teacher": teacher, "hard-label twin": twin, "small boosting": boosting}
    leads = {name: lead for name, lead in leads.items() if lead is not None}
    return judge(leads, gap_closed, costs, "log loss")


@pytest.mark.parametrize(
    ("twin", "boosting", "teacher", "choice"),
    [
        (BETTER, BETTER, EQUAL, "distil"),
        (BETTER, BETTER, BETTER, "distil"),
        (BETTER, None, EQUAL, "distil"),
        (EQUAL, BETTER, EQUAL, "keep the twin"),
        (EQUAL, WORSE, EQUAL, "keep the small boosting model"),
        (BETTER, EQUAL, EQUAL, "keep the small boosting model"),
        (WORSE, EQUAL, WORSE, "keep the twin"),
        (None, BETTER, EQUAL, "undecided"),
        (None, None, BETTER, "undecided"),
    ],
)
def test_the_student_has_to_beat_its_rivals(twin, boosting, teacher, choice):
    assert verdict(twin, boosting, teacher).choice == choice


@pytest.mark.parametrize(("share", "choice"), [(0.3, "keep the teacher"), (0.7, "distil")])
def test_a_teacher_that_knows_much_more_is_kept(share, choice):
    found = verdict(BETTER, BETTER, WORSE, gap_closed=Interval(share, share - 0.1, share + 0.1))
    assert found.choice == choice
    assert f"closes {100 * share:.0f} % [" in str(found)


def test_a_teacher_that_costs_no_more_is_kept():
    costs = {"teacher": SMALL, "student": SMALL}
    assert verdict(BETTER, BETTER, EQUAL, costs=costs).choice == "keep the teacher"
    assert verdict(BETTER, BETTER, BETTER, costs=costs).choice == "distil"


def test_an_open_verdict_says_how_to_decide():
    assert (
        "pass the training rows as X_train= and y_train=" in verdict(None, None, EQUAL).reasons[-1]
    )


def test_the_reasons_state_differences_with_intervals():
    text = str(verdict(BETTER, WORSE, EQUAL))
    assert "clearly worse than the student, by 0.1000 [0.0500, 0.1500] in log loss." in text
    assert "clearly better than the student, by 0.1000 [0.0500, 0.1500]" in text
    assert "as good as the teacher as far as these rows tell" in text
    assert "100 times the bytes and 1,000 times the seconds" in text


def test_an_unknown_size_is_not_spoken_of():
    unknown = Costs(np.nan, np.nan, 1e-2, 1e-2, 1, 1)
    text = str(verdict(BETTER, BETTER, EQUAL, costs={"teacher": unknown, "student": SMALL}))
    assert "bytes and" not in text
    assert "times the seconds for one row" in text
