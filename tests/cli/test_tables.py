"""Tables as people have them: what the command makes of their files."""

import bz2
import gzip
import io
import lzma
import zipfile

import numpy as np
import pandas as pd
import pytest

import skdistill
from skdistill import DistilledClassifier
from skdistill.cli._console import InputError
from skdistill.cli._files import Reading
from skdistill.cli._tables import open_rows, read_labelled

AS_IT_LOOKS = Reading()


@pytest.fixture(scope="module")
def people():
    """Make a frame of dates, truth values, whole numbers with gaps, and levels such as "None"."""
    rng = np.random.default_rng(0)
    n = 300
    frame = pd.DataFrame(
        {
            "key": [f"u{i}" for i in rng.permutation(n)],
            "x": rng.normal(size=n).round(3),
            "gap": pd.array(np.where(rng.random(n) < 0.1, None, rng.integers(0, 50, n)), "Int64"),
            "flag": rng.random(n) < 0.5,
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "level": rng.choice(["None", "NA", "nan", "null", "Åre, “süd”"], n),
            "zip": rng.choice(["00123", "10115", "99999"], n),
            "constant": 1,
            "empty": [None] * n,
        }
    )
    frame["y"] = np.where(frame.x + (frame.level == "None") > 0.5, "None", "other")
    frame.loc[3, "y"] = None
    return frame


def as_csv(**how):
    return lambda frame, path: frame.to_csv(path, index=False, **how)


def packed(opener):
    def write(frame, path):
        with opener(path, "wb") as stream:
            stream.write(frame.to_csv(index=False).encode())

    return write


def zipped(frame, path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inside.csv", frame.to_csv(index=False))


def decorated(frame, path):
    texts = {"when": frame.when.dt.strftime("%d.%m.%Y"), "x": [f"{x:,.3f} €" for x in frame.x]}
    frame.assign(**texts, gap=[f" {gap} " for gap in frame.gap.astype(object)]).replace(
        {"gap": {" <NA> ": ""}}
    ).to_csv(path, index=False, lineterminator="\r\n")


FILES = {
    "a.csv": as_csv(),
    "quoted.csv": as_csv(quoting=1),
    "semicolons.csv": as_csv(sep=";", decimal=","),
    "tabs.tsv": as_csv(sep="\t"),
    "pipes.txt": as_csv(sep="|"),
    "latin.CSV": as_csv(encoding="cp1252"),
    "mark.csv": as_csv(encoding="utf-8-sig"),
    "wide.csv": as_csv(encoding="utf-16"),
    "a.csv.gz": packed(gzip.open),
    "a.csv.bz2": packed(bz2.open),
    "a.CSV.XZ": packed(lzma.open),
    "a.csv.zip": zipped,
    "decorated.csv": decorated,
    "lines.jsonl": lambda f, p: f.to_json(p, orient="records", lines=True, date_format="iso"),
    "indexed.parquet": lambda f, p: f.set_index(pd.Index(range(7, 7 + len(f)))).to_parquet(p),
    "typed.parquet": lambda f, p: f.to_parquet(p),
}


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_a_frame_is_the_same_table(name, people, tmp_path, capsys):
    FILES[name](people, tmp_path / name)
    table = read_labelled(tmp_path / name, "y", AS_IT_LOOKS)
    assert list(table.X) == ["x", "gap", "flag", "when", "level", "zip"]
    known = people[people.y.notna()].reset_index(drop=True)
    assert table.y.tolist() == known.y.tolist()
    for column in ("x", "gap", "flag"):
        expected = known[column].astype("float64").to_numpy()
        np.testing.assert_array_equal(table.X[column].to_numpy(), expected)
    assert (table.X.when == known.when).all()
    assert table.X.level.tolist() == known.level.tolist()
    assert table.X.zip.tolist() == known.zip.tolist()
    err = capsys.readouterr().err
    assert "Rows without y are left out: 1." in err
    assert "an identifier or free text" in err
    assert "all its cells are equal" in err
    assert "it is empty" in err


@pytest.fixture(scope="module")
def people_student(people):
    known = people[people.y.notna()].drop(columns=["key", "constant", "empty"])
    clf = DistilledClassifier(alpha=0, transfer=None, max_epochs=3, random_state=0)
    return clf.fit(known.drop(columns="y"), known.y).student_


@pytest.mark.parametrize("name", FILES)
def test_a_student_fitted_in_python_gets_the_same_rows_from_every_file(
    name, people, people_student, tmp_path, command
):
    FILES[name](people, tmp_path / name)
    people_student.save(tmp_path / "s.safetensors")
    words = ["--keep", "key", "--keep", "y", "--output", tmp_path / "p.parquet"]
    code, _, err = command("predict", tmp_path / "s.safetensors", tmp_path / name, *words)
    assert code == 0, err
    got = pd.read_parquet(tmp_path / "p.parquet")
    proba = people_student.predict_proba(people[list(people_student.feature_names_in_)])
    np.testing.assert_array_equal(got[["probability_None", "probability_other"]], proba)
    assert got.key.tolist() == people.key.tolist()
    assert got.y[[0, 1, 2]].tolist() == people.y[[0, 1, 2]].tolist()
    assert got.y.isna().sum() == 1
    assert list(got) == ["key", "y", "label", "probability_None", "probability_other"]


def test_csv_and_parquet_become_the_identical_student(people, tmp_path, command):
    students = []
    for name in ("a.csv", "semicolons.csv", "typed.parquet"):
        FILES[name](people, tmp_path / name)
        path = tmp_path / f"{name}.safetensors"
        words = ["--target", "y", "--teacher", "boosting", "--transfer", "none"]
        words += ["--max-epochs", "3", "--output", path]
        code, _, err = command("compress", tmp_path / name, *words)
        assert code == 0, err
        students.append(path.read_bytes())
    assert students[0] == students[1] == students[2]


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["0", "1", "1"], [0, 1, 1]),
        (["1.0", "2.0", "1.0"], [1, 2, 1]),
        (["True", "false", "True"], [True, False, True]),
        (["1,5", "2,5", "1,5"], [1.5, 2.5, 1.5]),
        (["01", "02", "01"], ["01", "02", "01"]),
        (["1", "2", "?"], ["1", "2", "?"]),
        (["None", "nan", "NA"], ["None", "nan", "NA"]),
        (["2020-01-01", "2020-01-02", "2020-01-01"], ["2020-01-01", "2020-01-02", "2020-01-01"]),
    ],
)
def test_labels_are_numbers_only_where_all_are(cells, labels, tmp_path):
    frame = pd.DataFrame({"x": np.arange(30) % 7, "y": np.resize(cells, 30)})
    frame.to_csv(tmp_path / "t.csv", index=False)
    y = read_labelled(tmp_path / "t.csv", "y", AS_IT_LOOKS).y
    assert y.tolist() == np.resize(np.array(labels, dtype=object), 30).tolist()
    assert type(y.tolist()[0]) is type(labels[0])


def test_words_for_missing_values_are_missing_on_demand(tmp_path, capsys):
    frame = pd.DataFrame({"x": [" ?", "NA", "1", "2"] * 10, "t": ["NA", "b", "c", "?"] * 10})
    frame.assign(y=[0, 1, 1, 0] * 10).to_csv(tmp_path / "t.csv", index=False)
    table = read_labelled(tmp_path / "t.csv", "y", Reading(missing=("?", "NA")))
    np.testing.assert_array_equal(table.X.x[:4], [np.nan, np.nan, 1, 2])
    assert table.X.t.isna().tolist() == [True, False, False, True] * 10
    plain = read_labelled(tmp_path / "t.csv", "y", AS_IT_LOOKS)
    assert plain.X.x.tolist() == frame.x.tolist()
    assert "category" in capsys.readouterr().err


def test_stray_words_among_numbers_are_missing_and_named(tmp_path, capsys):
    x = np.arange(100).astype(str).astype(object)
    x[[3, 50]] = "?", " "
    frame = pd.DataFrame({"x": x, "y": np.arange(100) % 2})
    frame.to_csv(tmp_path / "t.csv", index=False)
    table = read_labelled(tmp_path / "t.csv", "y", AS_IT_LOOKS)
    assert table.kinds == {"x": "number"}
    assert np.flatnonzero(table.X.x.isna()).tolist() == [3, 50]
    assert "no number in 2 filled cells, such as ' ', '?'" in capsys.readouterr().err
    with open_rows(tmp_path / "t.csv", ("x",), ("number",), AS_IT_LOOKS) as rows:
        ((_, frame, _),) = rows.chunks()
    assert np.flatnonzero(frame.x.isna()).tolist() == [3, 50]
    assert "Column 'x': no number in 2 filled cells" in capsys.readouterr().err


def test_options_overrule_looks(tmp_path):
    path = tmp_path / "t.csv"
    lines = [f"1,{7 * i:03d};0{i % 9 + 1}/02/03;{i % 2}" for i in range(10, 60)]
    path.write_text("\n".join(["x;when;y", *lines]))
    as_comma = read_labelled(path, "y", Reading(decimal=",", dates="%d/%m/%y"))
    assert as_comma.X.x[0] == 1.070
    assert as_comma.X.when[0] == pd.Timestamp("2003-02-02")
    assert read_labelled(path, "y", Reading(decimal=".")).X.x[0] == 1070
    path.write_text("x y z\n1 0 2\n3 1 4\n5 0 7\n")
    assert list(read_labelled(path, "y", Reading(separator=" ")).X) == ["x", "z"]


def test_names_are_those_that_pandas_gives(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x,X,x,,y\n1,2,3,4,0\n5,6,7,8,1\n2,9,1,4,0\n")
    table = read_labelled(path, "y", AS_IT_LOOKS)
    assert list(table.X) == list(pd.read_csv(path).columns[:-1])
    assert table.X.iloc[0].tolist() == [1, 2, 3, 4]


def test_names_that_differ_in_case_are_told_apart_in_parquet(tmp_path):
    frame = pd.DataFrame(
        {"a": [1, 2, 4], "A": [5, 6, 8], "nested": [{"u": 1}] * 3, "y": [0, 1, 0]}
    )
    frame.to_parquet(tmp_path / "t.parquet")
    table = read_labelled(tmp_path / "t.parquet", "y", AS_IT_LOOKS)
    assert table.X.a.tolist() == [1, 2, 4]
    assert table.X.A.tolist() == [5, 6, 8]
    assert list(table.X) == ["a", "A"]


def test_columns_that_are_dropped_are_not_read(people, tmp_path):
    people.to_csv(tmp_path / "t.csv", index=False)
    table = read_labelled(tmp_path / "t.csv", "y", AS_IT_LOOKS, ("x", "level"))
    assert list(table.X) == ["gap", "flag", "when", "zip"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x,y\n1,0\n2,1,3\n", "line 3 has 3 fields, and the first line 2 names"),
        (b"x;y\n1;0\n2\n", "line 3 has 1 fields, and the first line 2 names"),
        (b'x,y\n1,"a\n2,b\n', "line 2: Value with unterminated quote"),
        (b"", "is empty: a table has a line of names"),
        (b"y\n1\n2\n", "no column to learn from"),
        (b"x,y\n", "no column to learn from"),
        (b"x,z\n1,2\n", "has no column 'y'"),
    ],
)
def test_what_is_no_table_is_refused_in_a_line(data, message, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as error:
        read_labelled(path, "y", AS_IT_LOOKS)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        ({"encoding": "utf-8"}, "is not in the encoding utf-8: .* Pass another --encoding"),
        ({"encoding": "martian"}, "--encoding martian is not known"),
    ],
)
def test_another_encoding_is_refused_with_the_remedy(reading, message, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("x,y\nä,1\nö,0\n".encode("latin-1"))
    with pytest.raises(InputError, match=message):
        read_labelled(path, "y", Reading(**reading))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--separator", ";;"], "--separator is one character"),
        (["--decimal", "x"], "--decimal is . or ,"),
        (["--keep", "kee"], "no column 'kee'; is it 'key'?"),
    ],
)
def test_options_that_mean_nothing_are_refused(
    words, message, people, people_student, tmp_path, command
):
    people.to_csv(tmp_path / "t.csv", index=False)
    people_student.save(tmp_path / "s.safetensors")
    code, out, err = command("predict", tmp_path / "s.safetensors", tmp_path / "t.csv", *words)
    assert (code, out) == (2, "")
    assert message in err


def test_options_of_text_are_refused_for_files_that_know_types(people, tmp_path):
    people.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match="--separator is for files of text"):
        read_labelled(tmp_path / "t.parquet", "y", Reading(separator=";"))


def test_a_kept_column_may_not_hide_a_prediction(people, people_student, tmp_path, command):
    people.assign(label=1).to_csv(tmp_path / "t.csv", index=False)
    people_student.save(tmp_path / "s.safetensors")
    words = ["predict", tmp_path / "s.safetensors", tmp_path / "t.csv", "--keep", "label"]
    code, _, err = command(*words)
    assert code == 2
    assert "--keep label: the predictions have such a column" in err


def test_a_key_travels_through_a_csv_as_it_is_written(people_student, people, tmp_path, command):
    people.assign(key=[f"00{i}" for i in range(len(people))]).to_csv(tmp_path / "t.csv")
    people_student.save(tmp_path / "s.safetensors")
    words = ["predict", tmp_path / "s.safetensors", tmp_path / "t.csv", "--keep", "key"]
    _, out, _ = command(*words, "--only", "labels")
    got = pd.read_csv(io.StringIO(out), dtype=str, keep_default_na=False)
    assert got.key[:3].tolist() == ["000", "001", "002"]
    labels = people_student.predict(people[list(people_student.feature_names_in_)])
    assert got.label.tolist() == labels.tolist()


def test_a_folder_of_tables_gives_rows_without_labels(people, tmp_path, command):
    folder = tmp_path / "more"
    folder.mkdir()
    people.iloc[:100].to_csv(folder / "a.csv", index=False)
    people.iloc[100:].to_parquet(folder / "b.parquet")
    people.to_csv(tmp_path / "t.csv", index=False)
    words = ["--target", "y", "--teacher", "boosting", "--transfer", "none", "--max-epochs", "2"]
    words += ["--unlabeled", folder, "--output", tmp_path / "s.safetensors"]
    code, _, err = command("compress", tmp_path / "t.csv", *words)
    assert code == 0, err
    assert skdistill.load(tmp_path / "s.safetensors").n_features_in_ == 6
