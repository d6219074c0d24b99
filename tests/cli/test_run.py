"""Runs that are killed: what is finished is not done again, and the student is the same."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import joblib
import numpy as np
import pandas as pd
import pytest
from filelock import FileLock

import skdistill
from skdistill.cli._run import open_run

TEACHER = '''
"""A teacher that writes a line to a file for each fit."""

from sklearn.naive_bayes import GaussianNB


class CountedTeacher(GaussianNB):
    def __init__(self, log="fits.txt"):
        super().__init__()
        self.log = log

    def fit(self, X, y):
        with open(self.log, "a") as file:
            file.write(f"{len(y)}\\n")
        return super().fit(X[["a", "b"]], y)

    def predict_proba(self, X):
        return super().predict_proba(X[["a", "b"]])
'''
N_ROWS, MIN_FITS = 240, 6  # the full teacher and five folds; the race's come on top
DEADLINE = 1800  # seconds, on a busy machine


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Make a folder with a table and a teacher that counts its fits, and go there."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(N_ROWS, 2)), columns=["a", "b"])
    X["town"] = rng.choice(["Rome", "Oslo", None], N_ROWS)
    X.assign(y=np.where(X.a + rng.normal(size=N_ROWS) > 0, "yes", "no")).to_csv(
        tmp_path / "t.csv", index=False
    )
    (tmp_path / "counted_teacher.py").write_text(TEACHER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "counted_teacher", raising=False)
    from counted_teacher import CountedTeacher

    joblib.dump(CountedTeacher(), tmp_path / "teacher.joblib")
    return tmp_path


def words(output, *more):
    """Return a command line that compresses the table."""
    line = ["compress", "t.csv", "--target", "y", "--teacher-file", "teacher.joblib"]
    line += ["--allow-code-execution", "--hidden-layer-sizes", "8", "--transfer", "mixup"]
    return [*line, "--output", output, *more]


def start(*line):
    """Start the command in a process of its own."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    env |= {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    return subprocess.Popen(
        [sys.executable, "-m", "skdistill", *line],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def stored(folder):
    """List the finished stages of the run of s.safetensors."""
    return sorted((folder / "s.safetensors.run" / "skdistill").glob("*.joblib"))


def fits(folder):
    """Return the number of the teacher's fits so far."""
    return len((folder / "fits.txt").read_text().splitlines())


def kill_after(n_stages, folder, pause):
    """Kill a run a moment after so many of its stages are stored."""
    end = time.monotonic() + DEADLINE
    with start(*words("s.safetensors", "--resume")) as process:
        while len(stored(folder)) < n_stages and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.001)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
    output = folder / "s.safetensors"
    finished = output.exists() and not output.with_name(f"{output.name}.run").exists()
    return process.returncode == -signal.SIGKILL and not finished


def check_goes_on(folder, whole, n_fits, command):
    """Check that a killed run goes on to the same student, without a fit that is finished."""
    output = folder / "s.safetensors"
    if output.exists():
        assert output.read_bytes() == whole
    n_stored, before = len(stored(folder)), fits(folder)
    times = {path: path.stat().st_mtime_ns for path in stored(folder)}
    code, _, err = command(*words("s.safetensors", "--resume", "--keep-run"))
    assert code == 0, err
    assert output.read_bytes() == whole
    assert fits(folder) - before == max(0, n_fits - n_stored)
    assert {path: path.stat().st_mtime_ns for path in times} == times


def uninterrupted(folder, command):
    """Return the bytes of an uninterrupted run's student, and its number of teacher fits."""
    code, _, err = command(*words("whole.safetensors"))
    assert code == 0, err
    assert not (folder / "whole.safetensors.run").exists()
    n_fits = fits(folder)
    (folder / "fits.txt").write_text("")
    return (folder / "whole.safetensors").read_bytes(), n_fits


def test_a_run_killed_at_a_random_moment_goes_on_to_the_same_student(folder, command):
    whole, n_fits = uninterrupted(folder, command)
    assert n_fits > MIN_FITS
    n_stages = random.randint(1, n_fits)  # pytest prints the seed
    assert kill_after(n_stages, folder, pause=0)
    assert len(stored(folder)) >= n_stages
    check_goes_on(folder, whole, n_fits, command)


@pytest.mark.slow
def test_killed_at_ten_random_moments_it_goes_on_to_the_same_student(folder, command):
    whole, n_fits = uninterrupted(folder, command)
    n_killed = 0
    while n_killed < 10:
        (folder / "fits.txt").write_text("")
        if kill_after(random.randint(0, n_fits + 3), folder, pause=random.uniform(0, 1)):
            n_killed += 1
            check_goes_on(folder, whole, n_fits, command)
            shutil.rmtree(folder / "s.safetensors.run")
        assert (folder / "s.safetensors").read_bytes() == whole
        (folder / "s.safetensors").unlink()


def begin(command, monkeypatch, *more):
    """Run the command until the student would be written, and interrupt it there."""
    with monkeypatch.context() as patch:
        patch.setattr(skdistill.Student, "save", _interrupted)
        code, _, err = command(*words("s.safetensors", *more))
    assert code == 130
    return err


def _interrupted(self, path):
    raise KeyboardInterrupt


def test_an_unfinished_run_is_an_error_that_names_both_ways_out(folder, command, monkeypatch):
    assert "pass --resume to go on" in begin(command, monkeypatch)
    kept = stored(folder)
    code, _, err = command(*words("s.safetensors"))
    assert code == 2
    assert "pass --resume to go on with it, or --force to remove it" in err
    assert stored(folder) == kept
    n_fits = fits(folder)
    code, _, err = command(*words("s.safetensors", "--force"))
    assert code == 0, err
    assert fits(folder) == 2 * n_fits
    assert not (folder / "s.safetensors.run").exists()
    assert not list(folder.glob(".s.*"))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--alpha", "0.5"], "begun with --alpha auto, not 0.5"),
        (["--hidden-layer-sizes", "9"], "begun with --hidden-layer-sizes 8, not 9"),
        (["--dropout", "0.2"], "begun with --dropout 0.1, not 0.2"),
        (["--calibration", "none"], "begun with --calibration temperature, not none"),
        (["--random-state", "1"], "begun with --random-state 0, not 1"),
        (["--task", "classes"], "begun with --task auto, not classes"),
        (["--teacher-file", "other.joblib"], "begun with other content of --teacher-file"),
    ],
)
def test_other_options_are_named(more, message, folder, command, monkeypatch):
    begin(command, monkeypatch)
    joblib.dump({"not": "a teacher"}, "other.joblib")
    from counted_teacher import CountedTeacher

    joblib.dump(CountedTeacher("elsewhere.txt"), "other.joblib")
    kept, n_fits = stored(folder), fits(folder)
    code, _, err = command(*words("s.safetensors", "--resume", *more))
    assert code == 2
    assert message in err
    assert (stored(folder), fits(folder)) == (kept, n_fits)


def test_other_data_and_other_libraries_are_named(folder, command, monkeypatch):
    begin(command, monkeypatch)
    table, manifest = folder / "t.csv", folder / "s.safetensors.run" / "manifest.json"
    text = table.read_text()
    table.write_text(text + "0,0,0,yes\n")
    code, _, err = command(*words("s.safetensors", "--resume"))
    assert code == 2
    assert "begun with other content of the table" in err
    table.write_text(text)
    described = json.loads(manifest.read_text())
    described["versions"]["torch"] = "1.0"
    manifest.write_text(json.dumps(described))
    code, _, err = command(*words("s.safetensors", "--resume"))
    assert code == 2
    assert "begun with torch 1.0, here is" in err


def test_a_file_of_another_origin_is_not_overwritten(folder, command, monkeypatch):
    begin(command, monkeypatch)
    (folder / "s.safetensors").write_text("precious")
    code, _, err = command(*words("s.safetensors", "--resume"))
    assert code == 2
    assert "is not of this run" in err
    assert (folder / "s.safetensors").read_text() == "precious"
    code, _, err = command(*words("s.safetensors", "--resume", "--force"))
    assert code == 0, err
    skdistill.load(folder / "s.safetensors")


def test_two_processes_do_not_work_on_one_run(folder, command, monkeypatch):
    begin(command, monkeypatch)
    with FileLock(folder / "s.safetensors.run" / "lock"):
        for flag in ("--resume", "--force"):
            code, _, err = command(*words("s.safetensors", flag))
            assert code == 2
            assert "Another process works in" in err


def test_a_run_without_finished_work_leaves_no_folder(tmp_path):
    def fails():
        with open_run(tmp_path / "r", {}, resume=True) as cache:
            assert (tmp_path / "r").is_dir()
            cache.get("six", lambda: 6 / 0)

    with pytest.raises(ZeroDivisionError):
        fails()
    assert not list(tmp_path.iterdir())
    with open_run(tmp_path / "r", {}, resume=False) as cache:
        assert cache.get("six", lambda: 6) == 6
        assert cache.get("six", lambda: 1 / 0) == 6


def test_a_run_keeps_its_options_and_one_cache_whatever_the_students_name(folder, command):
    code, _, err = command(*words("skdistill", "--keep-run"))
    assert code == 0, err
    run = folder / "skdistill.run"
    assert {path.name for path in run.iterdir()} == {"lock", "manifest.json", "skdistill"}
    assert {path.suffix for path in (run / "skdistill").iterdir()} == {".joblib", ".lock"}
    skdistill.load(folder / "skdistill")
