"""The command as a whole: help, exit codes, and what it loads."""

import os
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import skdistill
from skdistill.cli import _info, main
from skdistill.cli._main import make_parser
from skdistill.exceptions import ExportError, warn


def test_without_a_command_there_is_help(command):
    code, out, _ = command()
    assert code == 0
    assert "examples:" in out
    assert "exit codes:" in out


@pytest.mark.parametrize("name", list(make_parser()[1]))
def test_every_command_teaches_by_examples(name, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    assert f"\n  skdistill {name} " in capsys.readouterr().out


def test_version(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert skdistill.__version__ in capsys.readouterr().out


@pytest.mark.parametrize("page", ["README.md", "docs/command.md"])
def test_every_line_of_the_guides_is_understood(page):
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("skdistill ")]
    assert lines
    parser, _ = make_parser()
    for line in lines:
        words = shlex.split(line.partition("|")[0].partition(">")[0], comments=True)
        assert hasattr(parser.parse_args(words[1:]), "run"), line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nosuch"], "no command nosuch; it has compress, report, predict, export, info, compl"),
        (["comprss", "t.csv"], "no command comprss; did you mean compress?"),
        (["--versio"], "skdistill has no option --versio; did you mean --version?"),
        (["info", "s", "--jso"], "skdistill info has no option --jso; did you mean --json?"),
        (["compress", "t.csv", "--alhpa=1"], "compress has no option --alhpa; did you mean --al"),
        (["info", "s", "more"], "has no use for 'more' there: leave it out, or write all files"),
        (["info"], "arguments are required: student. `skdistill info --help` has all options"),
        (["compress", "--teacher", "oak"], "invalid choice: 'oak' (choose from"),
    ],
)
def test_what_is_not_known_is_refused_with_the_next_move(words, message, command):
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1


def test_a_stdout_that_lacks_a_letter_says_how_to_get_it(student):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "ascii"}
    words = [sys.executable, "-m", "skdistill", "info", str(student)]
    done = subprocess.run(words, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "stdout is in ascii, which has no" in done.stderr
    assert "set PYTHONIOENCODING=utf-8" in done.stderr


@pytest.mark.parametrize(
    ("raised", "code"), [(ExportError("no"), 1), (ValueError("no"), 2), (KeyboardInterrupt, 130)]
)
def test_exit_codes(raised, code, command, monkeypatch):
    def broken(options):
        raise raised

    monkeypatch.setattr(_info, "_info", broken)
    got, out, err = command("info", "s")
    assert (got, out) == (code, "")
    assert err.startswith("skdistill: ")


def test_a_warning_is_one_line_on_stderr(command, monkeypatch, recwarn):
    def warns(options):
        warnings.simplefilter("always")
        warn("look at this")

    monkeypatch.setattr(_info, "_info", warns)
    _, out, err = command("info", "s")
    assert out == ""
    assert err == "skdistill: warning: look at this\n"


def test_a_reader_that_goes_is_no_error(student, messy):
    words = [sys.executable, "-m", "skdistill", "predict", str(student), str(messy)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        err = process.stderr.read().decode()
        assert process.wait() == 141
    assert "left out: churned" in err
    assert "Broken" not in err
    assert "Traceback" not in err


def test_what_a_server_runs_and_the_help_need_no_heavy_library(student, messy):
    script = (
        "import sys; from skdistill.cli import main\n"
        "try: code = main(sys.argv[1:])\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'sklearn', 'torch', 'joblib', 'scipy', 'skorch'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else code)"
    )
    helps = [["--help"], ["predict", "--help"], ["export", "--help"], ["info", "--help"]]
    for words in ([], *helps, ["info", student], ["predict", student, messy]):
        done = subprocess.run(
            [sys.executable, "-c", script, *map(str, words)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
