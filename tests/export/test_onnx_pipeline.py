"""Pipelines: what comes before the student goes into the same graph."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skdistill.exceptions import ExportError
from skdistill.export import to_onnx

NUMBERS = ["size", "income", "count"]


@pytest.fixture(scope="module")
def transformed(make_frame, distil):
    """A frame, and a pipeline of transformers and a student fitted to it."""
    frame, y = make_frame(400)
    frame = frame.drop(columns=["when", "color"])
    transform = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["city", "grade"]),
    )
    student = distil(transform.fit_transform(frame), y)
    return frame, Pipeline([("transform", transform), ("student", student)])


def feed_of(frame):
    feed = {name: frame[[name]].to_numpy(np.float32) for name in frame if name != "city"}
    return {**feed, "city": frame[["city"]].to_numpy(object)}


def test_a_column_transformer_is_part_of_the_graph(transformed, ask, tmp_path):
    frame, pipeline = transformed
    onnx_model = to_onnx(pipeline, tmp_path / "p.onnx", sample_rows=frame)
    rows = frame[:50].reset_index(drop=True)
    rows.loc[:5, "city"] = "unknown"
    labels, got = ask(onnx_model, feed_of(rows))
    np.testing.assert_allclose(got, pipeline.predict_proba(rows), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(labels, pipeline.predict(rows))
    assert (tmp_path / "p.onnx").read_bytes() == onnx_model.SerializeToString()


def test_a_batch_may_be_empty_or_one_row(transformed, ask):
    frame, pipeline = transformed
    onnx_model = to_onnx(pipeline, sample_rows=frame)
    for n in (0, 1):
        _, got = ask(onnx_model, feed_of(frame[:n]))
        expected = pipeline.predict_proba(frame)[:n]
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)


def test_inputs_are_described(transformed):
    frame, pipeline = transformed
    onnx_model = to_onnx(pipeline, sample_rows=frame)
    metadata = {entry.key: json.loads(entry.value) for entry in onnx_model.metadata_props[:2]}
    assert metadata["classes"] == ["no", "yes"]
    kinds = {column["name"]: column["kind"] for column in metadata["inputs"]}
    assert kinds == {name: "category" if name == "city" else "number" for name in frame}


def test_probabilities_may_be_dictionaries(transformed, ask):
    frame, pipeline = transformed
    _, rows = ask(to_onnx(pipeline, sample_rows=frame, zipmap=True), feed_of(frame[:5]))
    got = [[row["no"], row["yes"]] for row in rows]
    np.testing.assert_allclose(got, pipeline.predict_proba(frame)[:5], rtol=0, atol=1e-5)


def test_the_student_of_a_pipeline_computes_in_eight_bits(transformed, ask):
    frame, pipeline = transformed
    onnx_model = to_onnx(pipeline, quantize="int8", calibration_rows=frame)
    assert "QuantizeLinear" in [node.op_type for node in onnx_model.graph.node]
    _, got = ask(onnx_model, feed_of(frame))
    np.testing.assert_allclose(got, pipeline.predict_proba(frame), rtol=0, atol=0.05)


def test_an_array_is_one_input(numbers, distil, ask):
    X, y = numbers
    steps = [SimpleImputer().fit(X), "passthrough", StandardScaler().fit(np.nan_to_num(X))]
    student = distil(steps[2].transform(steps[0].transform(X)), y)
    inner = Pipeline([("scale", steps[2]), ("student", student.student_)])
    pipeline = Pipeline([("impute", steps[0]), ("nothing", "passthrough"), ("rest", inner)])
    _, got = ask(to_onnx(pipeline, sample_rows=X.tolist()), {"X": X.astype(np.float32)})
    np.testing.assert_allclose(got, pipeline.predict_proba(X), rtol=0, atol=1e-5)


def test_texts_are_one_input(distil, ask):
    things = [f"{thing}{i}" for i in range(20) for thing in ("film", "music")]
    texts = [f"{what} {thing}" for thing in things for what in ("good", "bad")]
    words = TfidfVectorizer(lowercase=False)
    student = distil(words.fit_transform(texts), [1, 0] * 40)
    onnx_model = to_onnx(Pipeline([("words", words), ("s", student)]), sample_rows=texts)
    _, got = ask(onnx_model, {"X": np.array(texts, dtype=object)[:, None]})
    expected = student.predict_proba(words.transform(texts))
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)


def test_rows_are_needed_to_know_the_inputs(transformed):
    with pytest.raises(ValueError, match="Pass sample_rows="):
        to_onnx(transformed[1])


def test_dates_have_no_form_in_a_pipeline(transformed):
    frame, pipeline = transformed
    with pytest.raises(ValueError, match="a column of dates"):
        to_onnx(pipeline, sample_rows=frame.assign(when=pd.Timestamp("2020-01-01")))


def test_a_step_that_needs_float64_is_found_out(distil):
    X = 1e9 + np.random.default_rng(0).normal(size=(200, 2))
    scale = StandardScaler().fit(X)
    student = distil(scale.transform(X), X[:, 0] > 1e9)
    with pytest.raises(ExportError, match="whose steps compute in float32, answers a row"):
        to_onnx(Pipeline([("scale", scale), ("student", student)]), sample_rows=X)
