"""`skdistill report` of a student's file and a table with labels."""

import json

import numpy as np
import pandas as pd
import pytest

from skdistill import DistilledClassifier
from skdistill.cli._console import InputError
from skdistill.cli._student_report import as_labels


def test_quality_and_cost_stand_beside_the_prior(student, messy, customers, churn, command):
    code, out, err = command("report", student, messy, "--target", "churned")
    assert code == 0, err
    header, *_ = out.splitlines()
    assert header.split() == "accuracy log loss ECE size one row".split()
    assert "As far as 160 rows tell, the student is clearly better than the prior." in out
    assert "Verdict" not in out
    assert "does not tell on which rows it was trained: these must be others" in err
    code, out, _ = command("report", student, messy, "--target", "churned", "--json")
    found = json.loads(out)
    assert found["n_rows"] == 160
    X = customers.drop(columns="churned")
    accuracy = churn.score(X, customers.churned)
    assert found["models"]["student"]["accuracy"] == pytest.approx(accuracy)
    most = customers.churned.value_counts(normalize=True).max()
    assert found["models"]["prior"]["accuracy"] == pytest.approx(most)


def test_rows_of_one_label_and_rows_without_are_no_matter(student, customers, tmp_path, command):
    frame = customers[customers.churned == "yes"].copy()
    frame.loc[frame.index[:4], "churned"] = None
    frame.to_csv(tmp_path / "t.csv", index=False)
    code, out, err = command("report", student, tmp_path / "t.csv", "--target", "churned")
    assert code == 0, err
    assert "4 rows without churned are left out." in err
    assert "nan" in out  # the area under a curve of one label
    frame.assign(churned=None).to_csv(tmp_path / "t.csv", index=False)
    code, _, err = command("report", student, tmp_path / "t.csv", "--target", "churned")
    assert code == 2
    assert "has no row with a label in churned" in err


def test_a_student_of_columns_without_names_is_reported(tmp_path, command):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 2))
    y = X[:, 0] > 0
    clf = DistilledClassifier(alpha=0, transfer=None, cv=2, max_epochs=3, random_state=0)
    clf.fit(X, y).student_.save(tmp_path / "s")
    pd.DataFrame(X, columns=["a", "b"]).assign(y=y).to_parquet(tmp_path / "t.parquet")
    code, out, err = command("report", tmp_path / "s", tmp_path / "t.parquet", "--target", "y")
    assert code == 0, err
    assert "80 rows" in out


@pytest.mark.parametrize(
    ("cells", "labels", "expected"),
    [
        (["1", "2.0", 1], [1, 2], [1, 2, 1]),
        (["TRUE", "false", "1", True], [False, True], [True, False, True, True]),
        (["007", "7"], ["007", "7"], ["007", "7"]),
        ([1.5, "1.5"], ["1.5", "2.0"], ["1.5", "1.5"]),
    ],
)
def test_cells_spell_labels(cells, labels, expected):
    found = as_labels(cells, np.array(labels))
    assert found.tolist() == expected
    assert found.dtype == np.array(labels).dtype


@pytest.mark.parametrize(("cell", "labels"), [("x", [1, 2]), ("3", [1, 2]), ("A", ["a", "b"])])
def test_a_cell_that_spells_no_label_is_refused(cell, labels):
    with pytest.raises(InputError, match=f"{cell} is no label .* knows {labels[0]}, {labels[1]}"):
        as_labels([cell], np.array(labels))


def test_a_student_of_numbers_stands_beside_the_mean(spending, customers, tmp_path, command):
    spending.save(tmp_path / "s")
    customers = customers.copy()
    customers.loc[3, "spend"] = np.nan
    customers.to_csv(tmp_path / "t.csv", index=False, sep=";", decimal=",")
    code, out, err = command("report", tmp_path / "s", tmp_path / "t.csv", "--target", "spend")
    assert code == 0, err
    assert "1 rows without spend are left out." in err
    header, student, prior, *_ = out.splitlines()
    assert header.split() == "RMSE MAE R² size one row".split()
    known = customers.dropna(subset="spend")
    r2 = spending.score(known.drop(columns="spend"), known.spend)
    assert f" {r2:.4f} " in student
    assert " 0.0000 " in prior
    assert "The prior is the mean among these rows." in out
    code, _, err = command("report", tmp_path / "s", tmp_path / "t.csv", "--target", "town")
    assert code == 2
    assert "column town: 'Oslo' is no number." in err or "column town: 'Rome' is no" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["churn.safetensors"], 'skdistill report "churn.safetensors" TABLE.csv --target COLUMN'),
        (["churn.safetensors", "customers.csv"], "pass a table with labels too"),
        (["churn.safetensors", "customers.csv", "--target", "town"], "Oslo is no label that"),
        (["churn.safetensors", "customers.csv", "--target", "sales"], "no column 'sales'"),
        (["customers.csv", "churn.safetensors", "--target", "y"], "not a readable student file"),
        (["churn.safetensors", "customers.csv", "--alpha", "1"], "--alpha has no meaning with"),
        (
            ["churn.safetensors", "customers.csv", "--output", "r.md"],
            "--output has no meaning with",
        ),
    ],
)
def test_bad_input_says_what_to_do(words, message, student, messy, monkeypatch, command):
    monkeypatch.chdir(student.parent)
    before = set(student.parent.iterdir())
    code, out, err = command("report", *words)
    assert code == 2
    assert message in err
    assert out == ""
    assert set(student.parent.iterdir()) == before
