"""Students of numbers, and of several labels a row, in ONNX Runtime."""

import json

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from onnx import TensorProto
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill.exceptions import ExportError
from skdistill.export import _onnx_outputs, to_onnx
from skdistill.export._common import probe_rows, spread_of
from skdistill.export._onnx_inputs import StudentInputs


@pytest.fixture
def answers(ask):
    """Return the function that returns the numbers that a graph answers by."""
    return lambda onnx_model, feed: ask(onnx_model, feed, ["variable"])[0]


def feed_of(student, rows):
    return StudentInputs(student.reader, ()).feed(rows)


def metadata_of(onnx_model):
    return {entry.key: entry.value for entry in onnx_model.metadata_props}


@pytest.mark.parametrize("opset", [13, 18, 21])
def test_a_graph_answers_by_the_numbers_of_its_student(regressor, opset, answers):
    onnx_model, rows = to_onnx(regressor, opset=opset), probe_rows(regressor)
    expected, got = regressor._forward(rows), answers(onnx_model, feed_of(regressor, rows))
    off = np.abs(got - expected) / spread_of(regressor, expected)
    assert off.max() <= 1e-5
    alone = [answers(onnx_model, feed_of(regressor, rows[[i]])) for i in range(8)]
    off = np.abs(np.concatenate(alone) - got[:8]) / spread_of(regressor, expected)[:8]
    assert off.max() <= 1e-6


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_the_output_is_one_tensor_of_doubles_named_as_scikit_learns(n_outputs, make_regressor):
    onnx_model = to_onnx(make_regressor("tabm", n_outputs=n_outputs))
    (output,) = onnx_model.graph.output
    assert output.name == "variable"
    assert output.type.tensor_type.elem_type == TensorProto.DOUBLE
    assert [d.dim_value for d in output.type.tensor_type.shape.dim] == [0, n_outputs]
    assert json.loads(metadata_of(onnx_model)["n_outputs"]) == n_outputs


def test_numbers_far_from_zero_keep_their_digits(make_regressor, answers):
    student = make_regressor("relu", scale=0.5, center=1e9)
    rows = probe_rows(student)
    expected, got = student._forward(rows), answers(to_onnx(student), feed_of(student, rows))
    assert np.abs(expected - 1e9).max() < 64 == np.spacing(np.float32(1e9))
    assert np.abs(got - expected).max() < 1e-5


def test_numbers_have_no_labels_to_be_keys(make_regressor):
    with pytest.raises(ValueError, match="zipmap=True makes dictionaries by label"):
        to_onnx(make_regressor("relu"), zipmap=True)


def test_only_the_students_own_outputs_are_names_that_columns_lack(distil, as_regressor):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, 2)), columns=["label", "variable"])
    student = distil(frame, np.arange(60) % 2).student_
    with pytest.raises(ValueError, match="named 'label', cannot be an input"):
        to_onnx(student)
    with pytest.raises(ValueError, match="named 'variable', cannot be an input"):
        to_onnx(as_regressor(student, n_outputs=2))


def test_eight_bits_are_compared_by_the_spread_of_numbers(
    numbers, distil, as_regressor, head, answers
):
    X, y = numbers
    student = as_regressor(distil(X, y, max_epochs=20).student_, **head)
    onnx_model = to_onnx(student, quantize="int8", calibration_rows=X)
    expected = student.answers(X)
    difference = np.abs(answers(onnx_model, {"X": X.astype(np.float32)}) - expected)
    report = json.loads(metadata_of(onnx_model)["int8"])
    assert set(report) == {"rows", "max_difference", "mean_difference"}
    share = (difference / spread_of(student, expected)).mean()
    assert report["mean_difference"] == pytest.approx(share, rel=1e-3)
    assert 0 < share < 0.05


def test_eight_bits_that_lose_too_much_are_refused(numbers, distil, as_regressor, monkeypatch):
    X, y = numbers
    student = as_regressor(distil(X, y).student_)
    monkeypatch.setattr(_onnx_outputs, "MAX_MEAN_SHARE", 1e-9)
    with pytest.raises(ExportError, match=r"numbers differ by .* of their spread on average"):
        to_onnx(student, quantize="int8", calibration_rows=X)


def test_a_pipeline_of_numbers_converts(numbers, distil, as_regressor, head, answers):
    X, y = numbers
    steps = make_pipeline(SimpleImputer(), StandardScaler()).fit(X)
    student = as_regressor(distil(steps.transform(X), y).student_, **head)
    pipeline = make_pipeline(*steps.named_steps.values(), student)
    onnx_model = to_onnx(pipeline, sample_rows=X)
    assert [output.name for output in onnx_model.graph.output] == ["variable"]
    expected = student.answers(steps.transform(X))
    off = np.abs(answers(onnx_model, {"X": X.astype(np.float32)}) - expected)
    assert (off <= 1e-5 * np.ptp(expected, axis=0)).all()


def both(onnx_model, feed):
    """Return the labels and probabilities that a graph answers by."""
    content, providers = onnx_model.SerializeToString(), ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(content, providers=providers).run(None, feed)


@pytest.mark.parametrize("opset", [13, 21])
def test_a_graph_answers_by_the_labels_of_its_student(multilabel, opset):
    onnx_model, rows = to_onnx(multilabel, opset=opset), probe_rows(multilabel)
    labels, proba = both(onnx_model, feed_of(multilabel, rows))
    assert (labels.dtype, proba.dtype) == (np.int64, np.float32)
    np.testing.assert_allclose(proba, multilabel._forward(rows), atol=1e-5)
    np.testing.assert_array_equal(labels, proba > 0.5)
    assert json.loads(metadata_of(onnx_model)["n_outputs"]) == 3


def test_several_labels_have_no_names_to_be_keys(multilabel):
    with pytest.raises(ValueError, match="zipmap=True makes dictionaries by class"):
        to_onnx(multilabel, zipmap=True)


def test_labels_of_eight_bits_are_compared_one_by_one(numbers, distil, as_multilabel):
    X, y = numbers
    student = as_multilabel(distil(X, y, max_epochs=20).student_)
    onnx_model = to_onnx(student, quantize="int8", calibration_rows=X)
    labels, _ = both(onnx_model, {"X": X.astype(np.float32)})
    report = json.loads(metadata_of(onnx_model)["int8"])
    assert report["flipped"] == np.mean(labels != student.predict(X))


def test_a_pipeline_of_labels_converts(numbers, distil, as_multilabel):
    X, y = numbers
    steps = make_pipeline(SimpleImputer(), StandardScaler()).fit(X)
    student = as_multilabel(distil(steps.transform(X), y).student_)
    pipeline = make_pipeline(*steps.named_steps.values(), student)
    onnx_model = to_onnx(pipeline, sample_rows=X)
    labels, proba = both(onnx_model, {"X": X.astype(np.float32)})
    np.testing.assert_allclose(proba, pipeline.predict_proba(X), atol=1e-5)
    np.testing.assert_array_equal(labels, proba > 0.5)
