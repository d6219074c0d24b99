"""Bars: on a terminal alone, gone when done, and never in the way of what is computed."""

import io
import os
import pickle
import pty
import re
import subprocess
import sys
from contextlib import contextmanager

import joblib
import numpy as np
import pytest
from rich.console import Console
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB

import skdistill
from skdistill import DistilledClassifier
from skdistill._plumbing.bars import show_on
from skdistill._plumbing.progress import Progress, is_heard, stage
from skdistill.exceptions import DistillationWarning

X, y = make_classification(240, random_state=0)
CODES = re.compile(r"\x1b\[[?\d;]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+")


@contextmanager
def terminal():
    """Show bars on a terminal; yield all that is written to it."""
    written = io.StringIO()
    with show_on(Console(file=written, force_terminal=True, width=100)):
        yield written


def screen(written):
    """Return the lines that a terminal shows after all that was written."""
    lines, row, column = [""], 0, 0
    for code in CODES.findall(written.getvalue()):
        if code == "\n":
            row, column = row + 1, 0
            lines += [""] * (row == len(lines))
        elif code == "\r":
            column = 0
        elif code == "\x1b[2K":
            lines[row] = ""
        elif code == "\x1b[1A":
            row -= 1
        elif code[0] != "\x1b":
            lines[row] = (
                lines[row][:column].ljust(column) + code + lines[row][column + len(code) :]
            )
            column += len(code)
    return [line.rstrip() for line in lines if line.strip()]


def is_clean(written):
    """Whether no bar is left, and the cursor is shown again."""
    cursor = re.findall(r"\x1b\[\?25[lh]", written.getvalue())
    return screen(written) == [] and cursor[-1] == "\x1b[?25h"


def classifier(teacher=None, **params):
    return DistilledClassifier(
        teacher or GaussianNB(), transfer=None, random_state=0, **{"max_epochs": 4, **params}
    )


class Stops(GaussianNB):
    """A teacher whose fit ends with an error."""

    def __init__(self, error=None):
        super().__init__()
        self.error = error

    def fit(self, X, y, sample_weight=None):
        raise self.error


def test_a_bar_says_what_is_counted_and_how_far_it_is():
    with terminal() as written, stage("fit"), Progress("rows answered", 4000) as progress:
        progress.add(1500)
        with Progress("chunks", None):  # whose start draws all bars
            fit, rows, chunks = screen(written)
    assert fit.startswith("fit ")
    assert re.fullmatch(r"  rows answered\s+━+\S+ 1,500 of 4,000\s+0:00:0\d", rows)
    assert chunks.startswith("  chunks")
    assert is_clean(written)


def test_a_fit_shows_its_stages_and_is_the_same_as_without():
    silent = classifier().fit(X, y)
    with terminal() as written:
        clf = classifier().fit(X, y)
    text = written.getvalue()
    stages = ("DistilledClassifier", "  teachers fitted", "  race: students", "    epochs of")
    assert all(name in text for name in stages)
    assert is_clean(written)
    np.testing.assert_array_equal(clf.predict_proba(X), silent.predict_proba(X))
    assert pickle.loads(pickle.dumps(clf)).net_ is not None


def test_rows_that_are_answered_have_a_bar():
    with terminal() as written:
        clf = DistilledClassifier(
            GaussianNB(), transfer="bootstrap", n_synthetic=50, alpha=0.5, max_epochs=2
        )
        clf.fit(X, y, X_unlabeled=X[:20])
    assert "unlabelled rows answered" in written.getvalue()
    assert "rows of bootstrap answered" in written.getvalue()


@pytest.mark.parametrize("error", [ArithmeticError("no"), KeyboardInterrupt()])
def test_an_error_or_interrupt_leaves_the_terminal_clean(error):
    written = io.StringIO()
    with (
        pytest.raises(type(error)),
        show_on(Console(file=written, force_terminal=True, width=100)),
    ):
        classifier(Stops(error)).fit(X, y)
    assert "teachers fitted" in written.getvalue()
    assert is_clean(written)
    assert not is_heard()


def test_a_failed_fit_leaves_no_bar_to_the_next_one():
    with terminal() as written:
        with pytest.raises(ArithmeticError):
            classifier(Stops(ArithmeticError())).fit(X, y)
        with stage("next"):
            assert [line.split()[0] for line in screen(written)] == ["next"]


def test_teachers_fitted_in_two_processes_are_counted():
    expected = classifier(max_epochs=1).fit(X, y).predict_proba(X)
    with terminal() as written:
        clf = classifier(max_epochs=1, n_jobs=2).fit(X, y)
    np.testing.assert_array_equal(clf.predict_proba(X), expected)
    assert "teachers fitted" in written.getvalue()
    assert is_clean(written)


def test_fits_in_threads_draw_nothing_and_break_nothing():
    short = classifier(early_stopping=False)
    with terminal() as written, joblib.parallel_config("threading"):
        search = GridSearchCV(short, {"lr": [0.004]}, cv=2, n_jobs=2, refit=False).fit(X, y)
    assert search.cv_results_["mean_test_score"][0] > 0.5
    assert "DistilledClassifier" not in written.getvalue()
    assert is_clean(written)


def test_one_progress_within_another_draws_no_second_time(capfd):
    with terminal() as written, skdistill.progress(), stage("work"):
        assert [line.split()[0] for line in screen(written)] == ["work"]
    assert capfd.readouterr() == ("", "")


def test_nothing_is_drawn_unless_asked_for_or_where_there_is_no_terminal(capfd, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    classifier().fit(X, y)
    with skdistill.progress():
        classifier().fit(X, y)
    assert capfd.readouterr() == ("", "")


SCRIPT = """
import skdistill
from skdistill._plumbing.progress import stage
with skdistill.progress(), stage("work", 2):
    print("answer")
"""


def test_bars_go_to_the_terminal_and_what_is_printed_to_the_pipe():
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            stdout=subprocess.PIPE, stderr=theirs, env=environment, check=True,
        )  # fmt: skip
        drawn = os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout.split() == [b"answer"]
    assert "work" in drawn
    assert "answer" not in drawn
    assert is_clean(io.StringIO(drawn))


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match="notebook needs ipywidgets"), skdistill.progress():
        pass
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(ImportError, match=r"pip install \"skdistill\[cli\]\""):
        skdistill.progress().__enter__()


def test_who_forgets_the_with_is_told_at_once():
    with pytest.warns(DistillationWarning, match="write `with skdistill.progress") as caught:
        skdistill.progress()
    assert caught[0].filename == __file__
    forgotten = skdistill.progress()
    assert "write `with skdistill.progress():`" in repr(forgotten)  # as a notebook shows it
    with forgotten:
        pass


def test_who_forgets_the_with_is_told_at_the_end_of_a_script():
    script = "import skdistill; bars = skdistill.progress(); print('fits')"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert done.stdout == "fits\n"
    assert "write `with skdistill.progress():`" in done.stderr
    assert "Error" not in done.stderr
