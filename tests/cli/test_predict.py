"""`skdistill predict`: the student's own answers, whatever the file and its size."""

import io
import json
import sys

import numpy as np
import pandas as pd
import pytest

import skdistill


def printed(out):
    """Read CSV to the last bit, which not every pandas does."""
    frame = pd.read_csv(io.StringIO(out), dtype=str)
    names = [name for name in frame if name.startswith("probability_")]
    return frame.assign(**{name: [float(text) for text in frame[name]] for name in names})


def columns(frame):
    return frame[["probability_no", "probability_yes"]].to_numpy()


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr("skdistill.tables._forms.MAX_ROWS", 7)
    monkeypatch.setattr("skdistill.tables._forms.MIN_ROWS", 7)


def test_a_csv_in_chunks_gets_the_answers_that_the_frame_gets(
    small_chunks, customers, churn, student, messy, command
):
    code, out, _ = command("predict", student, messy)
    assert code == 0
    answers = printed(out)
    rows = customers.drop(columns="churned")
    np.testing.assert_array_equal(columns(answers), churn.predict_proba(rows))
    assert answers.label.tolist() == churn.predict(rows).tolist()


def test_no_more_than_a_chunk_is_asked_at_once(
    small_chunks, customers, student, messy, monkeypatch, command
):
    asked = []
    predict_proba = skdistill.ClassifierStudent.predict_proba

    def counted(self, X):
        asked.append(len(X))
        return predict_proba(self, X)

    monkeypatch.setattr(skdistill.ClassifierStudent, "predict_proba", counted)
    customers.to_parquet(student.parent / "c.parquet")
    for table in (messy, student.parent / "c.parquet"):
        asked.clear()
        command("predict", student, table, "--output", student.parent / "p.csv", "--force")
        assert asked == [7] * 22 + [6]


def test_parquet_and_csv_files_hold_the_same(small_chunks, customers, student, messy, command):
    folder = student.parent
    customers.to_parquet(folder / "c.parquet", index=True)
    words = [(messy, "a.csv"), (folder / "c.parquet", "b.parquet")]
    for table, output in words:
        code, out, err = command("predict", student, table, "--output", folder / output)
        assert code == 0, err
        assert out == ""
        assert "160 rows" in err
    pd.testing.assert_frame_equal(
        pd.read_csv(folder / "a.csv"), pd.read_parquet(folder / "b.parquet"), check_dtype=False
    )


def test_text_of_a_csv_is_text_for_the_student(churn, student, command):
    path = student.parent / "codes.csv"  # pandas would read 7, and 10.0 beside a gap
    for area in ("007", "10"):
        lines = [f"30,Atlantis,True,2020-05-01,{text},0.1" for text in (area, "")]
        path.write_text("\n".join(["age,town,member,since,area,spend", *lines]))
        _, out, _ = command("predict", student, path)
        frame = pd.DataFrame(
            {
                "age": 30.0,
                "town": "a town never seen",
                "member": True,
                "since": pd.Timestamp("2020-05-01"),
                "area": [area, None],
                "spend": 0.1,
            }
        )
        np.testing.assert_array_equal(columns(printed(out)), churn.predict_proba(frame))


def test_columns_may_stand_in_another_order_beside_others(customers, student, messy, command):
    path = student.parent / "turned.csv"
    customers[customers.columns[::-1]].assign(id=1).to_csv(path, index=False)
    code, out, err = command("predict", student, path)
    assert code == 0
    assert "left out: churned, id" in err
    assert out == command("predict", student, messy)[1]


@pytest.mark.parametrize(
    ("only", "header"),
    [("labels", "label"), ("probabilities", "probability_no,probability_yes")],
)
def test_only_some_columns_are_wanted(only, header, student, messy, command):
    _, out, _ = command("predict", student, messy, "--only", only)
    assert out.splitlines()[0] == header
    assert len(out.splitlines()) == 161


def test_a_table_without_rows_gives_a_header(customers, student, command):
    for name, write in (("e.csv", "to_csv"), ("e.parquet", "to_parquet")):
        getattr(customers.head(0), write)(student.parent / name, index=False)
        code, out, err = command("predict", student, student.parent / name)
        assert code == 0, err
        assert out == "label,probability_no,probability_yes\n"


def test_json_counts_labels(student, messy, command):
    output = student.parent / "p.csv"
    code, out, _ = command("predict", student, messy, "--output", output, "--json")
    assert code == 0
    counts = pd.read_csv(output).label.value_counts().to_dict()
    figures = json.loads(out)
    assert figures["n_rows"] == 160
    assert {k: n for k, n in figures["labels"].items() if n} == counts


def test_columns_without_names_go_by_position(tmp_path, command):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    clf = skdistill.DistilledClassifier(alpha=0, transfer=None, max_epochs=2, random_state=0)
    student = clf.fit(X, X[:, 0] > 0).student_
    student.save(tmp_path / "s.safetensors")
    pd.DataFrame(X).to_csv(tmp_path / "x.csv", index=False)
    code, out, err = command("predict", tmp_path / "s.safetensors", tmp_path / "x.csv")
    assert code == 0, err
    got = printed(out)
    np.testing.assert_allclose(
        got[["probability_False", "probability_True"]], student.predict_proba(X), atol=1e-6
    )
    pd.DataFrame(X[:, :2]).to_csv(tmp_path / "x.csv", index=False)
    code, _, err = command("predict", tmp_path / "s.safetensors", tmp_path / "x.csv")
    assert code == 2
    assert "has 2 columns, but the student reads 3" in err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="town"), "lacks columns that the student reads: 'town'"),
        (lambda f: f.rename(columns={"spend": "spent"}), "'spend' (is it 'spent'?)"),
        (
            lambda f: f.assign(age="old"),
            "Column 'age' held numbers in fit, but 160 of 160 cells are none",
        ),
        (lambda f: f.assign(spend=np.where(f.index == 9, np.inf, 1)), "rows 7 to 13: "),
        (lambda f: f.assign(since="soon"), "'since' held dates in fit"),
    ],
)
def test_a_table_that_does_not_fit_says_where(
    change, message, small_chunks, customers, student, command
):
    path = student.parent / "bad.csv"
    change(customers).to_csv(path, index=False)
    before = set(student.parent.iterdir())
    code, out, err = command("predict", student, path, "--output", student.parent / "p.csv")
    assert code == 2
    assert message in err
    assert out == ""
    assert set(student.parent.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere", "c.csv"], "No student file at nowhere"),
        (["c.csv", "c.csv"], "not a readable student file"),
        (["churn.safetensors", "no.csv"], "No table at no.csv"),
        (["churn.safetensors", "long.csv"], "line 2 has 7 fields, and the first line 6 names"),
        (["churn.safetensors", "c.csv", "--output", "p.txt"], "end with .csv or .parquet"),
        (["churn.safetensors", "c.csv", "--output", "c.csv"], "pass --force"),
        (["churn.safetensors", "c.csv", "--json"], "write the predictions to a file"),
    ],
)
def test_bad_input_says_what_to_do(words, message, student, messy, monkeypatch, command):
    monkeypatch.chdir(student.parent)
    messy.rename("c.csv")
    header = "age,town,member,since,area,spend\n"
    (student.parent / "long.csv").write_text(header + "1,30,Oslo,True,2020-05-01,x,0.1\n")
    code, out, err = command("predict", *words)
    assert code == 2
    assert message in err
    assert out == ""


def test_without_pandas_the_command_says_what_to_install(student, messy, monkeypatch, command):
    monkeypatch.setitem(sys.modules, "pandas", None)
    code, out, err = command("predict", student, messy)
    assert code == 2
    assert 'pip install "skdistill[cli]"' in err
    assert out == ""


def test_numbers_are_predicted_in_a_column(spending, customers, messy, tmp_path, command):
    spending.save(tmp_path / "s")
    code, out, err = command("predict", tmp_path / "s", messy, "--keep", "town")
    assert code == 0, err
    frame = pd.read_csv(io.StringIO(out), dtype=str)
    assert list(frame) == ["town", "prediction"]
    predicted = spending.predict(customers.drop(columns="spend"))
    assert [float(text) for text in frame.prediction] == predicted.tolist()
    words = ["predict", tmp_path / "s", messy, "--json", "--output", tmp_path / "p.parquet"]
    code, out, err = command(*words)
    assert code == 0, err
    assert json.loads(out) == {
        "n_rows": 160,
        "prediction": {
            "mean": pytest.approx(predicted.mean()),
            "min": predicted.min(),
            "max": predicted.max(),
        },
    }
    code, _, err = command(*words, "--only", "labels", "--force")
    assert code == 2
    assert "--only labels: the student answers by numbers alone" in err


@pytest.fixture(scope="module")
def numbered():
    """Return a frame of two columns, labels of it, and a number."""
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(120, 2)), columns=["a", "b"])
    return frame, (frame > 0).astype(int).to_numpy(), frame.a + frame.b


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ([], ["label_0", "label_1", "probability_0", "probability_1"]),
        (["--only", "labels"], ["label_0", "label_1"]),
        (["--only", "probabilities"], ["probability_0", "probability_1"]),
    ],
)
def test_several_labels_have_a_column_each(only, names, numbered, tmp_path, command):
    frame, labels, _ = numbered
    clf = skdistill.DistilledClassifier(alpha=0, transfer=None, max_epochs=2, random_state=0)
    student = clf.fit(frame, labels).student_
    student.save(tmp_path / "s")
    frame.to_csv(tmp_path / "t.csv", index=False)
    words = ["predict", tmp_path / "s", tmp_path / "t.csv", "--output", tmp_path / "p.parquet"]
    code, out, err = command(*words, "--json", *only)
    assert code == 0, err
    got = pd.read_parquet(tmp_path / "p.parquet")
    assert list(got) == names
    answers = {"label": student.predict(frame), "probability": student.predict_proba(frame)}
    for name in names:
        kind, k = name.split("_")
        np.testing.assert_array_equal(got[name], answers[kind][:, int(k)])
    counts = answers["label"].sum(axis=0).tolist()
    assert json.loads(out) == {"n_rows": 120, "labels": {"0": counts[0], "1": counts[1]}}


def test_quantiles_have_a_column_each(numbered, tmp_path, command):
    frame, _, y = numbered
    how = {"alpha": 0, "transfer": None, "max_epochs": 2, "random_state": 0}
    reg = skdistill.DistilledRegressor(quantiles=(0.1, 0.5, 0.9), **how).fit(frame, y)
    reg.student_.save(tmp_path / "s")
    frame.to_csv(tmp_path / "t.csv", index=False)
    code, out, err = command("predict", tmp_path / "s", tmp_path / "t.csv")
    assert code == 0, err
    got = pd.read_csv(io.StringIO(out), dtype=str)
    assert list(got) == ["quantile_0.1", "quantile_0.5", "quantile_0.9"]
    np.testing.assert_array_equal(got.astype(float), reg.predict_quantiles(frame))
