"""The command: what it prints and writes, and how it refuses."""

import json

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier

import skdistill
from skdistill.cli import main


def run(capsys, *words):
    """Run the command; return exit code, stdout and stderr."""
    code = main(["compress", *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_messy_csv_becomes_a_student_and_a_table(messy, tmp_path, capsys):
    path = tmp_path / "churn.safetensors"
    code, out, err = run(
        capsys, messy, "--target", "churned", "--teacher", "boosting", "--output", path
    )
    assert code == 0, err
    header = next(line for line in out.splitlines() if "accuracy" in line)
    assert header.split() == "accuracy log loss ECE agreement size one row".split()
    for model in ("teacher", "hard-label twin", "student", "prior"):
        assert any(line.startswith(model) for line in out.splitlines())
    student = skdistill.load(path)
    assert student.classes_.tolist() == ["no", "yes"]
    rows = pd.read_csv(messy).drop(columns="churned").head(3)
    rows.loc[0, "town"] = "a town never seen"
    assert student.predict_proba(rows).shape == (3, 2)


def test_json_on_stdout_is_nothing_but_json(tmp_path, capsys):
    path = tmp_path / "iris.safetensors"
    code, out, _ = run(
        capsys, "--data", "iris", "--teacher", "boosting", "--output", path, "--json", "-v"
    )
    assert code == 0
    figures = json.loads(out)
    assert set(figures) == {"teacher", "hard-label twin", "student", "prior"}
    assert figures["prior"]["accuracy"] == pytest.approx(1 / 3, abs=0.02)
    assert set(figures["prior"]["lead"]) == {"log_loss", "brier"}
    assert figures["teacher"]["agreement"] == 1
    assert figures["student"]["n_bytes"] == path.stat().st_size


def test_parquet_is_read(messy, tmp_path, capsys):
    parquet = tmp_path / "customers.parquet"
    pd.read_csv(messy).to_parquet(parquet)
    output = tmp_path / "s.safetensors"
    code, _, err = run(
        capsys, parquet, "--target", "churned", "--teacher", "boosting", "--output", output
    )
    assert code == 0, err


def test_unlabelled_rows_are_read_from_parquet(messy, tmp_path, capsys):
    table = pd.read_csv(messy)
    more = tmp_path / "more.parquet"
    table.drop(columns="churned").to_parquet(more)
    words = ["--target", "churned", "--teacher", "boosting", "--transfer", "mixup", "--force"]
    words += ["--output", tmp_path / "s.safetensors", "--unlabeled", more]
    code, _, err = run(capsys, messy, *words)
    assert code == 0, err
    table.to_parquet(more)
    code, _, err = run(capsys, messy, *words)
    assert code == 0, err
    assert "left out: churned" in err


def test_a_fitted_teacher_from_a_joblib_file_is_used_as_it_is(tmp_path, capsys):
    X, y = load_iris(return_X_y=True)
    joblib.dump(KNeighborsClassifier().fit(X, y), tmp_path / "t.joblib")
    words = ("--data", "iris", "--output", tmp_path / "s.safetensors")
    code, _, err = run(capsys, *words, "--teacher-file", tmp_path / "t.joblib")
    assert code == 2
    assert "executes the code" in err
    assert not (tmp_path / "s.safetensors").exists()
    code, out, err = run(
        capsys, *words, "--teacher-file", tmp_path / "t.joblib", "--allow-code-execution", "--json"
    )
    assert code == 0, err
    assert json.loads(out)["student"]["accuracy"] > 0.8


def test_a_skops_teacher_is_loaded_only_with_trusted_types(tmp_path, capsys):
    path = tmp_path / "t.skops"
    skops.io.dump(KNeighborsClassifier(metric=_distance), path)
    words = ("--data", "iris", "--output", tmp_path / "s.safetensors", "--teacher-file", path)
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "not trusted" in err
    (name,) = skops.io.get_untrusted_types(file=path)
    assert f"--trust {name}" in err

    skops.io.dump(KNeighborsClassifier(3), path)
    code, _, err = run(capsys, *words)
    assert code == 0, err


def _distance(a, b):
    return float(np.abs(a - b).sum())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "either a table or --data"),
        (["nowhere.csv", "--target", "y"], "No table at nowhere.csv"),
        (["customers.csv"], "--target COLUMN"),
        (["customers.csv", "--target", "sales"], "no column 'sales'; it has age, town"),
        (["customers.csv", "--target", "town", "--drop", "ages"], "no column 'ages'; is it 'age'"),
        (["notes.doc", "--target", "y"], "a table ends with .csv, .tsv"),
        (["empty.csv", "--target", "y"], "empty.csv is empty"),
        (["damaged.parquet", "--target", "y"], "cannot be read as a table"),
        (["one_class.csv", "--target", "y"], "1 class"),
        (["--data", "iris", "--output", "no/s.safetensors"], "folder no does not exist"),
        (["--data", "iris", "--output", "old.safetensors"], "pass --force"),
        (["--data", "iris", "--output", "folder.safetensors"], "is a folder"),
        (["--data", "iris", "--output", "/dev/null"], "no file that could be replaced"),
        (["--data", "iris", "--output", "taken"], "taken.run, the folder of the run, is a file"),
        (["--data", "iris", "--output", "s.csv"], "a student's file ends with .safetensors"),
        (
            ["--data", "iris", "--output", "s.onnx"],
            '`skdistill export "s.safetensors" --output "s.onnx"` writes that',
        ),
        (["--data", "iris", "--output", "s.h"], "skdistill export"),
        (["--data", "iris", "--output", "s.pt2"], "skdistill export"),
        (["--data", "iris", "--test-size", "2"], "between 0 and 1"),
        (["--data", "iris", "--test-size", ".01"], "--test-size 0.01 cannot be: "),
        (["customers.csv", "--target", "town", "--task", "numbers"], "Pass --task classes"),
        (["--data", "diabetes", "--temperature", "2"], "--temperature is no parameter of Dist"),
        (["--data", "diabetes", "--loss", "kl"], "--loss must be a str among"),
        (
            ["different.csv", "--target", "x", "--task", "numbers", "--test-size", ".99"],
            "cannot be",
        ),
        (["different.csv", "--target", "y"], "Each label has a single row"),
        (["--data", "iris", "--teacher-file", "t.joblib"], "No teacher file"),
        (["--data", "iris", "--teacher-file", "notes.doc"], "ends with .skops, .joblib or .pkl"),
        (
            ["--data", "iris", "--teacher-file", "damaged.pkl", "--allow-code-execution"],
            "cannot be read",
        ),
        (
            ["--data", "iris", "--teacher-file", "regressor.pkl", "--allow-code-execution"],
            "LinearRegression, which does not teach classes",
        ),
        (
            ["--data", "diabetes", "--teacher-file", "classifier.pkl", "--allow-code-execution"],
            "which does not teach numbers",
        ),
        (["--data", "iris", "--alpha", "3"], "--alpha: '3' is not a float in the range [0"),
        (["--data", "iris", "--hidden-layer-sizes", "0"], "--hidden-layer-sizes=(0,) has 0"),
        (["--data", "iris", "--unlabeled", "nowhere.parquet"], "no such file or folder"),
    ],
)
def test_bad_input_says_what_to_do(words, message, messy, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.doc").write_text("x")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 nothing")
    (tmp_path / "damaged.pkl").write_bytes(b"nothing")
    (tmp_path / "one_class.csv").write_text("x,y\n1,a\n2,a\n3,a\n")
    (tmp_path / "different.csv").write_text("x,y\n1,a\n2,b\n3,c\n")
    (tmp_path / "old.safetensors").touch()
    (tmp_path / "taken.run").touch()
    (tmp_path / "folder.safetensors").mkdir()
    joblib.dump(LinearRegression(), "regressor.pkl")
    joblib.dump(KNeighborsClassifier(), "classifier.pkl")
    before = set(tmp_path.iterdir())
    code, out, err = run(capsys, *words)
    assert code == 2
    assert message in err
    assert out == ""
    assert "Traceback" not in err
    assert set(tmp_path.iterdir()) == before


def test_ctrl_c_exits_with_130_and_writes_nothing(tmp_path, monkeypatch, capsys):
    def interrupted(self, X, y, **fit_params):
        raise KeyboardInterrupt

    monkeypatch.setattr(skdistill.DistilledClassifier, "fit", interrupted)
    path = tmp_path / "s.safetensors"
    code, _, err = run(capsys, "--data", "iris", "--output", path)
    assert code == 130
    assert "interrupted" in err
    assert not path.exists()


def test_a_folder_that_may_not_be_written_to_is_told_before_work(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("os.access", lambda path, mode: path != tmp_path)
    code, _, err = run(capsys, "--data", "iris", "--output", tmp_path / "s.safetensors")
    assert code == 2
    assert "may not be written to: choose another" in err


@pytest.mark.filterwarnings("default:1 classes have a single row")
def test_uneven_classes_of_which_one_has_a_single_row_are_compared(tmp_path, capsys):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(200, 2)), columns=["a", "b"])
    frame["y"] = np.where(frame.a > 1, "rare", "usual")
    frame.loc[7, "y"] = "single"
    frame.to_csv(tmp_path / "t.csv", index=False)
    words = ["--target", "y", "--teacher", "boosting", "--output", tmp_path / "s"]
    code, out, err = run(capsys, tmp_path / "t.csv", *words)
    assert code == 0, err
    assert "Classes with a single row are not held out, but trained on: 1." in err
    assert "The target is taken for 3 classes; --task numbers says otherwise." in err
    header = next(line for line in out.splitlines() if "accuracy" in line)
    assert header.split() == "accuracy balanced log loss ECE AUC agreement size one row".split()
    assert skdistill.load(tmp_path / "s").classes_.tolist() == ["rare", "single", "usual"]


def test_a_student_of_noise_is_not_to_be_used(tmp_path, capsys):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=120), "y": rng.integers(0, 2, 120)})
    frame.to_csv(tmp_path / "t.csv", index=False)
    words = ["--target", "y", "--output", tmp_path / "s.safetensors", "--calibration", "none"]
    code, out, err = run(capsys, tmp_path / "t.csv", "--teacher", "boosting", *words)
    assert code == 0, err
    assert "As far as 30 rows tell, it is no better than the prior: do not use it." in out
    assert "Use it" not in out


def test_numbers_are_classes_where_the_user_says_so(tmp_path, capsys):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=120)})
    frame.assign(y=np.where(frame.a > 0, 0.5, 1.25)).to_csv(tmp_path / "t.csv", index=False)
    words = [tmp_path / "t.csv", "--target", "y", "--teacher", "boosting", "--task", "classes"]
    code, _, err = run(capsys, *words, "--output", tmp_path / "s.safetensors")
    assert code == 0, err
    assert skdistill.load(tmp_path / "s.safetensors").classes_.tolist() == ["0.5", "1.25"]


QUICK = ["--teacher", "boosting", "--transfer", "none", "--max-epochs", "5", "--cv", "2"]


def test_numbers_are_learned_and_compared_by_their_measures(messy, tmp_path, capsys):
    path = tmp_path / "s.safetensors"
    words = [messy, "--target", "spend", "--output", path, "--loss", "huber", *QUICK]
    code, out, err = run(capsys, *words)
    assert code == 0, err
    assert "taken for numbers: 160 different ones; --task classes says otherwise" in err
    assert out.splitlines()[0].split() == "RMSE MAE R² RMSE to teacher size one row".split()
    assert skdistill.load(path).predict(pd.read_csv(messy).drop(columns="spend")).shape == (160,)
    code, out, _ = run(capsys, *words, "--force", "--json")
    figures = json.loads(out)
    assert figures["prior"]["r2"] == pytest.approx(0, abs=0.2)
    assert set(figures["prior"]["lead"]) == {"squared_error"}
    assert figures["teacher"]["rmse_to_teacher"] == 0


@pytest.mark.parametrize("teacher", ["forest", "voting"])
def test_numbers_have_the_preset_teachers(teacher, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("skdistill.cli._teacher_files.N_TREES", 3)
    words = ["--data", "diabetes", *QUICK, "--teacher", teacher, "--output", tmp_path / "s"]
    code, out, err = run(capsys, *words)
    assert code == 0, err
    assert "R²" in out


def test_a_fitted_teacher_of_numbers_from_a_file_is_used_as_it_is(tmp_path, capsys):
    X, y = load_diabetes(return_X_y=True)
    joblib.dump(LinearRegression().fit(X, y), tmp_path / "t.joblib")
    words = ["--data", "diabetes", "--output", tmp_path / "s", "--transfer", "none", "--json"]
    words += ["--teacher-file", tmp_path / "t.joblib", "--allow-code-execution"]
    code, out, err = run(capsys, *words)
    assert code == 0, err
    assert json.loads(out)["student"]["rmse_to_teacher"] < 30


def test_a_run_of_numbers_goes_on(tmp_path, capsys):
    words = ["--data", "diabetes", "--output", tmp_path / "s", "--keep-run", *QUICK]
    assert run(capsys, *words)[0] == 0
    code, _, err = run(capsys, *words, "--resume", "--task", "numbers")
    assert code == 2
    assert "--task auto, not numbers" in err
    code, _, err = run(capsys, *words, "--resume")
    assert code == 0, err
    assert "Going on with the run" in err
