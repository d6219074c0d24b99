"""The student alone: a classifier of arrays."""

import pickle
import re
import subprocess
import sys
import textwrap
from copy import copy, deepcopy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_iris
from sklearn.ensemble import VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import accuracy_score, get_scorer
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags

from skdistill import ClassifierStudent, DistilledClassifier, Student, load
from skdistill.exceptions import DistillationWarning
from skdistill.layers import Classes, Softmax

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"], dtype=object)


@pytest.fixture(scope="module")
def student():
    return DistilledClassifier(GaussianNB(), random_state=0).fit(X, NAMES[Y]).student_


def test_a_row_is_answered_alike_alone_and_in_any_batch(student):
    rows = np.tile(X, (80, 1))  # more than one chunk
    batch = student.predict_proba(rows)
    alone = np.concatenate([student.predict_proba(row[None]) for row in X])
    np.testing.assert_allclose(batch[: len(X)], alone, rtol=0, atol=1e-14)
    np.testing.assert_allclose(batch[-len(X) :], alone, rtol=0, atol=1e-14)


def test_no_rows_get_no_answers(student):
    assert student.predict_proba(X[:0]).shape == (0, 3)
    assert student.predict(X[:0]).shape == (0,)


def test_it_is_a_classifier_to_scikit_learn(student):
    assert is_classifier(student)
    assert get_tags(student).input_tags.allow_nan
    assert clone(student) is student
    assert student.get_params() == {}
    assert get_scorer("accuracy")(student, X, NAMES[Y]) == student.score(X, NAMES[Y]) > 0.9
    vote = VotingClassifier([("s", FrozenEstimator(student)), ("n", GaussianNB())], voting="soft")
    assert vote.fit(X, NAMES[Y]).score(X, NAMES[Y]) > 0.9
    with pytest.raises(ValueError, match="has no parameters"):
        student.set_params(depth=3)


def test_it_says_what_it_is(student):
    assert repr(student).startswith("ClassifierStudent(4 columns, ")
    assert re.search(r" 3 classes, \d+\.\d kB\)$", repr(student))
    np.testing.assert_allclose(
        np.exp(student.predict_log_proba(X)), student.predict_proba(X), atol=1e-15
    )


def test_a_student_of_one_class_cannot_be_made(student):
    with pytest.raises(ValueError, match="at least two classes"):
        ClassifierStudent(student.reader, student.layers, Classes(student.classes_[:1]))


@pytest.mark.parametrize(
    "change",
    [
        {"reader": None},
        {"layers": ()},
        {"layers": None},
        {"layers": [Softmax(1.0)]},
        {"layers": (None,)},
        {"outputs": NAMES},
        {"outputs": Softmax(1.0)},
    ],
    ids=str,
)
def test_a_student_of_other_parts_cannot_be_made(change, student):
    with pytest.raises(ValueError, match=r"has a ColumnReader and Classes|are a tuple of"):
        replace(student, **change)


@pytest.mark.parametrize(
    "again", [copy, deepcopy, replace, lambda s: pickle.loads(pickle.dumps(s))], ids=str
)
def test_a_copy_is_of_the_class_that_the_outputs_have(again, student):
    other = again(student)
    assert type(other) is ClassifierStudent
    assert isinstance(other, Student)
    assert type(other.outputs) is Classes
    assert other.classes_.tolist() == student.classes_.tolist()
    np.testing.assert_array_equal(other.answers(X), student.predict_proba(X))


def test_a_student_of_no_outputs_cannot_be_made(student):
    with pytest.raises(TypeError, match="A Student alone does not answer"):
        Student(student.reader, student.layers, student.outputs)


@pytest.fixture(scope="module")
def tabm():
    clf = DistilledClassifier(
        GaussianNB(), student="tabm", n_members=6, hidden_layer_sizes=(16,), random_state=0
    )
    return clf.fit(X, NAMES[Y]).student_


def test_a_shrunk_student_is_smaller_and_nearly_the_same(tabm, tmp_path):
    small = tabm.shrink(2)
    assert "2 x " in repr(small)
    assert small.score(X, NAMES[Y]) > 0.9
    paths = [tmp_path / "all", tmp_path / "few"]
    tabm.save(paths[0])
    small.save(paths[1])
    assert paths[1].stat().st_size < paths[0].stat().st_size
    np.testing.assert_array_equal(load(paths[1]).predict_proba(X), small.predict_proba(X))
    np.testing.assert_array_equal(tabm.shrink(6).predict_proba(X), tabm.predict_proba(X))


@pytest.mark.parametrize("n_members", [0, 7])
def test_members_to_keep_are_checked(tabm, n_members):
    with pytest.raises(ValueError, match="the student has 1 to 6 to keep"):
        tabm.shrink(n_members)


def test_only_tabm_has_members(student):
    with pytest.raises(ValueError, match='Only a student="tabm" has members'):
        student.shrink(1)


def test_it_predicts_where_only_numpy_and_safetensors_are_installed(student, tmp_path, make_site):
    site = make_site("numpy", "safetensors")
    student.save(tmp_path / "s.safetensors")
    np.save(tmp_path / "X.npy", X)
    code = f"""
        import sys
        sys.path.insert(0, {str(site)!r})
        import importlib.util
        for name in ("torch", "sklearn", "scipy", "skorch", "joblib", "pandas"):
            assert importlib.util.find_spec(name) is None, name
        import numpy, skdistill
        student = skdistill.load({str(tmp_path / "s.safetensors")!r})
        X = numpy.load({str(tmp_path / "X.npy")!r})
        numpy.save({str(tmp_path / "proba.npy")!r}, student.predict_proba(X))
        assert skdistill.__file__.startswith({str(site)!r})
    """
    subprocess.run([sys.executable, "-I", "-S", "-c", textwrap.dedent(code)], check=True)
    proba = np.load(tmp_path / "proba.npy")  # by NumPy
    np.testing.assert_allclose(proba, student.predict_proba(X), rtol=0, atol=1e-6)


def test_a_batch_in_which_a_column_knows_no_level_is_told_once():
    frame = pd.DataFrame({"zip": pd.Categorical(np.arange(60) % 3 + 1), "x": np.arange(60.0)})
    clf = DistilledClassifier(transfer=None, cv=2, max_epochs=2, random_state=0)
    student = clf.fit(frame, frame.zip == 2).student_
    other = frame.assign(zip="no. " + frame.zip.astype(str))
    student.predict_proba(other[:19])
    with pytest.warns(DistillationWarning, match="'zip' holds in 60 rows not one of its 3 levels"):
        student.predict_proba(other)
    student.predict_proba(other)


def test_a_student_of_an_older_pickle_says_what_to_do():
    with pytest.raises(TypeError, match=r"pickled by an older skdistill, save it there"):
        Student.__new__(Student)


def test_a_score_takes_columns_and_weights_as_scikit_learn_does(student):
    y = student.predict(X).copy()
    y[::3] = student.classes_[0]
    weight = np.arange(1, len(y) + 1)
    expected = accuracy_score(y, student.predict(X), sample_weight=weight)
    assert student.score(X, y[:, None], sample_weight=weight) == pytest.approx(expected)
    assert student.score(X, y) == accuracy_score(y, student.predict(X))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda y: None, r"y has shape \(\)"),
        (lambda y: y[:-1], r"y has shape \(\d+,\), X \d+ rows"),
        (lambda y: np.stack([y, y], axis=1), r"y has shape \(\d+, 2\)"),
        (lambda y: np.full(len(y), "of another type"), "No label of y is one of the classes"),
    ],
)
def test_a_score_of_what_are_no_labels_is_refused(student, spoil, message):
    with pytest.raises(ValueError, match=message):
        student.score(X, spoil(student.predict(X)))


def test_a_score_refuses_weights_of_another_length(student):
    with pytest.raises(ValueError, match="sample_weight has shape"):
        student.score(X, student.predict(X), sample_weight=[1.0])


def test_tools_can_set_attributes_that_copies_keep(student):
    student = copy(student)
    student.seen_by_a_tool = {"when": "today"}
    make_pipeline(FunctionTransformer(), student).fit(X, NAMES[Y])
    for again in (copy, deepcopy, lambda s: pickle.loads(pickle.dumps(s))):
        other = again(student)
        assert other.seen_by_a_tool == {"when": "today"}
        np.testing.assert_array_equal(other.predict_proba(X), student.predict_proba(X))
    del student.seen_by_a_tool


def test_names_of_columns_can_be_hidden_as_shap_does():
    frame = load_iris(as_frame=True).data
    student = DistilledClassifier(GaussianNB(), random_state=0).fit(frame, Y).student_
    expected = student.predict_proba(frame)
    student.feature_names_in_ = None
    np.testing.assert_array_equal(student.predict_proba(frame), expected)
    assert deepcopy(student).feature_names_in_.tolist() == list(frame.columns)


@pytest.mark.parametrize("name", ["reader", "layers", "outputs", "classes_", "n_features_in_"])
def test_what_makes_the_answers_cannot_be_set_anew(name, student):
    with pytest.raises(AttributeError):
        setattr(student, name, None)


def test_arrays_are_read_only(student):
    arrays = [a for part in student.layers for a in part.given().values() if hasattr(a, "flags")]
    for array in (student.classes_, *arrays):
        with pytest.raises(ValueError, match="read-only"):
            array[:1] = array[:1]
    assert len(arrays) > 5


def test_a_notebook_shows_classes_and_columns(student):
    frame = pd.DataFrame({"a<b": X[:, 0], "town": np.resize(["Rome", "Oslo & co"], len(X))})
    clf = DistilledClassifier(transfer=None, cv=2, max_epochs=2, random_state=0)
    page = clf.fit(frame, NAMES[Y]).student_._repr_html_()
    assert "classes: setosa, versicolor, virginica" in page
    assert "<td>a&lt;b</td><td>number</td><td></td>" in page
    assert "<td>town</td><td>category</td><td>Oslo &amp; co, Rome</td>" in page
    assert "<td>0</td><td>number</td>" in student._repr_html_()


def test_a_notebook_shows_the_first_of_many_columns():
    wide = np.random.default_rng(0).normal(size=(60, 130))
    clf = DistilledClassifier(GaussianNB(), calibration=None, max_epochs=1, random_state=0)
    page = clf.fit(wide, np.arange(60) % 2).student_._repr_html_()
    assert page.count("<td>number</td>") == 100
    assert "and 30 more" in page
