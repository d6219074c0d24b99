"""Hostile student files: refused in words, or students that answer; never a crash."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from skdistill.layers import Classes, Exponential, Linear, Softmax
from skdistill.runtime import ClassifierStudent
from skdistill.runtime._reader import ColumnReader

FUZZ = Path(__file__).with_name("fuzz_files.py")
FIXTURES = Path(__file__).parents[1] / "fixtures" / "students"
SHAPES = {
    "categories": {"hidden": (4,), "levels": (0, 3, 20), "n_numbers": 3},
    "silent": {"hidden": (4,), "levels": (0, 3), "n_numbers": 2, "n_members": 3},
    "waves": {"n_numbers": 2, "n_waves": 3, "activation": "tanh", "hidden": (4,)},
    "waves of members": {"n_numbers": 2, "n_waves": 3, "n_members": 2, "hidden": (4,)},
}
OF_NUMBERS = {
    "number": {"hidden": (4,), "levels": (3,), "n_numbers": 2, "center": 1e9},
    "numbers": {"hidden": (4,), "n_numbers": 2, "n_outputs": 3, "n_members": 2},
    "positive number": {"n_numbers": 2, "n_waves": 2, "head": Exponential},
}


def sparse_student():
    linear = Linear(np.ones((3, 2), np.float32), np.ones(2, np.float32))
    reader = ColumnReader(("number",) * 3, {}, {}, sparse=True)
    outputs = Classes(np.array(["a", "b"], dtype=object))
    return ClassifierStudent(reader, (linear, Softmax(1.0)), outputs)


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory by what /proc tells")
@pytest.mark.parametrize("native", ["1", "0"], ids=["compiled", "numpy"])
@pytest.mark.parametrize("n_files", [1000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_mutated_file_is_refused_or_answers(n_files, native, random_students, tmp_path):
    folder = tmp_path / "whole"
    folder.mkdir()
    for path in FIXTURES.glob("*.safetensors"):
        shutil.copy(path, folder)
    sparse_student().save(folder / "sparse")
    for name, shape in SHAPES.items():
        random_students.student(**shape).save(folder / name)
    for name, shape in OF_NUMBERS.items():
        random_students.regressor(**shape).save(folder / name)
    paths = os.pathsep.join(sys.path)
    limits = {"PYTHONPATH": paths, "SKDISTILL_NATIVE": native, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, FUZZ, folder, tmp_path / "mutated", str(n_files), "0"],
        env={**os.environ, **limits},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert 0.02 * n_files < int(done.stdout) < 0.5 * n_files
