"""Students within what skl2onnx converts."""

import numpy as np
import pytest
import skl2onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.ensemble import VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill.export import register_onnx_converter


@pytest.fixture(scope="module", autouse=True)
def registered():
    register_onnx_converter()


@pytest.fixture(scope="module")
def pipeline(numbers, distil):
    X, y = numbers
    transform = make_pipeline(SimpleImputer(), StandardScaler()).fit(X)
    names = np.array(["one", "two", "three"], dtype=object)
    student = distil(transform.transform(X), names[y])
    return make_pipeline(*transform.named_steps.values(), student)


def convert(model, X, **options):
    return skl2onnx.to_onnx(model, X.astype(np.float32)[:1], options={id(model): options})


def test_a_pipeline_converts(pipeline, numbers, ask):
    X, _ = numbers
    labels, got = ask(convert(pipeline, X, zipmap=False), {"X": X.astype(np.float32)})
    np.testing.assert_allclose(got, pipeline.predict_proba(X), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(labels, pipeline.predict(X))


@pytest.mark.parametrize(
    ("options", "outputs"),
    [
        ({}, ["output_label", "output_probability"]),
        ({"zipmap": "columns"}, ["output_label", "sone", "sthree", "stwo"]),
        (
            {"zipmap": False, "output_class_labels": True},
            ["label", "probabilities", "class_labels"],
        ),
    ],
)
def test_options_of_classifiers_are_heard(options, outputs, pipeline, numbers):
    student = pipeline[-1]
    onnx_model = convert(student, numbers[0], **options)
    assert [output.name for output in onnx_model.graph.output] == outputs


def test_labels_may_be_positions_of_classes(pipeline, numbers, ask):
    student, X = pipeline[-1], np.nan_to_num(numbers[0]).astype(np.float32)
    labels, got = ask(convert(student, X, zipmap=False, nocl=True), {"X": X})
    np.testing.assert_array_equal(labels, got.argmax(axis=1))


def test_an_ensemble_that_holds_a_student_converts(numbers, distil, ask):
    X, y = np.nan_to_num(numbers[0]).astype(np.float32), numbers[1]
    members = [("student", distil(X, y)), ("bayes", GaussianNB())]
    vote = VotingClassifier(members, voting="soft", flatten_transform=False).fit(X, y)
    _, got = ask(convert(vote, X, zipmap=False), {"X": X})
    np.testing.assert_allclose(got, vote.predict_proba(X), rtol=0, atol=1e-5)


def types_of(frame, **changed):
    declared = {name: FloatTensorType([None, 1]) for name in frame}
    declared.update(dict.fromkeys(["color", "city"], StringTensorType([None, 1])))
    declared.update(grade=Int64TensorType([None, 1]))
    return list({**declared, **changed}.items())


def test_columns_of_a_frame_may_be_texts_and_whole_numbers(mixed, make_frame, feed_of, ask):
    frame, _ = make_frame(50, seed=3)
    onnx_model = skl2onnx.convert_sklearn(
        mixed, initial_types=types_of(frame), options={"zipmap": False}
    )
    feed = {**feed_of(frame), "grade": frame[["grade"]].to_numpy(np.int64)}
    labels, got = ask(onnx_model, feed)
    np.testing.assert_allclose(got, mixed.predict_proba(frame), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(labels, mixed.predict(frame))


def test_inputs_of_another_kind_than_in_fit_are_refused(mixed, make_frame):
    frame, _ = make_frame(5)
    texts, reals = StringTensorType([None, 1]), FloatTensorType([None, 1])
    with pytest.raises(ValueError, match=r"'size' holds strings, but .* fitted on numbers"):
        skl2onnx.convert_sklearn(mixed, initial_types=types_of(frame, size=texts))
    with pytest.raises(ValueError, match=r"'city' holds numbers, but .* fitted on categories"):
        skl2onnx.convert_sklearn(mixed, initial_types=types_of(frame, city=reals))
    with pytest.raises(ValueError, match=r"fitted on 8 columns, but gets inputs of \[1, 1\]"):
        skl2onnx.convert_sklearn(mixed, initial_types=types_of(frame)[:2])
