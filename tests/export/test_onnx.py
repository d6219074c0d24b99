"""Students in ONNX Runtime: the same answers, whatever the table, labels and architecture."""

import json
import sys
from dataclasses import dataclass, replace

import numpy as np
import onnx
import pandas as pd
import pytest
import scipy.sparse
import torch
from sklearn.pipeline import Pipeline

from skdistill import __version__
from skdistill.exceptions import ExportError
from skdistill.export import to_onnx
from skdistill.layers import Classes, Linear

ARCHITECTURES = [
    {"activation": "silu"},
    {"activation": "tanh"},
    {"num_embedding": "periodic"},
    {"num_embedding": "none"},
    {"student": "linear"},
    {"student": "tabm", "n_members": 3},
    {"student": "tabm", "n_members": 3, "num_embedding": "periodic", "activation": "tanh"},
]


def assert_same(got, student, X):
    labels, probabilities = got
    expected = student.predict_proba(X)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(labels, student.predict(X))


def metadata_of(onnx_model):
    return {entry.key: entry.value for entry in onnx_model.metadata_props}


@pytest.fixture
def hard_rows(make_frame):
    """Rows with extreme numbers, missing values everywhere, and texts that fit never saw."""
    frame, _ = make_frame(60, seed=1)
    frame = frame.astype({"grade": object, "count": float, "member": float})
    frame.loc[:9, "size"] = [3e38, -3e38, np.nan, 0, 1e-38, 1e10, -1e10, np.nan, 3e38, -3e38]
    frame.loc[5:15, ["income", "count", "member"]] = np.nan
    frame.loc[10:15, "income"] = 3e38
    frame.loc[12:20, "color"] = ["purple", "", "RED", "red ", None, np.nan, "other", "None", "ß"]
    frame.loc[18:24, "city"] = "a city that fit never saw"
    frame.loc[20:30, "city"] = None
    frame.loc[25:35, "grade"] = None
    frame.loc[36:40, "grade"] = 99
    frame.loc[40, "when"] = pd.Timestamp("1900-01-01")
    return frame


def test_a_table_of_every_kind_of_column_is_answered_alike(mixed, ask, feed_of, hard_rows):
    assert_same(ask(to_onnx(mixed), feed_of(hard_rows)), mixed.student_, with_none(hard_rows))


def with_none(frame):
    """Return a table in which an empty text is a missing one, as in the graph."""
    return frame.assign(color=frame["color"].replace("", None))


def test_rows_are_answered_alike_alone_in_a_batch_and_when_there_are_none(
    mixed, ask, feed_of, hard_rows
):
    onnx_model, feed = to_onnx(mixed), feed_of(hard_rows)
    labels, batch = ask(onnx_model, feed)
    for i in range(12):
        label, alone = ask(onnx_model, {name: rows[i : i + 1] for name, rows in feed.items()})
        np.testing.assert_allclose(alone, batch[i : i + 1], rtol=0, atol=1e-6)
        assert label == labels[i : i + 1]
    labels, none = ask(onnx_model, {name: rows[:0] for name, rows in feed.items()})
    assert labels.shape == (0,)
    assert none.shape == (0, 2)


@pytest.mark.parametrize("params", ARCHITECTURES)
@pytest.mark.parametrize("opset", [13, 18, 21])
def test_every_architecture_is_answered_alike(params, opset, numbers, distil, ask):
    X, y = numbers
    clf = distil(X, y, **params)
    onnx_model = to_onnx(clf, opset=opset)
    assert max(entry.version for entry in onnx_model.opset_import) == opset
    rows = np.concatenate([X, [[3e38, -3e38, np.nan, 0, 1, -1e30], [np.nan] * 6]])
    assert_same(ask(onnx_model, {"X": rows.astype(np.float32)}), clf.student_, rows)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (np.array([-3, 5, 70]), np.int64),
        (np.array([1.0, 2.0, 3.0]), np.int64),
        (np.array(["eins", "zwei", "drëi"], dtype=object), object),
    ],
)
def test_labels_are_whole_numbers_or_texts(names, kind, numbers, distil, ask):
    X, y = numbers
    clf = distil(X, names[y])
    labels, _ = ask(to_onnx(clf), {"X": X.astype(np.float32)})
    assert labels.dtype == kind
    np.testing.assert_array_equal(labels, clf.predict(X))


def test_booleans_are_labels_zero_and_one(numbers, distil, ask):
    X, y = numbers
    clf = distil(X, y == 1)
    onnx_model = to_onnx(clf)
    labels, _ = ask(onnx_model, {"X": X.astype(np.float32)})
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels.astype(bool), clf.predict(X))
    assert json.loads(metadata_of(onnx_model)["classes"]) == [False, True]


def test_an_array_that_holds_texts_is_one_input_a_column(distil, ask):
    rng = np.random.default_rng(0)
    X = np.empty((200, 2), dtype=object)
    X[:, 0] = rng.choice(["a", "b", "c"], 200)
    X[:, 1] = rng.normal(size=200)
    clf = distil(X, (X[:, 0] == "a").astype(int))
    feed = {"x0": X[:, :1], "x1": X[:, 1:].astype(np.float32)}
    assert_same(ask(to_onnx(clf), feed), clf.student_, X)


def test_a_table_without_numbers_has_a_graph(distil, ask):
    X = pd.DataFrame({"a": list("xyz") * 60, "b": list("pq") * 90})
    clf = distil(X, (X["a"] == "x") ^ (X["b"] == "p"))
    feed = {name: X[[name]].to_numpy(dtype=object) for name in X}
    assert_same(ask(to_onnx(clf), feed), clf.student_, X)


def test_a_student_of_sparse_rows_takes_dense_ones(numbers, distil, ask, keep_sparse):
    X, y = np.nan_to_num(numbers[0]), numbers[1]
    clf = distil(scipy.sparse.csr_array(X), y)
    rows = np.concatenate([X, [[3e38, -3e38, 0, 0, 1, -1e30], [1e10, 0, 0, -1e5, 3, 0]]])
    labels, got = ask(to_onnx(clf), {"X": rows.astype(np.float32)})
    sparse = scipy.sparse.csr_array(rows)
    np.testing.assert_allclose(got, clf.predict_proba(sparse), rtol=0, atol=1e-6)
    np.testing.assert_array_equal(labels, clf.predict(sparse))


def test_a_constant_column_answers_extremes(distil, ask):
    X = np.random.default_rng(0).normal(size=(200, 2))
    X[:, 1] = 3e38
    clf = distil(X, (X[:, 0] > 0).astype(int))
    rows = np.float32([[0, -3e38], [1, 3e38], [1, np.nan]])
    assert_same(ask(to_onnx(clf), {"X": rows}), clf.student_, rows)


def test_an_empty_text_that_fit_saw_is_a_level(distil, ask):
    X = pd.DataFrame({"a": np.array(["", "x", "y", None] * 50, dtype=object)})
    clf = distil(X, np.tile(["e", "x", "y", "none"], 50), max_epochs=20)
    onnx_model = to_onnx(clf)
    (column,) = json.loads(metadata_of(onnx_model)["inputs"])
    assert column["missing"] == "?"
    texts = X["a"].fillna("?").to_numpy(dtype=object)
    assert_same(ask(onnx_model, {"a": texts[:, None]}), clf.student_, X)


def test_what_a_caller_must_know_travels_along(mixed):
    onnx_model = to_onnx(mixed)
    metadata = metadata_of(onnx_model)
    assert json.loads(metadata["classes"]) == ["no", "yes"]
    assert metadata["skdistill_version"] == __version__
    inputs = {column.pop("name"): column for column in json.loads(metadata["inputs"])}
    assert list(inputs) == list(mixed.feature_names_in_)
    assert inputs["size"] == {"kind": "number", "columns": 1}
    assert inputs["grade"] == {"kind": "category", "columns": 1, "missing": ""}
    assert inputs["when"] == {
        "kind": "date",
        "columns": 1,
        "unit": "days",
        "origin": "2020-01-01",
    }


def test_a_row_of_probabilities_may_be_a_dictionary(mixed, ask, feed_of, make_frame):
    frame, _ = make_frame(20, seed=2)
    _, rows = ask(to_onnx(mixed, zipmap=True), feed_of(frame))
    got = [[row["no"], row["yes"]] for row in rows]
    np.testing.assert_allclose(got, mixed.predict_proba(frame), rtol=0, atol=1e-5)


def test_the_file_is_the_model(mixed, tmp_path):
    path = tmp_path / "student.onnx"
    onnx_model = to_onnx(mixed.student_, path)
    assert onnx.load(path) == onnx_model
    assert [file.name for file in tmp_path.iterdir()] == ["student.onnx"]


def test_a_pipeline_that_only_ends_in_a_student_is_the_student(mixed):
    pipeline = Pipeline([("nothing", "passthrough"), ("student", mixed)])
    assert to_onnx(pipeline) == to_onnx(mixed)


@dataclass(frozen=True, eq=False)
class Crooked(Linear):
    """Says that it is linear, and is not quite."""

    def forward(self, x):
        return super().forward(x) + 0.01 * np.arange(len(self.bias))


def test_a_broken_layer_is_found_out_and_nothing_is_written(mixed, tmp_path):
    *layers, last, softmax = mixed.student_.layers
    student = replace(mixed.student_, layers=(*layers, Crooked(last.weight, last.bias), softmax))
    with pytest.raises(ExportError, match="they differ by"):
        to_onnx(student, tmp_path / "student.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_module_of_the_users_has_no_form(numbers, distil):
    clf = distil(*numbers, student=torch.nn.Linear)
    with pytest.raises(TypeError, match=r"A TorchModule is code .* Export clf\.net_\.module_"):
        to_onnx(clf)


@pytest.mark.parametrize("opset", [12, 999])
def test_an_unknown_operator_set_is_refused(opset, mixed):
    with pytest.raises(ValueError, match=f"opset={opset} is not known: use one from 13"):
        to_onnx(mixed, opset=opset)


def test_what_is_not_understood_is_refused(mixed):
    with pytest.raises(ValueError, match="quantize='int4' is not known"):
        to_onnx(mixed, quantize="int4")
    with pytest.raises(ValueError, match="Pass calibration_rows="):
        to_onnx(mixed, quantize="int8")
    with pytest.raises(TypeError, match="has no student to export"):
        to_onnx(object())


@pytest.mark.parametrize("names", [["a", "label"], ["probabilities", "a"], ["", "a"]])
def test_a_column_that_cannot_be_an_input_is_named(names, numbers, distil):
    X, y = numbers
    clf = distil(pd.DataFrame(X[:, :2], columns=names), y)
    with pytest.raises(ValueError, match=r"Column \d, named .* cannot be an input"):
        to_onnx(clf)


def test_labels_that_are_no_whole_numbers_are_refused(mixed):
    student = replace(mixed.student_, outputs=Classes(np.array([0.5, 1.5])))
    with pytest.raises(TypeError, match=r"Class labels \[0\.5, 1\.5\] .* have no form"):
        to_onnx(student)


def test_a_missing_package_is_named_with_its_extra(mixed, monkeypatch):
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(ImportError, match=r'skl2onnx.*pip install "skdistill\[onnx\]"'):
        to_onnx(mixed)
