"""What to deploy, in words, with the reasons."""

from dataclasses import dataclass

TEACHER, CALIBRATED = "teacher", "calibrated teacher"
TWIN, BOOSTING, STUDENT = "hard-label twin", "small boosting", "student"

DISTIL, UNDECIDED = "distil", "undecided"
KEEP = {
    TWIN: "keep the twin",
    BOOSTING: "keep the small boosting model",
    TEACHER: "keep the teacher",
}
HOW_TO_DECIDE = (
    "Whether labels alone would do as well is not known: the hard-label twin was not fitted. To "
    'decide, pass the training rows as X_train= and y_train=, and leave baselines="auto".'
)
WHAT = {
    TWIN: "The hard-label twin, the same student trained on labels alone,",
    BOOSTING: "Gradient boosting cut to the student's bytes",
}
ENOUGH = 0.5  # of the gap between twin and teacher, for a student whose teacher is clearly better


@dataclass(frozen=True)
class Verdict:
    """What to deploy, and why.

    Parameters
    ----------
    choice : str
        "distil", "keep the twin", "keep the small boosting model", "keep the teacher" or
        "undecided".
    reasons : tuple of str
        Sentences; losses have 95 % confidence intervals.
    """

    choice: str
    reasons: tuple[str, ...]

    def __str__(self):
        return f"{self.choice[0].upper()}{self.choice[1:]}. " + " ".join(self.reasons)


def judge(leads, gap_closed, costs, loss):
    """Decide what to deploy.

    Distil where the student clearly beats its rivals and keeps up with a teacher that costs more.
    "Clearly" means that the 95 % interval of the difference in loss excludes zero.

    Parameters
    ----------
    leads : dict of str to Interval
        Loss of each model minus the student's.
    gap_closed : Interval or None
        Share of the gap between twin and teacher that the student closes.
    costs : dict of str to Costs
    loss : str
        In words, such as "log loss".

    Returns
    -------
    verdict : Verdict
    """
    teacher = CALIBRATED if CALIBRATED in leads else TEACHER
    rivals = [name for name in (TWIN, BOOSTING) if name in leads]
    reasons = [_of_rival(name, leads[name], loss) for name in rivals]
    reasons += [_of_teacher(leads[teacher], costs, loss), *_of_gap(gap_closed, loss)]
    unbeaten = [name for name in rivals if leads[name].low <= 0]
    if unbeaten:
        choice = KEEP[min(unbeaten, key=lambda name: leads[name].value)]
    elif TWIN not in rivals:
        choice = UNDECIDED
        reasons.append(HOW_TO_DECIDE)
    elif _teacher_will_do(leads[teacher], gap_closed, costs):
        choice = KEEP[TEACHER]
        reasons.append("If you need a small model, the student is the best of those compared.")
    else:
        choice = DISTIL
    return Verdict(choice, tuple(reasons))


def _teacher_will_do(lead, gap_closed, costs):
    """Whether the teacher costs no more than the student, or knows much that it did not learn."""
    teacher, student = costs[TEACHER], costs[STUDENT]
    costs_more = teacher.n_bytes > student.n_bytes or teacher.row_p50 > student.row_p50
    if not costs_more:
        return lead.low <= 0
    return lead.high < 0 and gap_closed is not None and gap_closed.value < ENOUGH


def _of_rival(name, lead, loss):
    if lead.low > 0:
        return f"{WHAT[name]} is clearly worse than the student, by {lead} in {loss}."
    if lead.high < 0:
        return f"{WHAT[name]} is clearly better than the student, by {_turned(lead)} in {loss}."
    return (
        f"{WHAT[name]} is as good as the student as far as these rows tell: its {loss} minus "
        f"the student's is {lead}."
    )


def _of_teacher(lead, costs, loss):
    teacher, student = costs[TEACHER], costs[STUDENT]
    times = {
        "bytes": teacher.n_bytes / student.n_bytes,
        "seconds for one row": teacher.row_p50 / student.row_p50,
    }
    known = [f"{_round(ratio)} times the {what}" for what, ratio in times.items() if ratio > 0]
    if lead.high < 0:
        quality = f"is clearly worse than the teacher, by {_turned(lead)} in {loss}"
    elif lead.low > 0:
        quality = f"is clearly better than the teacher, by {lead} in {loss}"
    else:
        quality = (
            f"is as good as the teacher as far as these rows tell: the teacher's {loss} minus its "
            f"own is {lead}"
        )
    return f"The student {quality}. The teacher takes {' and '.join(known)}."


def _round(ratio):
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"


def _of_gap(gap_closed, loss):
    if gap_closed is None:
        return []
    percent = [f"{100 * value:.0f}" for value in (gap_closed.low, gap_closed.high)]
    return [
        f"It closes {100 * gap_closed.value:.0f} % [{', '.join(percent)}] of the gap in {loss} "
        "between twin and teacher."
    ]


def _turned(lead):
    return type(lead)(-lead.value, -lead.high, -lead.low)
