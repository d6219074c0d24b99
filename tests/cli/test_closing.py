"""The closing words: a rule on figures."""

from pathlib import Path

import numpy as np
import pytest

from skdistill.cli._closing import FAR, NO_BETTER, USE, closing, judge


def figures(over_prior, over_teacher, error=0.01, n_bytes=10):
    """Make figures of the student's leads in one measure or several, of one standard error."""
    leads = {}
    for name, values in (("prior", over_prior), ("teacher", over_teacher)):
        measured = enumerate(np.atleast_1d(values))
        leads[name] = {f"m{k}": {"value": value, "error": error} for k, value in measured}
    costs = {"n_bytes": n_bytes, "latency": 1e-3}
    return {
        "teacher": {**costs, "n_bytes": 1000, "lead": leads["teacher"]},
        "student": costs,
        "prior": {"lead": leads["prior"]},
    }


@pytest.mark.parametrize(
    ("over_prior", "over_teacher", "error", "choice"),
    [
        (1.0, 0.1, 0.01, USE),  # better than its teacher
        (1.0, 0.0, 0.01, USE),
        (1.0, -0.2, 0.01, USE),  # .2 of 1.2 is lacking
        (1.0, -0.3, 0.01, FAR),  # .3 of 1.3
        (1.0, -0.3, 0.2, USE),  # which may be the noise of few rows
        (0.1, -0.5, 0.01, FAR),
        (0.015, -0.5, 0.01, NO_BETTER),  # which may be noise too
        (0.0, 0.0, 0.0, NO_BETTER),  # the prior itself
        (-0.2, -1.0, 0.01, NO_BETTER),
        (0.5, 0.1, np.inf, NO_BETTER),  # one row tells nothing
        (0.1, 0.3, 0.01, USE),  # the teacher is worse than the prior
        ([-0.1, 0.3], [0.0, 0.0], 0.01, USE),  # one measure is enough to beat the prior
        ([1.0, 1.0], [0.5, -0.5], 0.01, FAR),  # and to be far below the teacher
    ],
)
def test_a_student_is_for_use_where_it_clearly_knows_and_lacks_little(
    over_prior, over_teacher, error, choice
):
    assert judge(figures(over_prior, over_teacher, error)) == choice


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (figures(1.0, 0.0), ['Use it: skdistill predict "s.safetensors" ROWS.csv']),
        (
            figures(1.0, -1.0),
            ["It lacks 50% of what the teacher knows", "Keep the teacher, or tr"],
        ),
        (figures(0.0, -1.0), ["As far as 1,234 rows tell, it is no better", "Keep the teacher"]),
        (figures(0.0, 0.0), ["do not use it", "Nor is the teacher: look whether the columns"]),
    ],
)
def test_the_closing_words_name_the_next_move(found, said):
    text = "\n".join(closing(found, 1234, Path("s.safetensors")))
    assert text.startswith("The student is 100x smaller and 1x faster for one row.")
    for words in said:
        assert words in text
    assert ("Use it" in text) == (judge(found) == USE)
    assert ('`skdistill report "s.safetensors.run"`' in text) == (judge(found) != USE)
