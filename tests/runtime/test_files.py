"""Student files: whole or not at all, and never believed blindly."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from sklearn.naive_bayes import GaussianNB

import skdistill
from skdistill import DistilledClassifier, MultilabelStudent, RegressorStudent, load
from skdistill.exceptions import StudentFileError
from skdistill.layers import Affine, Classes, Exponential
from skdistill.runtime import _files, format_of

FIXTURES = Path(__file__).parents[1] / "fixtures" / "students"
RNG = np.random.default_rng(0)
N = 240
FRAME = pd.DataFrame(
    {
        "x": np.where(RNG.random(N) < 0.2, np.nan, RNG.normal(size=N)),
        "town": RNG.choice(["Rome", "Oslo"], N),
        "code": RNG.choice([f"c{i}" for i in range(12)], N),
        "day": pd.Timestamp("2021-05-01") + pd.to_timedelta(RNG.integers(0, 99, N), "D"),
    }
)
Y = np.where(FRAME.town == "Rome", "yes", "no").astype(object)


@pytest.fixture(scope="module")
def student():
    clf = DistilledClassifier(max_epochs=3, alpha=0, transfer=None, random_state=0)
    return clf.fit(FRAME, Y).student_


@pytest.fixture
def path(student, tmp_path):
    student.save(tmp_path / "s.safetensors")
    return tmp_path / "s.safetensors"


def test_a_loaded_student_gives_the_same_answers(student, path):
    other = load(path)
    new = FRAME.head(5).assign(town=["Rome", None, "Atlantis", "Oslo", "Rome"], x=np.nan)
    for table in (FRAME, new):
        np.testing.assert_array_equal(other.predict_proba(table), student.predict_proba(table))
    assert other.feature_names_in_.tolist() == list(FRAME.columns)
    assert other.classes_.dtype == student.classes_.dtype == object


@pytest.mark.parametrize(
    "labels",
    [np.array([3, 7]), np.array([True, False]), np.array(["a", "b"]), np.array([0.0, 2.0])],
    ids=lambda a: a.dtype.kind,
)
def test_labels_keep_their_type(labels, tmp_path):
    X = np.random.default_rng(1).normal(size=(60, 2))
    y = labels[(X[:, 0] > 0).astype(int)]
    clf = DistilledClassifier(GaussianNB(), max_epochs=2, random_state=0).fit(X, y)
    clf.student_.save(tmp_path / "s")
    other = load(tmp_path / "s")
    assert other.classes_.dtype == clf.classes_.dtype
    np.testing.assert_array_equal(other.predict(X), clf.predict(X))


def test_the_file_is_readable_as_the_umask_says(student, tmp_path):
    old = os.umask(0o027)
    try:
        student.save(tmp_path / "s")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o640


def test_a_failed_save_leaves_the_old_file_and_nothing_else(student, path, monkeypatch):
    before = path.read_bytes()

    def full_disk(path, data):
        with open(path, "wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError("No space left on device")

    monkeypatch.setattr(_files.Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="No space left"):
        student.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_the_same_student_has_the_same_bytes(student, path, tmp_path):
    for _ in range(20):  # safetensors writes metadata in either order
        load(path).save(tmp_path / "again")
        assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_saving_into_a_missing_folder_says_so(student, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"folder .*nowhere does not exist"):
        student.save(tmp_path / "nowhere" / "s")


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="No student file at"):
        load(tmp_path / "none")


@pytest.mark.parametrize("share", [0, 0.001, 0.05, 0.3, 0.7, 0.999])
def test_a_half_written_file_is_refused(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(StudentFileError, match="not a readable student file"):
        load(path)


def test_a_file_of_another_kind_is_refused(path):
    path.write_bytes(b"\x80\x04 a pickle, say")
    with pytest.raises(StudentFileError, match="not a readable student file"):
        load(path)
    save_file({"a": np.zeros(3)}, path)
    with pytest.raises(StudentFileError, match="holds no skdistill student"):
        load(path)


def rewritten(path, change, drop=(), forget=()):
    """Write a file again with another header."""
    with safe_open(path, framework="numpy") as file:
        header = json.loads(file.metadata()["skdistill"])
        arrays = {k: file.get_tensor(k) for k in file.keys() if k not in drop}
    header = {k: v for k, v in header.items() if k not in forget} | change
    text = json.dumps(header)
    metadata = {"skdistill": text, "sha256": _files.digest(text, arrays)}
    save_file(arrays, path, metadata=metadata)


NO_YES = {"dtype": "object", "values": ["no", "yes"]}


def test_a_newer_format_is_refused_with_the_next_move(path):
    rewritten(path, {"format": 99})
    with pytest.raises(StudentFileError, match=r"has student format 99.*Upgrade skdistill"):
        load(path)


@pytest.mark.parametrize(
    "change",
    [
        {"layers": []},
        {"layers": [{"kind": "os.system"}]},
        {"outputs": None},
        {"outputs": {"labels": NO_YES}},
        {"outputs": {"kind": "Classes"}},
        {"outputs": {"kind": "Numbers", "labels": NO_YES}},
        {"outputs": {"kind": "Numbers", "count": 2, "flat": False}},
        {"outputs": {"kind": "Softmax", "inverse_temperature": 1.0}},
        {"outputs": {"kind": "Classes", "labels": ["no", "yes"]}},
        {"outputs": {"kind": "Classes", "labels": NO_YES, "names": NO_YES}},
        {"outputs": {"kind": "Classes", "labels": {"dtype": "<i8", "values": [0, 1, 2, 3]}}},
        {"outputs": {"kind": "Classes", "labels": {"dtype": "<i8", "values": [0]}}},
        {"outputs": {"kind": "Classes", "labels": {"dtype": "M8[s]", "values": [0, 1]}}},
        {"outputs": {"kind": "Classes", "labels": {"dtype": "<i8", "values": ["no", "yes"]}}},
        {"kinds": ["number"] * 4},
        {"levels": {"1": ["Oslo"] * 400, "2": []}},
        {"names": ["a"]},
    ],
)
def test_a_header_that_does_not_fit_is_refused(path, change):
    rewritten(path, change)
    with pytest.raises(StudentFileError, match="holds a damaged student"):
        load(path)


def test_a_header_without_outputs_is_refused(path):
    rewritten(path, {}, forget=["outputs"])
    with pytest.raises(StudentFileError, match="holds a damaged student"):
        load(path)
    rewritten(path, {"classes": NO_YES})  # as files were written at first
    assert load(path).classes_.tolist() == ["no", "yes"]


@pytest.mark.parametrize("head", [Affine, Exponential])
@pytest.mark.parametrize("shape", [{}, {"n_outputs": 3}, {"n_members": 2, "n_outputs": 2}])
def test_numbers_come_back_with_their_doubles(head, shape, random_students, tmp_path):
    student = random_students.regressor(head=head, scale=0.1, center=np.pi, hidden=(4,), **shape)
    student.save(tmp_path / "s")
    other, rows = load(tmp_path / "s"), random_students.rows(student, 20)
    assert type(other) is RegressorStudent
    assert other.outputs.given() == student.outputs.given()
    assert type(other.layers[-1]) is head
    for name, array in student.layers[-1].given().items():
        np.testing.assert_array_equal(getattr(other.layers[-1], name), array)
    np.testing.assert_array_equal(other.predict(rows), student.predict(rows))
    assert format_of(tmp_path / "s") == 4


@pytest.mark.parametrize("shape", [{}, {"n_members": 2, "n_labels": 4}])
def test_labels_come_back(shape, random_students, tmp_path):
    student = random_students.multilabel(hidden=(4,), **shape)
    student.save(tmp_path / "s")
    other, rows = load(tmp_path / "s"), random_students.rows(student, 20)
    assert type(other) is MultilabelStudent
    np.testing.assert_array_equal(other.predict_proba(rows), student.predict_proba(rows))
    assert format_of(tmp_path / "s") == 4
    rewritten(tmp_path / "s", {"outputs": {"kind": "Labels", "count": 5}})
    with pytest.raises(StudentFileError, match="holds a damaged student"):
        load(tmp_path / "s")


@pytest.mark.parametrize(
    "change",
    [
        {"outputs": {"kind": "Numbers", "count": 2, "flat": False}},
        {"outputs": {"kind": "Numbers", "count": 2**40, "flat": False}},
        {"outputs": {"kind": "Numbers", "count": 1, "flat": None}},
        {"outputs": {"kind": "Numbers", "count": True, "flat": True}},
        {"outputs": {"kind": "Numbers", "count": 1}},
        {"outputs": {"kind": "Classes", "labels": NO_YES}},
    ],
)
def test_other_outputs_than_a_files_numbers_are_refused(change, random_students, tmp_path):
    random_students.regressor(hidden=(4,)).save(tmp_path / "s")
    rewritten(tmp_path / "s", change)
    with pytest.raises(StudentFileError, match="holds a damaged student"):
        load(tmp_path / "s")


def test_a_file_says_its_format(path):
    assert format_of(path) == 3
    assert format_of(FIXTURES / "format-1-mlp.safetensors") == 1


def test_a_missing_array_is_refused(path):
    rewritten(path, {}, drop=["1.weight"])
    with pytest.raises(StudentFileError, match="holds a damaged student"):
        load(path)


@pytest.mark.parametrize("n", [300, pytest.param(20_000, marks=pytest.mark.slow)])
def test_mutated_bytes_are_refused_or_change_nothing(student, path, n):
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    head = 8 + int.from_bytes(data[:8], "little")
    expected = student.predict_proba(FRAME)
    refused = 0
    for _ in range(n):
        mutated = bytearray(data)
        for place in rng.integers(0, head if rng.random() < 0.7 else len(data), 3):
            mutated[place] = rng.integers(256)
        path.write_bytes(mutated)
        try:
            other = load(path)
        except StudentFileError:
            refused += 1
            continue
        np.testing.assert_array_equal(other.predict_proba(FRAME), expected)
    assert refused > 0.95 * n


def test_loading_never_unpickles(path, monkeypatch):
    def forbidden(*args, **kwargs):
        raise AssertionError("pickle was used")

    monkeypatch.setattr("pickle.loads", forbidden)
    monkeypatch.setattr("pickle.load", forbidden)
    skdistill.load(path)


def test_labels_that_json_cannot_hold_are_refused(student, tmp_path):
    odd = replace(student, outputs=Classes(np.array([(1,), (2,)], dtype="i8,")))
    with pytest.raises(TypeError, match="cannot be saved"):
        odd.save(tmp_path / "s")


def test_weights_are_stored_in_two_bytes_where_that_loses_nothing(student, path, tmp_path):
    with safe_open(path, framework="numpy") as file:
        kinds = {name: file.get_tensor(name).dtype for name in file.keys()}
    matrices = [i for i, layer in enumerate(student.layers) if type(layer).__name__ == "Linear"]
    assert matrices
    assert all(kinds[f"{i}.weight"] == np.float16 for i in matrices)
    assert kinds["0.bin_low"] == np.float32
    layers = list(student.layers)
    layers[-2] = type(layers[-2])(layers[-2].weight * np.float32(1.1), layers[-2].bias)
    finer = replace(student, layers=tuple(layers))
    finer.save(tmp_path / "finer.safetensors")
    assert (tmp_path / "finer.safetensors").stat().st_size > path.stat().st_size
    np.testing.assert_array_equal(
        load(tmp_path / "finer.safetensors").predict_proba(FRAME), finer.predict_proba(FRAME)
    )
