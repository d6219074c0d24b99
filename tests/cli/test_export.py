"""`skdistill export`: three forms, and options where they have a meaning."""

import json

import numpy as np
import pytest


def test_onnx_answers_like_the_student(customers, churn, student, messy, command):
    import onnxruntime

    code, out, err = command("export", student, "--format", "onnx", "--json")
    assert code == 0, err
    figures = json.loads(out)
    path = student.with_suffix(".onnx")
    assert figures == {"format": "onnx", "path": str(path), "n_bytes": path.stat().st_size}
    session = onnxruntime.InferenceSession(path)
    assert [i.name for i in session.get_inputs()] == list(churn.feature_names_in_)
    code, _, err = command("export", student, "--output", student.with_name("q.onnx"), "--int8",
                           "--calibration", messy)  # fmt: skip
    assert code == 0, err
    assert student.with_name("q.onnx").stat().st_size < path.stat().st_size


def test_c_is_a_header_with_the_name_that_was_passed(student, command):
    code, _, err = command("export", student, "--format", "c", "--name", "risk")
    assert code == 0, err
    whole = student.with_suffix(".h")
    assert "risk_predict_proba" in whole.read_text()
    code, _, err = command("export", student, "--output", student.with_name("small.h"), "--int8")
    assert code == 0, err
    assert student.with_name("small.h").stat().st_size < whole.stat().st_size


def test_a_torch_program_answers_like_the_student(customers, churn, student, command):
    import torch

    code, _, err = command("export", student, "--format", "torch")
    assert code == 0, err
    program = torch.export.load(student.with_suffix(".pt2")).module()
    X = customers.drop(columns="churned")
    got = program(torch.from_numpy(churn.reader.read(X))).detach().numpy()
    np.testing.assert_allclose(got, churn.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("form", ["onnx", "c", "torch"])
def test_a_student_of_numbers_is_written_in_every_form(form, several, tmp_path, command):
    several.save(tmp_path / "s")
    code, _, err = command("export", tmp_path / "s", "--format", form)
    assert code == 0, err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Pass --format onnx, c, torch, or an --output that ends with .onnx, .h, .pt2"),
        (["--output", "s.exe"], "Pass --format"),
        (["--format", "torch", "--int8"], "--int8 has no meaning for --format torch"),
        (["--format", "c", "--opset", "18"], "--opset has no meaning for --format c"),
        (["--format", "onnx", "--name", "x"], "--name has no meaning for --format onnx"),
        (["--format", "onnx", "--int8"], "--int8 and --calibration TABLE belong together"),
        (["--format", "onnx", "--opset", "3"], "opset=3 is not known"),
        (["--format", "c", "--name", "3d"], "cannot begin C names"),
        (["--format", "c", "--output", "churn.onnx"], "what --format c writes ends with .h"),
        (["--output", "old.h"], "old.h exists: pass --force"),
        (["--output", "no/s.h"], "The folder no does not exist"),
        (["--output", "folder.h"], "folder.h is a folder"),
    ],
)
def test_bad_options_say_what_to_do(words, message, student, monkeypatch, command):
    monkeypatch.chdir(student.parent)
    (student.parent / "old.h").touch()
    (student.parent / "folder.h").mkdir()
    before = set(student.parent.iterdir())
    code, out, err = command("export", "churn.safetensors", *words)
    assert code == 2
    assert message in err
    assert out == ""
    assert set(student.parent.iterdir()) == before
