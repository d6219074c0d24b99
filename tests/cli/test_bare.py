"""The command where only NumPy, safetensors and a reader of tables are installed."""

import os
import re
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires

import pytest

HEAVY = ("filelock", "joblib", "rich", "scipy", "shtab", "sklearn", "skorch", "torch")


def with_needs(name):
    """Yield the name of an installed distribution, and of those that it needs."""
    with suppress(PackageNotFoundError):  # on another system it would be needed
        needs = requires(name) or []
        yield name
        for line in needs:
            if "extra ==" not in line:
                yield from with_needs(re.match(r"[\w.-]+", line)[0])


@pytest.fixture
def bare(make_site, tmp_path):
    """Return a function that runs ``python -m skdistill`` there: exit code, stdout, stderr."""
    site = make_site(*{"safetensors", *with_needs("duckdb"), *with_needs("pandas")})
    python = [sys.executable, "-S"]
    env = {"PYTHONPATH": str(site), "PATH": os.environ["PATH"]}

    def run(*words):
        done = subprocess.run(
            [*python, *map(str, words)], env=env, cwd=tmp_path, capture_output=True, text=True
        )
        return done.returncode, done.stdout, done.stderr

    missing = "import importlib.util as u, sys; print([n for n in sys.argv[1:] if u.find_spec(n)])"
    assert run("-c", missing, *HEAVY) == (0, "[]\n", "")
    return lambda *words: run("-m", "skdistill", *words)


def test_students_are_used_and_every_help_is_printed(bare, student, messy):
    names = ("compress", "report", "predict", "export", "info", "completion")
    for words in ([], ["--help"], *([name, "--help"] for name in names)):
        code, out, err = bare(*words)
        assert (code, err) == (0, "")
        assert "examples:" in out or "once, for each shell" in out
    code, out, err = bare("info", student)
    assert code == 0, err
    assert "classes: no, yes" in out
    code, out, err = bare("predict", student, messy)
    assert code == 0, err
    assert out.startswith("label,probability_no,probability_yes\n")
    assert len(out.splitlines()) == 161


def test_a_fit_says_what_to_install(bare, messy, tmp_path):
    install = 'pip install "skdistill[cli]"'
    before = set(tmp_path.iterdir())
    for name in ("compress", "report"):
        assert install in bare(name, "--help")[1]
        for more in ([], ["--alpha", "0.5"]):
            code, out, err = bare(name, messy, "--target", "churned", *more)
            assert (code, out) == (2, "")
            assert install in err
            assert "Traceback" not in err
    assert set(tmp_path.iterdir()) == before
