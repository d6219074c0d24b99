"""Long stages say how far they are."""

import pytest

from skdistill._plumbing import progress as _progress
from skdistill._plumbing.progress import Progress, heard_by, is_heard, report, stage, track


class Heard:
    """A listener that notes what it hears: the stage, how far it came, and how it ended."""

    def __init__(self, what="all", total=None):
        self.what, self.total, self.n, self.within, self.failed = what, total, 0, [], None

    def begin(self, what, total, n_steps):
        self.within.append(Heard(what, total))
        return self.within[-1]

    def advance(self, n):
        self.n += n

    def end(self, failed):
        self.failed = failed


@pytest.fixture
def heard():
    heard = Heard()
    with heard_by(heard):
        yield heard
    assert not is_heard()


def test_a_line_now_and_then(monkeypatch, capsys):
    clock = iter([0.0, 1.0, 6.0, 7.0, 12.0])
    monkeypatch.setattr(_progress.time, "monotonic", lambda: next(clock))
    progress = Progress("rows answered", 4000, 1)
    for _ in range(4):
        progress.add(1000)
    assert capsys.readouterr().out.splitlines() == [
        "2,000 of 4,000 rows answered (6 s)",
        "4,000 of 4,000 rows answered (12 s)",
    ]


def test_nothing_is_printed_unless_wanted_and_a_total_may_be_unknown(monkeypatch, capsys):
    monkeypatch.setattr(_progress, "INTERVAL", 0)
    Progress("rows", None, 0).add(5)
    assert capsys.readouterr().out == ""
    Progress("rows", None, 1).add(5)
    assert capsys.readouterr().out.startswith("5 rows (")


def test_a_stage_counts_what_is_reported_within_it(heard):
    with stage("race"):
        with stage("epochs", 3):
            report()
            report()
        report()
    race = heard.within[0]
    (epochs,) = race.within
    assert (race.what, race.total, race.n, race.failed) == ("race", None, 1, False)
    assert (epochs.what, epochs.total, epochs.n, epochs.failed) == ("epochs", 3, 2, False)


def test_rows_and_tracked_items_are_told_to_who_listens(heard):
    with Progress("rows", 10) as progress:
        progress.add(7)
    assert list(track("abc", "letters", 3)) == ["a", "b", "c"]
    assert [(part.what, part.n) for part in heard.within] == [("rows", 7), ("letters", 3)]


def test_a_stage_that_fails_says_so_and_is_left(heard):
    with pytest.raises(ArithmeticError), stage("outer"), stage("inner"):
        raise ArithmeticError
    outer = heard.within[0]
    assert outer.failed
    assert outer.within[0].failed
    report()
    assert heard.n == 1


def test_a_generator_that_is_never_finished_does_not_change_who_listens(heard):
    items = track("abc", "letters", 3)
    with stage("outer"):
        next(items)
    items.close()
    report()
    assert heard.n == 1


def test_with_nobody_listening_stages_do_nothing():
    with stage("outer", 1):
        assert not is_heard()
        report()
