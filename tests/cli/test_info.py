"""`skdistill info`: what the file holds, as text and as JSON."""

import json

import numpy as np

from skdistill import QuantileStudent
from skdistill.layers import Ascending, Quantiles


def test_text_names_classes_columns_levels_and_layers(student, command):
    code, out, err = command("info", student)
    assert code == 0, err
    assert "classes: no, yes" in out
    for line in ("age number", "town category Oslo, Rome", "since date days since 2020-01-01"):
        assert line in [" ".join(row.split()) for row in out.splitlines()]
    assert f"{student.stat().st_size:,} bytes" in out
    assert "Softmax" in out


def test_text_names_how_many_numbers_there_are(several, tmp_path, command):
    several.save(tmp_path / "s")
    code, out, err = command("info", tmp_path / "s")
    assert code == 0, err
    assert "\n2 numbers\n" in out
    assert json.loads(command("info", tmp_path / "s", "--json")[1])["n_outputs"] == 2


def test_json_holds_the_reader_and_the_layers(churn, student, command):
    code, out, _ = command("info", student, "--json")
    assert code == 0
    described = json.loads(out)
    assert described["classes"] == ["no", "yes"]
    assert described["format"] == 3
    assert [column["name"] for column in described["columns"]] == list(churn.feature_names_in_)
    levels = {c["name"]: c["levels"] for c in described["columns"] if "levels" in c}
    assert levels == {"area": ["007", "10", "x"], "town": ["Oslo", "Rome"]}
    assert [layer["kind"] for layer in described["layers"]] == [
        type(layer).__name__ for layer in churn.layers
    ]


def test_a_student_of_numbers_says_how_many(of_numbers, command):
    code, out, err = command("info", of_numbers)
    assert code == 0, err
    assert "3 numbers" in out
    assert "Affine: scale [3], center [3]" in out
    described = json.loads(command("info", of_numbers, "--json")[1])
    assert (described["n_outputs"], described["format"]) == (3, 4)
    assert "classes" not in described


def test_a_damaged_file_is_refused(student, command):
    student.write_bytes(student.read_bytes()[:-9])
    code, out, err = command("info", student)
    assert code == 2
    assert "not a readable student file" in err
    assert out == ""


def test_json_has_the_levels_of_quantiles(several, tmp_path, command):
    *layers, last = several.layers
    end = Ascending(last.scale, last.center)
    outputs = Quantiles(np.array([0.1, 0.5]))
    QuantileStudent(several.reader, (*layers, end), outputs).save(tmp_path / "q")
    described = json.loads(command("info", tmp_path / "q", "--json")[1])
    assert (described["n_outputs"], described["quantiles"]) == (2, [0.1, 0.5])
