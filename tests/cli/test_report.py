"""`skdistill report`: of a run, and of a table."""

import json

import pytest

FIT = ("--data", "iris", "--teacher", "boosting", "--hidden-layer-sizes", "8")


@pytest.fixture
def kept(tmp_path, command):
    """Return the folder of a run that was kept."""
    output = tmp_path / "s.safetensors"
    code, _, err = command("compress", *FIT, "--output", output, "--keep-run")
    assert code == 0, err
    return tmp_path / "s.safetensors.run"


def test_a_run_is_reported_without_fitting_again(kept, command, monkeypatch):
    from skdistill import DistilledClassifier

    fit = DistilledClassifier.fit

    def twin_only(self, X, y, **fit_params):
        assert self.alpha == 0
        return fit(self, X, y, **fit_params)

    monkeypatch.setattr(DistilledClassifier, "fit", twin_only)
    page = kept.parent / "report.html"
    code, out, err = command("report", kept, "--output", page)
    assert code == 0, err
    assert out.startswith("Verdict: ")
    for title in ("Quality", "Cost", "Classes"):
        assert f"\n{title}\n" in out
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_table_is_fitted_on_and_reported(tmp_path, command):
    path = tmp_path / "report.md"
    code, out, err = command("report", *FIT, "--output", path, "--json")
    assert code == 0, err
    figures = json.loads(out)
    assert figures["n_rows"] == 38
    assert {"teacher", "hard-label twin", "student"} <= set(figures["models"])
    student = figures["models"]["student"]
    assert list(student) == ["quality", "costs", "log_loss", "lead"]
    assert student["quality"]["log_loss"] == pytest.approx(student["log_loss"]["value"])
    assert set(student["quality"]["log_loss_by_class"]) == {"0", "1", "2"}
    assert path.read_text().startswith(f"# Fidelity report: {figures['verdict']['choice']}")


def test_a_run_of_numbers_is_reported(tmp_path, command):
    words = ["--data", "diabetes", "--teacher", "boosting", "--transfer", "none", "--cv", "2"]
    words += ["--max-epochs", "5", "--output", tmp_path / "s", "--keep-run"]
    code, _, err = command("compress", *words)
    assert code == 0, err
    page = tmp_path / "report.html"
    code, out, err = command("report", tmp_path / "s.run", "--output", page, "--json")
    assert code == 0, err
    figures = json.loads(out)
    assert {"rmse", "mae", "r2"} < set(figures["models"]["student"]["quality"])
    assert {"rmse_to_teacher", "excess_loss"} < set(figures["slices"][0])
    code, out, err = command("report", tmp_path / "s.run")
    assert code == 0, err
    assert "in squared error" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "either a table or --data"),
        (["empty"], "empty is no folder of a run"),
        (["empty", "--alpha", "1"], "--alpha is part of the run"),
        (["--data", "iris", "--output", "r.pdf"], "a report ends with .md or .html"),
        (["--data", "iris", "--output", "old.md"], "pass --force"),
    ],
)
def test_bad_input_says_what_to_do(words, message, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "old.md").touch()
    before = set(tmp_path.rglob("*"))
    code, out, err = command("report", *words)
    assert code == 2
    assert message in err
    assert out == ""
    assert set(tmp_path.rglob("*")) == before
