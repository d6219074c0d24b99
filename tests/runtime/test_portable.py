"""Students that other tools store, and that other processes read."""

import ast
import os
import pickle
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import joblib
import numpy as np
import pytest
import skops.io

from skdistill import load

DOCS = Path(__file__).parents[2] / "docs"
FIXTURES = Path(__file__).parents[1] / "fixtures" / "students"
ROW = {"x": 0.5, "n": None, "town": "Rome", "code": "c3", "day": "2021-06-01"}
OURS = ["skdistill.runtime._classifier_student.ClassifierStudent"]


@pytest.fixture(params=["mlp", "tabm"])
def student(request):
    return load(FIXTURES / f"format-1-{request.param}.safetensors")


def test_skops_needs_to_trust_one_type(student):
    data = skops.io.dumps(student)
    assert skops.io.get_untrusted_types(data=data) == OURS
    again = skops.io.loads(data, trusted=OURS)
    np.testing.assert_array_equal(again.predict_proba(ROW), student.predict_proba(ROW))
    assert again.reader == student.reader
    assert again.predict(ROW) == student.predict(ROW)


def test_the_guides_name_the_type_that_skops_needs():
    for page, setting in (("deploying", "skops_trusted_types"), ("user_guide", "trusted ")):
        text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
        (given,) = re.findall(rf"{setting}= ?(\[.*\])", text)
        assert ast.literal_eval(given) == OURS


def test_every_layer_goes_through_skops(random_students):
    student = random_students.student(hidden=(8,), n_members=2, n_waves=3)
    rows = random_students.rows(student, 9)
    again = skops.io.loads(skops.io.dumps(student), trusted=OURS)
    np.testing.assert_array_equal(again.predict_proba(rows), student.predict_proba(rows))


def test_what_skops_holds_is_checked_like_a_file(student):
    columns = student.layers[0].number_columns.copy()
    columns[0] = 99
    object.__setattr__(student.layers[0], "number_columns", columns)
    data = skops.io.dumps(student)
    with pytest.raises(ValueError, match="EncodeTable layer is inconsistent: columns"):
        skops.io.loads(data, trusted=OURS)


@pytest.mark.parametrize("dump", [joblib.dump, lambda s, p: p.write_bytes(pickle.dumps(s))])
def test_another_process_needs_no_training_library(dump, student, tmp_path):
    path = tmp_path / "student"
    dump(student, path)
    read = "joblib.load" if dump is joblib.dump else "pickle.load"
    code = f"""
        import {read.split(".")[0]}, sys
        with open({str(path)!r}, "rb") as file:
            student = {read}(file)
        print(*student.predict_proba({ROW!r})[0])
        heavy = {{"torch", "sklearn", "skorch", "scipy", "pandas"}} & set(sys.modules)
        assert not heavy, heavy
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    proba = [float(p) for p in done.stdout.split()]
    np.testing.assert_array_equal(proba, student.predict_proba(ROW)[0])
