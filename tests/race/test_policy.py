"""The rules of the race, for losses made by hand."""

import ast
import inspect
from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import hadamard

from skdistill.race import _policy
from skdistill.race._policy import Candidate, Facts, Outcome, choose, drive

ERROR = 0.01  # standard error of the difference between any two candidates
NOISE = hadamard(64)[1:] * ERROR * np.sqrt(63 / 2)  # each row unlike the others
SOURCES = ("munge", "conditional", "copula", "mixup", "bootstrap")
FACTS = Facts(
    sources=(None, "munge"),
    alpha="auto",
    n_real=1000,
    n_train=800,
    n_folds=5,
    enough=True,
    has_unlabeled=False,
    has_bins=True,
    per_row=24,
    n_more=72 * 800,
    max_epochs="auto",
    generations=0,
    assists=False,
    loss="log loss",
    nobody="the class frequencies",
    of_nobody=np.full(64, 100.0),
)
ONLY_ROWS = {"sources": (None,)}
MUNGE = {("source", "munge"): 20}  # synthetic rows help much


class Fits:
    """Makes up the outcome of each candidate.

    `gains` says by how many standard errors what a candidate has lowers its loss, as in
    ``{("bins", "splits"): 2}``; `figures` says what else came of which, as in
    ``{("fold", 1): {"n_epochs": 7}}``.
    """

    def __init__(self, gains=(), figures=()):
        self.gains, self.figures, self.tried = dict(gains), dict(figures), []

    def __call__(self, candidate):
        gain = sum(self._of(candidate, self.gains))
        made_up = {
            "losses": 5 - ERROR * gain + NOISE[len(self.tried)],
            "weight": np.ones(64),
            "n_synthetic": 0 if candidate.source is None else 800 * candidate.per_row,
            "n_epochs": 10,
            "full_epochs": 90,
            "max_epochs": candidate.max_epochs or int(candidate.share * 90),
            "history": [{"train_loss": 1.0, "valid_loss": 1.0}],
        }
        for figures in self._of(candidate, self.figures):
            made_up |= figures
        self.tried.append(candidate)
        return Outcome(candidate, **made_up)

    @staticmethod
    def _of(candidate, effects):
        return [
            what for (name, value), what in effects.items() if getattr(candidate, name) == value
        ]


def race(gains=(), figures=(), **facts):
    """Return the decision and the candidates in the order of trying."""
    fits = Fits(gains, figures)
    return drive(choose(replace(FACTS, **facts)), fits), fits.tried


def of_stage(tried, stage):
    return [candidate for candidate in tried if candidate.stage == stage]


@pytest.mark.parametrize(
    ("gains", "facts", "winner"),
    [
        # without a teacher's worth, what is simplest
        ({}, {}, {"source": None, "alpha": 0.5, "bins": "quantiles", "stage": "end"}),
        # synthetic rows: half a standard error over none
        ({("source", "munge"): 0.4}, {}, {"source": None}),
        ({("source", "munge"): 0.6}, {}, {"source": "munge", "real_weight": 1, "per_row": 24}),
        ({("source", "munge"): -9}, {"sources": ("munge",)}, {"source": "munge"}),
        # the better finalist, whichever came first
        (
            MUNGE | {("source", "copula"): 21},
            {"sources": ("munge", "copula")},
            {"source": "copula"},
        ),
        (
            MUNGE | {("source", "copula"): 19},
            {"sources": ("munge", "copula")},
            {"source": "munge"},
        ),
        # bins at splits: one
        (MUNGE | {("bins", "splits"): 0.9}, {}, {"bins": "quantiles", "source": "munge"}),
        (MUNGE | {("bins", "splits"): 1.1}, {}, {"bins": "splits", "source": "munge"}),
        ({("bins", "splits"): 0.9}, ONLY_ROWS, {"bins": "quantiles"}),
        ({("bins", "splits"): 1.1}, ONLY_ROWS, {"bins": "splits"}),
        ({("bins", "splits"): 1.1}, {}, {"bins": "splits", "source": None}),
        # more synthetic rows, and heavier real ones: half a one each
        (MUNGE | {("per_row", 72): 0.4}, {}, {"per_row": 24}),
        (MUNGE | {("per_row", 72): 0.6}, {}, {"per_row": 72}),
        (MUNGE | {("real_weight", 4): 0.4}, {}, {"real_weight": 1}),
        (MUNGE | {("real_weight", 4): 0.6}, {}, {"real_weight": 4}),
        # soft targets alone: half a one
        (MUNGE | {("alpha", 1): 0.4}, {}, {"alpha": 0.5}),
        (MUNGE | {("alpha", 1): 0.6}, {}, {"alpha": 1, "source": "munge"}),
        ({("alpha", 1): 0.4}, {}, {"alpha": 0.5, "source": None}),
        ({("alpha", 1): 0.6}, {}, {"alpha": 1, "source": None}),
        # labels alone: two
        ({("alpha", 0): 1.9}, {}, {"alpha": 0.5}),
        ({("alpha", 0): 2.1}, {}, {"alpha": 0, "source": None, "stage": "end"}),
        (MUNGE | {("alpha", 0): 21.9}, {}, {"alpha": 0.5, "source": "munge"}),
        (MUNGE | {("alpha", 0): 22.1}, {}, {"alpha": 0, "source": None}),
        ({("alpha", 0): 99}, {"has_unlabeled": True}, {"alpha": 0.5}),
        # all of it together
        (
            MUNGE | {("bins", "splits"): 2, ("per_row", 72): 2, ("real_weight", 4): 2},
            {},
            {"bins": "splits", "per_row": 72, "real_weight": 4, "source": "munge"},
        ),
        # what is better only when it has been stopped is not better
        (MUNGE | {("stage", "end"): -30}, {}, {"source": "munge", "stage": "end"}),
        # what the user fixed
        (MUNGE | {("alpha", 1): 9, ("alpha", 0): 99}, {"alpha": 0.3}, {"alpha": 0.3}),
        ({("source", None): 99}, {"sources": ("munge",)}, {"source": "munge"}),
        ({("alpha", 0): 99}, {"sources": ("munge",)}, {"source": "munge", "alpha": 0.5}),
        # too few rows to choose
        (MUNGE | {("alpha", 1): 9}, {"enough": False}, {"source": None, "alpha": 0.5}),
    ],
)
def test_who_wins(gains, facts, winner):
    chosen = race(gains, **facts)[0].chosen
    assert {name: getattr(chosen, name) for name in winner} == winner


@pytest.mark.parametrize(
    ("lead", "source", "reason"),
    [(2.9, None, "but no student clearly beats the class frequencies"), (3.1, "munge", "19,200")],
)
def test_a_source_has_to_beat_the_class_frequencies_clearly(lead, source, reason):
    frequencies = 5 + ERROR * (lead - 20) + NOISE[-1]
    decision, _ = race(MUNGE, of_nobody=frequencies)
    assert decision.chosen.source == source
    assert reason in decision.reason


@pytest.mark.parametrize(
    ("gains", "facts", "reason"),
    [
        (
            MUNGE,
            {},
            "19,200 rows of munge changed the held-out log loss by -0.2000 ± 0.0100, from 5.0000 "
            "without synthetic rows",
        ),
        ({}, ONLY_ROWS, "no other source was tried"),
        (
            {("alpha", 0): 9},
            ONLY_ROWS,
            "no other source was tried; labels alone, without a teacher, were better",
        ),
        ({}, {"enough": False}, "no other source was tried"),
    ],
)
def test_the_reason_names_gain_and_error(gains, facts, reason):
    assert race(gains, **facts)[0].reason == reason


def test_the_order_of_trying():
    ours = {"sources": (None, *SOURCES)}
    gains = {("source", "copula"): 12, ("source", "mixup"): 11, ("source", "bootstrap"): 10}
    decision, tried = race(gains, **ours)
    screened = [
        Candidate(s, 0.5, 4, stage="screening", rows="screening", max_epochs=20) for s in SOURCES
    ]
    first = Candidate("copula", 0.5, 24, share=0.5)
    plain = Candidate(None, 0.5, 24, share=0.5)
    end = {"stage": "end", "max_epochs": 20, "stops": False}
    assert tried == [
        *screened,
        first,
        replace(first, source="mixup"),
        replace(first, bins="splits"),
        replace(first, per_row=72),
        replace(first, real_weight=4.0),
        replace(first, alpha=1.0),
        replace(first, **end),
        plain,
        replace(plain, alpha=1.0),
        replace(plain, **end),
        replace(plain, alpha=0.0),
        replace(plain, alpha=0.0, **end),
    ]
    assert decision.chosen == decision.final.candidate == replace(first, **end)


def test_each_trial_has_what_won_before_it():
    gains = {("bins", "splits"): 2, ("per_row", 72): 2, ("real_weight", 4): 2, ("alpha", 1): 2}
    _, tried = race(MUNGE | gains)
    last = [candidate for candidate in tried if candidate.source][-2]
    assert last == Candidate("munge", 1.0, 72, 4.0, bins="splits")
    plain = [candidate for candidate in tried if candidate.source is None]
    assert {candidate.bins for candidate in plain} == {"splits"}
    assert {(candidate.per_row, candidate.real_weight) for candidate in plain} == {(24, 1.0)}


def test_a_source_that_the_screening_leaves_out_is_not_raced():
    def only_raced(candidate):
        outcome = fits(candidate)
        better = candidate.source == "munge" and candidate.stage != "screening"
        return replace(outcome, losses=outcome.losses - 50 * ERROR) if better else outcome

    fits = Fits({("source", source): gain for gain, source in enumerate(SOURCES)})
    decision = drive(choose(replace(FACTS, sources=(None, *SOURCES))), only_raced)
    assert decision.chosen.source == "bootstrap"


@pytest.mark.parametrize(("max_epochs", "short"), [("auto", 20), (50, 20), (7, 7)])
def test_screening_is_short(max_epochs, short):
    _, tried = race(sources=SOURCES, max_epochs=max_epochs)
    assert {candidate.max_epochs for candidate in of_stage(tried, "screening")} == {short}


def test_two_sources_are_not_screened():
    _, tried = race(sources=SOURCES[:2])
    assert of_stage(tried, "screening") == []
    assert [candidate.source for candidate in tried[:2]] == list(SOURCES[:2])


@pytest.mark.parametrize(
    ("facts", "changed"),
    [
        ({}, {"bins", "per_row", "real_weight", "alpha"}),
        ({"alpha": 0.3}, {"bins", "per_row", "real_weight"}),
        ({"n_more": None}, {"bins", "alpha"}),  # the user fixed the number of rows
        ({"n_more": 2 * 24 * 800 - 1}, {"bins", "real_weight", "alpha"}),
        ({"n_more": 2 * 24 * 800}, {"bins", "per_row", "real_weight", "alpha"}),
        ({"has_bins": False}, {"per_row", "real_weight", "alpha"}),
        ({"n_real": 499}, {"per_row", "real_weight", "alpha"}),
        ({"n_real": 500}, {"bins", "per_row", "real_weight", "alpha"}),
    ],
)
def test_what_is_tried_beside_the_first_mix(facts, changed):
    _, tried = race(sources=("munge",), **facts)
    first, *others = of_stage(tried, "race")
    names = ("bins", "per_row", "real_weight", "alpha")
    assert [n for o in others for n in names if getattr(o, n) != getattr(first, n)] == [
        name for name in names if name in changed
    ]


def test_labels_alone_are_tried_unless_other_rows_or_the_user_are_against():
    assert 0.0 in {candidate.alpha for candidate in race()[1]}
    for facts in ({"has_unlabeled": True}, {"alpha": 0.5}, {"sources": ("munge",)}):
        assert 0.0 not in {candidate.alpha for candidate in race(**facts)[1]}


@pytest.mark.parametrize(
    ("n_epochs", "full_epochs", "n_last"), [(10, 90, 20), (45, 90, 90), (60, 90, 90)]
)
def test_the_last_training_is_twice_as_long_as_that_to_the_lowest_loss(
    n_epochs, full_epochs, n_last
):
    figures = {("stage", "race"): {"n_epochs": n_epochs, "full_epochs": full_epochs}}
    _, tried = race(figures=figures)
    assert {candidate.share for candidate in of_stage(tried, "race")} == {0.5}
    assert {candidate.stops for candidate in of_stage(tried, "race")} == {True}
    assert {candidate.max_epochs for candidate in of_stage(tried, "end")} == {n_last}
    assert {candidate.stops for candidate in of_stage(tried, "end")} == {False}


def test_large_tables_race_on_some_rows_and_the_winner_is_repeated_on_all():
    figures = {("rows", "all"): {"n_epochs": 12}}
    splits = MUNGE | {("bins", "splits"): 2}
    decision, tried = race(splits, figures, n_train=20_001)
    *raced, again, end = tried
    assert {candidate.rows for candidate in raced} == {"race"}
    best = Candidate("munge", 0.5, 24, bins="splits", rows="all", stage="repeat", share=0.5)
    assert again == best
    assert end == replace(best, max_epochs=24, stops=False)
    assert decision.chosen in raced
    assert decision.final.candidate == end
    assert decision.n_epochs == 12


@pytest.mark.parametrize("facts", [ONLY_ROWS, {"alpha": 0.5}])
def test_some_rows_are_raced_on_where_anything_is_tried(facts):
    _, tried = race(n_train=20_001, **facts)
    assert tried[0].rows == "race"


@pytest.mark.parametrize(
    "facts",
    [{"n_train": 20_000}, {"alpha": 0.5, **ONLY_ROWS, "n_train": 20_001}],
)
def test_all_rows_are_raced_on_where_they_are_few_or_little_is_tried(facts):
    _, tried = race(**facts)
    assert {candidate.rows for candidate in tried} == {"all"}


def test_without_enough_rows_one_candidate_is_trained_to_the_end():
    _, tried = race(enough=False, sources=("munge",), n_train=20_001)
    assert [candidate.stage for candidate in tried] == ["race", "end"]


GENERATIONS = {"sources": (None,), "alpha": 0.5, "has_bins": False, "generations": 3}


class Generations(Fits):
    """Students of `losses`, one a generation; assistants know nothing."""

    def __init__(self, losses):
        super().__init__()
        self.losses = list(losses)

    def __call__(self, candidate):
        outcome = super().__call__(candidate)
        if candidate.stage != "generation" or candidate.is_assistant:
            return outcome
        return replace(outcome, losses=np.full(64, self.losses.pop(0)))


@pytest.mark.parametrize(
    ("losses", "n", "n_tried"),
    [((4, 3, 2), 3, 3), ((4, 3, 3), 2, 3), ((4, 4.5, 1), 1, 2), ((6, 1, 1), 0, 1)],
)
def test_generations_go_on_while_the_loss_falls(losses, n, n_tried):
    fits = Generations(losses)
    decision = drive(choose(replace(FACTS, **GENERATIONS)), fits)
    _, end, *taught = fits.tried
    assert decision.generations == n
    assert len(taught) == n_tried
    assert [t.teacher for t in taught] == [end, *taught[:-1]]
    assert decision.final.candidate == [end, *taught][n]
    assert decision.chosen == end
    assert {(t.max_epochs, t.stops, t.stage) for t in taught} == {(20, False, "generation")}


def test_assistants_teach_and_are_taught_by_the_one_before():
    fits = Generations((4, 3, 2))
    drive(choose(replace(FACTS, **GENERATIONS, assists=True)), fits)
    taught = fits.tried[2:]
    assistants, students = taught[::2], taught[1::2]
    assert [t.is_assistant for t in taught] == 3 * [True, False]
    assert [a.teacher for a in assistants] == [None, *assistants[:2]]
    assert [s.teacher for s in students] == assistants


def test_labels_alone_have_no_generations():
    decision, tried = race(**GENERATIONS | {"alpha": 0})
    assert decision.generations == 0
    assert of_stage(tried, "generation") == []


FEW = {"n_real": 499, "sources": (None,), "alpha": 0.5}


def history(*losses):
    return [{"epoch": i + 1, "train_loss": 2 * v, "valid_loss": v} for i, v in enumerate(losses)]


def test_epochs_of_few_rows_are_those_with_the_lowest_loss_over_three_folds():
    figures = {
        ("fold", 0): {"history": history(4.0, 1.0, 2.0), "weight": np.full(64, 1.0)},
        ("fold", 1): {"history": history(4.0, 3.0), "weight": np.full(64, 2.0)},
        ("fold", 2): {"history": history(4.0, 5.0, 1.0), "weight": np.full(64, 3.0)},
    }
    decision, tried = race(figures=figures, **FEW)
    first = Candidate(None, 0.5, 24, share=1.0)
    again = replace(first, stage="repeat")
    assert tried == [first, replace(again, fold=1), replace(again, fold=2)]
    assert decision.chosen == first
    expected = [4.0, (1 + 6 + 15) / 6, (2 + 6 + 3) / 6]  # who stopped keeps the last loss
    assert [row["valid_loss"] for row in decision.history] == pytest.approx(expected)
    assert [row["train_loss"] for row in decision.history] == pytest.approx(2 * np.array(expected))
    assert [row["epoch"] for row in decision.history] == [1, 2, 3]
    assert decision.n_epochs == 3


def test_folds_count_by_their_weight():
    heavy = {("fold", 1): {"history": history(1.0, 2.0), "weight": np.full(64, 5.0)}}
    light = {("fold", 0): {"history": history(4.0, 1.0)}}
    decision, tried = race(figures=heavy | light, n_folds=2, **FEW)
    assert decision.n_epochs == 1
    assert [candidate.fold for candidate in tried] == [0, 1]


@pytest.mark.parametrize(
    "facts", [{"n_real": 500}, {"has_unlabeled": True}, {"sources": ("munge",)}]
)
def test_epochs_are_not_pooled_where_one_fold_or_other_rows_are_enough(facts):
    decision, tried = race(**FEW | facts)
    assert {candidate.fold for candidate in tried} == {0}
    assert decision.final.candidate.stage == "end"
    assert decision.n_epochs == decision.final.n_epochs


def test_a_pooled_student_is_stopped_and_so_is_whom_it_teaches_but_other_folds_have_the_teacher():
    fits = Generations([4])
    decision = drive(choose(replace(FACTS, **FEW | {"generations": 1})), fits)
    first, taught, *others = fits.tried
    assert taught == replace(first, stage="generation", max_epochs=90, teacher=first)
    assert decision.final.candidate == taught
    assert others == [replace(first, stage="repeat", fold=fold) for fold in (1, 2)]


def outcome(losses, weight=None):
    weight = np.ones(len(losses)) if weight is None else weight
    return Outcome(Candidate(None, 0.5, 24), np.asarray(losses), weight, 0, 1, 1, 1, [])


@pytest.mark.parametrize("errors", [0.5, 1, 2])
def test_a_gain_counts_in_standard_errors_of_the_paired_difference(errors):
    difference = np.random.default_rng(0).normal(size=100)
    difference -= difference.mean()
    error = difference.std(ddof=1) / 10
    base = np.random.default_rng(1).random(100)
    assert outcome(base + difference - 1.01 * errors * error).beats(base, errors)
    assert not outcome(base + difference - 0.99 * errors * error).beats(base, errors)
    assert not outcome(base).beats(base, errors)


def test_weights_count_in_a_gain():
    gain, error = outcome([0.0, 0.0], np.array([3.0, 1.0])).gain(np.array([1.0, 2.0]))
    assert gain == pytest.approx((3 * 1 + 1 * 2) / 4)
    assert error == pytest.approx(np.std([1.5, 1.0], ddof=1) / np.sqrt(2))
    assert outcome([1.0, 3.0], np.array([3.0, 1.0])).loss == 1.5


def test_the_rules_know_figures_alone():
    tree = ast.parse(inspect.getsource(_policy))
    imports = [n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]
    names = {getattr(node, "module", None) or node.names[0].name for node in imports}
    assert names == {"dataclasses", "typing", "numpy"}
