"""What to deploy, in words, with the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

from skdistill.measures import Costs
from skdistill.report._bootstrap import Interval

PRIOR, TEACHER, CALIBRATED = "prior", "teacher", "calibrated teacher"
TWIN, BOOSTING, STUDENT = "hard-label twin", "small boosting", "student"

DISTIL, UNDECIDED, NONE = "distil", "undecided", "deploy none"
CHOICES = {  # by the model that is recommended
    STUDENT: DISTIL,
    TWIN: "keep the twin",
    BOOSTING: "keep the small boosting model",
    TEACHER: "keep the teacher",
}
HOW_TO_DECIDE = (
    "Whether labels alone would do as well is not known: the hard-label twin was not fitted. To "
    'decide, pass the training rows as X_train= and y_train=, and leave baselines="auto".'
)
TOO_FEW = (
    "{n} held-out rows, or groups of rows, say nothing of others, whatever their losses: hold out "
    "more than {few}."
)
WHAT = {
    TWIN: "The hard-label twin, the same student trained on labels alone,",
    BOOSTING: "Gradient boosting cut to the student's bytes",
}
ENOUGH = 0.5  # of the gap between twin and teacher, for a student whose teacher is clearly better
FEW = 5  # rows that decide nothing
MUCH = 3.0  # times the bytes or the seconds, for a model to be much larger or slower


@dataclass(frozen=True)
class Verdict:
    """What to deploy, and why.

    Parameters
    ----------
    choice : str
        "distil", "keep the twin", "keep the small boosting model", "keep the teacher",
        "deploy none" or "undecided".
    reasons : tuple of str
        Sentences; losses have 95 % confidence intervals.
    model : str or None, default=None
        Name of the model to deploy, in ``report.models_``; None where there is none.
    """

    choice: str
    reasons: tuple[str, ...]
    model: str | None = None

    def __str__(self) -> str:
        return f"{self.choice[0].upper()}{self.choice[1:]}. " + " ".join(self.reasons)


@dataclass(frozen=True)
class Gap:
    """The share of the gap in loss between twin and teacher that the student closes.

    Parameters
    ----------
    share : Interval or None
        None where it is not stated.
    why_not : str, default=""
        Why it is not stated, as a sentence.
    """

    share: Interval | None
    why_not: str = ""


def judge(
    leads: Mapping[str, Interval],
    gap: Gap,
    costs: Mapping[str, Costs],
    loss: str,
    *,
    n: int,
    over_prior: Mapping[str, Interval],
) -> Verdict:
    """Decide what to deploy.

    Distil where the student clearly beats its rivals, or ties with one that is much larger or
    slower, and keeps up with a teacher that costs more. "Clearly" means that the 95 % interval
    of the difference in loss excludes zero; "much", that it takes three times as much of bytes
    or seconds, and the other not three times as much. Else ties go to the simpler model. Who
    does not clearly beat the prior is never recommended.

    Parameters
    ----------
    leads : dict of str to Interval
        Loss of each model minus the student's.
    gap : Gap
    costs : dict of str to Costs
    loss : str
        In words, such as "log loss".
    n : int
        Held-out rows, or groups of them where rows are grouped.
    over_prior : dict of str to Interval
        Loss of the prior minus that of each model.

    Returns
    -------
    verdict : Verdict
    """
    teacher = CALIBRATED if CALIBRATED in leads else TEACHER
    rivals = [name for name in (TWIN, BOOSTING) if name in leads]
    reasons = [_of_rival(name, leads[name], loss) for name in rivals]
    reasons += [_of_teacher(leads[teacher], costs, loss), *_of_gap(gap, loss)]
    useful = [name for name in (*rivals, STUDENT) if over_prior[name].low > 0]
    if n <= FEW:
        return Verdict(UNDECIDED, (TOO_FEW.format(n=n, few=FEW), *reasons))
    if STUDENT not in useful:
        reasons.insert(0, _of_prior(over_prior[STUDENT], loss))
    if not useful:
        if over_prior[teacher].low > 0:
            return Verdict(CHOICES[TEACHER], tuple(reasons), TEACHER)
        return Verdict(NONE, tuple(reasons))
    model = _best(useful, leads, costs)
    if remark := _of_costs(model, [name for name in useful if _ties(leads, name)], costs):
        reasons.append(remark)
    if model == STUDENT and TWIN not in rivals:
        return Verdict(UNDECIDED, (*reasons, HOW_TO_DECIDE))
    if model == STUDENT and _teacher_will_do(leads[teacher], gap.share, costs):
        model = TEACHER
        reasons.append("If you need a small model, the student is the best of those compared.")
    return Verdict(CHOICES[model], tuple(reasons), model)


def _best(useful, leads, costs):
    """Return the best of student and rivals: by loss, then costs, then by how simple it is."""
    better = [name for name in useful if name != STUDENT and leads[name].high < 0]
    if better or STUDENT not in useful:
        return min(better or useful, key=lambda name: leads[name].value)
    best, *others = [name for name in useful if _ties(leads, name)]  # the simplest first
    for name in others:
        if _much_cheaper(costs[name], costs[best]):
            best = name
    return best


def _ties(leads, name):
    return name == STUDENT or leads[name].low <= 0 <= leads[name].high


def _much_cheaper(one, other):
    """Whether one model is much smaller or faster than another, and not much the opposite."""
    ratios = [*_ratios(other, one).values(), 1]
    return max(ratios) >= MUCH and min(ratios) > 1 / MUCH


def _teacher_will_do(lead, share, costs):
    """Whether the teacher costs no more than the student, or knows much that it did not learn."""
    teacher, student = costs[TEACHER], costs[STUDENT]
    costs_more = teacher.n_bytes > student.n_bytes or teacher.row_p50 > student.row_p50
    if not costs_more:
        return lead.low <= 0
    return lead.high < 0 and share is not None and share.value < ENOUGH


def _of_rival(name, lead, loss):
    if lead.low > 0:
        return f"{WHAT[name]} is clearly worse than the student, by {lead} in {loss}."
    if lead.high < 0:
        return f"{WHAT[name]} is clearly better than the student, by {_turned(lead)} in {loss}."
    return (
        f"{WHAT[name]} is as good as the student as far as these rows tell: its {loss} minus "
        f"the student's is {lead}."
    )


def _of_prior(lead, loss):
    how = "is clearly worse" if lead.high < 0 else "is not clearly better"
    return (
        f"The student {how} than the prior, which knows no column: the prior's {loss} minus the "
        f"student's is {lead}."
    )


def _of_teacher(lead, costs, loss):
    if lead.high < 0:
        quality = f"is clearly worse than the teacher, by {_turned(lead)} in {loss}"
    elif lead.low > 0:
        quality = f"is clearly better than the teacher, by {lead} in {loss}"
    else:
        quality = (
            f"is as good as the teacher as far as these rows tell: the teacher's {loss} minus its "
            f"own is {lead}"
        )
    known = _in_words(_ratios(costs[TEACHER], costs[STUDENT]))
    return f"The student {quality}." + (f" The teacher takes {known}." if known else "")


def _of_costs(model, tied, costs):
    """Say what the model that is recommended saves, beside the others that tie with it."""
    if model not in tied:
        return ""
    parts = []
    for name in tied:
        ratios = _ratios(costs[name], costs[model])
        if saved := {what: ratio for what, ratio in ratios.items() if ratio >= MUCH}:
            parts.append(f"the {name} takes {_in_words(saved)}")
    if not parts:
        return ""
    return f"Where losses tie, costs decide: beside the {model}, {'; '.join(parts)}."


def _ratios(one, other):
    """Return how many times the costs of another model one model has, where these are known."""
    ratios = {
        "bytes": one.n_bytes / other.n_bytes,
        "seconds for one row": one.row_p50 / other.row_p50,
    }
    return {what: ratio for what, ratio in ratios.items() if ratio > 0}


def _in_words(ratios):
    return " and ".join(f"{_round(ratio)} times the {what}" for what, ratio in ratios.items())


def _round(ratio):
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"


def _of_gap(gap, loss):
    if gap.share is None:
        return [gap.why_not] if gap.why_not else []
    percent = [f"{100 * value:.0f}" for value in (gap.share.low, gap.share.high)]
    return [
        f"It closes {100 * gap.share.value:.0f} % [{', '.join(percent)}] of the gap in {loss} "
        "between twin and teacher."
    ]


def _turned(lead):
    return type(lead)(-lead.value, -lead.high, -lead.low)
