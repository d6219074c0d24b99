"""Students in eight bits: smaller, nearly the same, and the same for every row."""

import json

import numpy as np
import pytest
import scipy.sparse

from skdistill.exceptions import ExportError
from skdistill.export import _onnx_outputs, to_onnx
from skdistill.export._onnx_int8 import Int8Linear, quantized
from skdistill.layers import Linear

KINDS = [{}, {"activation": "silu"}, {"student": "linear"}, {"student": "tabm", "n_members": 3}]


def int8_report(onnx_model):
    (text,) = [entry.value for entry in onnx_model.metadata_props if entry.key == "int8"]
    return json.loads(text)


@pytest.mark.parametrize("params", KINDS)
def test_eight_bits_answer_nearly_alike_and_say_how_nearly(params, numbers, distil, ask):
    X, y = numbers
    clf = distil(X, y, **params)
    onnx_model = to_onnx(clf, quantize="int8", calibration_rows=X)
    _, got = ask(onnx_model, {"X": X.astype(np.float32)})
    difference = np.abs(got - clf.predict_proba(X))
    report = int8_report(onnx_model)
    assert report["rows"] == 300
    assert report["max_difference"] == pytest.approx(difference.max(), abs=1e-6)
    assert report["mean_difference"] == pytest.approx(difference.mean(), abs=1e-6)
    assert 0 < report["mean_difference"] < 0.01
    assert report["flipped"] <= 0.02


@pytest.mark.parametrize("params", KINDS)
def test_a_row_is_answered_alike_in_any_company(params, numbers, distil, ask):
    X, y = numbers
    onnx_model = to_onnx(distil(X, y, **params), quantize="int8", calibration_rows=X)
    rows = np.concatenate([X[:20], [[3e38, -3e38, np.nan, 1e9, 0, 0]]]).astype(np.float32)
    _, batch = ask(onnx_model, {"X": rows})
    alone = np.concatenate([ask(onnx_model, {"X": row[None]})[1] for row in rows])
    np.testing.assert_allclose(alone, batch, rtol=0, atol=1e-6)


def test_the_file_is_a_third_as_large(numbers, distil):
    X, y = numbers
    clf = distil(X, y, hidden_layer_sizes=(128, 128), max_epochs=2)
    sizes = [
        to_onnx(clf, **params).ByteSize()
        for params in ({}, {"quantize": "int8", "calibration_rows": X})
    ]
    assert sizes[1] < 0.36 * sizes[0]


def test_linear_layers_compute_in_whole_numbers(mixed, make_frame):
    frame, _ = make_frame(50, seed=1)
    onnx_model = to_onnx(mixed, quantize="int8", calibration_rows=frame)
    kinds = [node.op_type for node in onnx_model.graph.node]
    assert kinds.count("QuantizeLinear") == kinds.count("MatMul") == 2


def test_a_student_of_sparse_rows_in_eight_bits(numbers, distil, ask, keep_sparse):
    X, y = np.nan_to_num(numbers[0]), numbers[1]
    clf = distil(scipy.sparse.csr_array(X), y)
    onnx_model = to_onnx(clf, quantize="int8", calibration_rows=scipy.sparse.csr_array(X))
    _, got = ask(onnx_model, {"X": X.astype(np.float32)})
    np.testing.assert_allclose(got, clf.predict_proba(X), rtol=0, atol=0.05)


@pytest.mark.parametrize("name", ["MAX_FLIPPED", "MAX_MEAN_DIFFERENCE"])
def test_too_great_a_loss_is_refused_and_nothing_is_written(
    name, mixed, make_frame, tmp_path, monkeypatch
):
    monkeypatch.setattr(_onnx_outputs, name, -1)
    frame, _ = make_frame(50, seed=1)
    with pytest.raises(ExportError, match=r"In eight bits the student .* without `quantize`"):
        to_onnx(mixed, tmp_path / "s.onnx", quantize="int8", calibration_rows=frame)
    assert list(tmp_path.iterdir()) == []


def test_calibration_needs_rows(mixed, make_frame):
    frame, _ = make_frame(50)
    with pytest.raises(ValueError, match="There is no row to export by"):
        to_onnx(mixed, quantize="int8", calibration_rows=frame[:0])


def test_a_linear_layer_errs_by_half_a_step_of_its_weights_and_inputs():
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(5, 4)).astype(np.float32)
    weight[:, 3] = 0
    layer = Linear(weight, rng.normal(size=4).astype(np.float32))
    x = rng.uniform(-1, 3, (50, 5))
    int8 = Int8Linear.of(layer, x)
    assert np.abs(int8.weight).max() <= 63
    assert int8.input_scale == pytest.approx(np.ptp(x) / 255)
    steps = np.abs(weight).max(axis=0) / 63 / 2
    bound = 5 * (3 * steps + int8.input_scale * np.abs(weight).max(axis=0))
    assert (np.abs(int8.forward(x) - layer.forward(x)) <= bound).all()
    np.testing.assert_array_equal(int8.forward(x)[:, 3], layer.forward(x)[:, 3])


def test_inputs_that_are_always_zero_are_no_error():
    layer = Linear(np.ones((2, 2), np.float32), np.zeros(2, np.float32))
    assert not Int8Linear.of(layer, np.zeros((3, 2))).forward(np.zeros((1, 2))).any()


def test_the_graph_computes_what_the_layers_say(numbers, distil, ask):
    X, y = numbers
    clf = distil(X, y)
    onnx_model = to_onnx(clf, quantize="int8", calibration_rows=X)
    _, got = ask(onnx_model, {"X": X.astype(np.float32)})
    said = quantized(clf.student_, clf.student_.reader.read(X)).predict_proba(X)
    assert np.median(np.abs(got - said)) < 1e-6
    np.testing.assert_allclose(got, said, rtol=0, atol=0.01)


@pytest.mark.parametrize(
    "change",
    [
        {"weight": np.zeros((2, 3), np.float32)},
        {"weight": np.zeros(3, np.int8)},
        {"weight_scale": np.ones(2, np.float32)},
        {"weight_scale": np.ones(3)},
        {"bias": np.zeros((1, 3), np.float32)},
        {"bias": [0.0, 0.0, 0.0]},
        {"input_scale": 0.0},
        {"input_scale": None},
        {"input_zero": 256},
        {"input_zero": None},
    ],
    ids=str,
)
def test_a_layer_of_eight_bits_checks_its_fields(change):
    fields = {
        "weight": np.zeros((2, 3), np.int8),
        "weight_scale": np.ones(3, np.float32),
        "bias": np.zeros(3, np.float32),
        "input_scale": 0.5,
        "input_zero": 7,
    }
    Int8Linear(**fields)
    with pytest.raises(ValueError, match="Int8Linear layer is inconsistent"):
        Int8Linear(**{**fields, **change})
