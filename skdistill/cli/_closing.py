"""Whether to use a student, in words: a rule on figures of held-out rows."""

from skdistill.cli._comparison import PRIOR, STUDENT, TEACHER

USE, FAR, NO_BETTER = "use it", "far below its teacher", "no better than the prior"
FAR_SHARE = 0.2  # of the teacher's lead over the prior that a student may lack
STANDARD_ERRORS = 2  # that a difference must exceed, to be none of few rows
MORE = "train longer or wider (--max-epochs, --hidden-layer-sizes), or pass more rows"


def judge(figures):
    """Return what to make of a student: `USE`, `FAR` or `NO_BETTER`.

    Parameters
    ----------
    figures : dict
        Those of `compare`, of teacher, student and prior.
    """
    if not beats_prior(figures):
        return NO_BETTER
    return FAR if _lacks(figures) else USE


def beats_prior(figures):
    """Whether a student is clearly better than who knows no column."""
    return any(_is_clear(lead) for lead in figures[PRIOR]["lead"].values())


def closing(figures, n_rows, path):
    """Yield the lines below the comparison of a student that was written to `path`.

    Parameters
    ----------
    figures : dict
        As in `judge`.
    n_rows : int
        Held-out rows.
    path : Path
    """
    teacher, student, choice = figures[TEACHER], figures[STUDENT], judge(figures)
    smaller, faster = (teacher[cost] / student[cost] for cost in ("n_bytes", "latency"))
    yield f"The student is {smaller:,.0f}x smaller and {faster:,.0f}x faster for one row."
    if choice == USE:
        yield f'Use it: skdistill predict "{path}" ROWS.csv'
        return
    if choice == FAR:
        yield f"It lacks {max(_lacks(figures)):.0%} of what the teacher knows beyond the prior."
        yield f"Keep the teacher, or {MORE}."
    else:
        yield f"As far as {n_rows:,} rows tell, it is no better than the prior: do not use it."
        yield _of_no_use(figures)
    yield f'With --keep-run, `skdistill report "{path}.run"` says more.'


def _of_no_use(figures):
    if any(known > 0 for known in _known_to_teacher(figures).values()):
        return f"Keep the teacher, or {MORE}; a larger --test-size tells more."
    return "Nor is the teacher: look whether the columns have to do with --target."


def _lacks(figures):
    """Return the shares of the teacher's lead over the prior that the student clearly lacks."""
    shares = []
    known = _known_to_teacher(figures)
    for name, lead in figures[TEACHER]["lead"].items():
        lacking = {"value": -lead["value"], "error": lead["error"]}
        if _is_clear(lacking) and lacking["value"] > FAR_SHARE * known[name] > 0:
            shares.append(lacking["value"] / known[name])
    return shares


def _known_to_teacher(figures):
    """Return the teacher's lead over the prior, by measure."""
    over_prior, over_teacher = figures[PRIOR]["lead"], figures[TEACHER]["lead"]
    return {name: over_prior[name]["value"] - over_teacher[name]["value"] for name in over_prior}


def _is_clear(lead):
    return lead["value"] > STANDARD_ERRORS * lead["error"]
