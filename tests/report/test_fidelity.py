"""fidelity_report, against figures computed without it."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    brier_score_loss,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    roc_auc_score,
    root_mean_squared_error,
)
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from torch import nn

from skdistill import DistilledClassifier, DistilledRegressor
from skdistill.measures import _costs, fit_boosting, fit_twin
from skdistill.report import expected_calibration_error, fidelity_report, serialized_bytes


@pytest.fixture(autouse=True)
def _brief(monkeypatch):
    monkeypatch.setattr(_costs, "MAX_SECONDS", 0.0)


@pytest.fixture(scope="module")
def probas(case):
    """Probabilities of every model, asked or fitted anew."""
    clf, train = case.clf, (case.X_train, case.y_train)
    raw = clf.teacher_.predict_proba(case.X)
    with np.errstate(divide="ignore"):
        calibrated = clf.calibrator_.calibrate(np.log(raw))
    size = serialized_bytes(clf.student_)
    of_yes = (1 + np.sum(case.y_train == "yes")) / (2 + len(case.y_train))
    return {
        "prior": np.tile([1 - of_yes, of_yes], (len(case.y), 1)),
        "teacher": raw,
        "calibrated teacher": calibrated,
        "hard-label twin": fit_twin(clf, *train).predict_proba(case.X),
        "small boosting": fit_boosting(size, *train, task=case.clf.task_).predict_proba(case.X),
        "student": clf.predict_proba(case.X),
    }


def test_every_figure_is_the_one_of_scikit_learn(case, probas):
    frame = case.report.frame()
    y, classes = case.y, case.clf.classes_
    assert list(frame.index) == list(probas)
    of_teacher = classes[probas["calibrated teacher"].argmax(axis=1)]
    for name, proba in probas.items():
        row, labels = frame.loc[name], classes[proba.argmax(axis=1)]
        assert row["accuracy"] == accuracy_score(y, labels)
        assert row["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(y, labels))
        assert row["log_loss"] == pytest.approx(log_loss(y, proba, labels=classes))
        assert row["brier"] == pytest.approx(brier_score_loss(y == "yes", proba[:, 1]))
        error = expected_calibration_error(y, proba, classes=classes)
        assert row["ece"] == pytest.approx(error, abs=1e-12)
        assert row["auc"] == roc_auc_score(y == "yes", proba[:, 1])
        assert row["agreement"] == accuracy_score(of_teacher, labels)
        for label in classes:
            rows = y == label
            expected = log_loss(y[rows], proba[rows], labels=classes)
            assert row[f"log_loss[{label}]"] == pytest.approx(expected)
        lead = row["log_loss"] - frame.loc["student", "log_loss"]
        assert row["lead"] == pytest.approx(lead)
        assert row["lead_low"] <= row["lead"] <= row["lead_high"]
        assert row["log_loss_low"] < row["log_loss"] < row["log_loss_high"]


def test_the_gap_closed_is_between_twin_and_calibrated_teacher(case, probas):
    loss = {name: log_loss(case.y, proba) for name, proba in probas.items()}
    twin, teacher = loss["hard-label twin"], loss["calibrated teacher"]
    gap_closed = case.report.gap_closed
    assert gap_closed.value == pytest.approx((twin - loss["student"]) / (twin - teacher))
    assert gap_closed.low < gap_closed.value < gap_closed.high


def test_bytes_are_those_of_file_and_pickle(case):
    frame = case.report.frame()
    assert frame.loc["student", "n_bytes"] == serialized_bytes(case.clf.student_)
    assert frame.loc["teacher", "n_bytes"] == serialized_bytes(case.clf.teacher_)
    assert frame.loc["small boosting", "n_bytes"] <= frame.loc["student", "n_bytes"]


def test_where_labels_are_few_and_the_teacher_large_distil(case):
    assert case.report.verdict.choice == "distil"


def test_where_labels_suffice_keep_the_twin(case):
    """The teacher knows no more than these 1,000 labels tell a linear student."""
    forest = RandomForestClassifier(30, min_samples_leaf=3, random_state=0)
    X, y = case.X, case.y
    clf = DistilledClassifier(
        forest, cv=2, student="linear", transfer=None, alpha=0.5, max_epochs=20, random_state=0
    ).fit(X[:600], y[:600])
    train = {"X_train": X[:600], "y_train": y[:600]}
    report = fidelity_report(clf, X[600:], y[600:], baselines=["twin"], **train)
    assert report.models["hard-label twin"].lead.low <= 0
    assert report.verdict.choice == "keep the twin"


def test_without_training_rows_the_verdict_is_open(case):
    report = fidelity_report(case.clf, case.X, case.y)
    assert list(report.models) == ["prior", "teacher", "calibrated teacher", "student"]
    assert report.gap_closed is None
    assert report.verdict.choice == "undecided"
    assert "X_train= and y_train=" in str(report.verdict)


def test_only_the_wanted_baselines_are_fitted(case):
    train = {"X_train": case.X_train, "y_train": case.y_train}
    report = fidelity_report(case.clf, case.X, case.y, baselines=["boosting"], **train)
    assert "hard-label twin" not in report.models
    assert "small boosting" in report.models


def test_the_classifier_is_left_as_it_was(case):
    assert case.clf.get_params()["alpha"] == "auto"
    assert isinstance(case.clf.teacher.estimator, RandomForestClassifier)
    assert case.clf.transfer_summary_["n_unlabeled"] == 2000


def test_a_teacher_of_scores_alone_is_compared_by_its_softmax():
    X, y = load_iris(return_X_y=True)
    clf = DistilledClassifier(LinearSVC(), student="linear", max_epochs=5, random_state=0)
    report = fidelity_report(clf.fit(X[::2], y[::2]), X[1::2], y[1::2])
    scores = clf.teacher_.decision_function(X[1::2])
    proba = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert report.models["teacher"].quality["log_loss"] == pytest.approx(log_loss(y[1::2], proba))


def test_text_and_several_classes_are_compared():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"number": rng.normal(size=400), "city": rng.choice(["Bern", "Rome"], 400)})
    y = np.digitize(X["number"], [-0.5, 0.5]) * np.where(X["city"] == "Rome", 1, 2)
    clf = DistilledClassifier(student="linear", cv=2, max_epochs=5, transfer=None, random_state=0)
    clf.fit(X[:200], y[:200])
    report = fidelity_report(clf, X[200:], y[200:], X_train=X[:200], y_train=y[:200])
    assert {part.column for part in report.slices} == {"number", "city"}
    for row in report.models.values():
        assert set(row.loss_by_part) == {0, 1, 2, 4}


def test_a_class_without_held_out_rows_has_no_loss_and_no_line(case):
    rows = case.y == "no"
    report = fidelity_report(case.clf, case.X[rows], case.y[rows])
    frame = report.frame()
    assert frame["log_loss[yes]"].isna().all()
    np.testing.assert_allclose(frame["log_loss[no]"], frame["log_loss"])
    lines = report.to_markdown().splitlines()
    assert any(line.startswith("| no |") for line in lines)
    assert not any(line.startswith("| yes |") for line in lines)


@pytest.mark.filterwarnings("ignore:The calibration of the teacher's answers ended")
def test_sparse_rows_have_neither_boosting_nor_slices(case, keep_sparse):
    X, y = csr_matrix(np.abs(case.X)), case.y
    teacher = RandomForestClassifier(5, random_state=0)
    clf = DistilledClassifier(teacher, student="linear", cv=2, max_epochs=5, random_state=0)
    clf.fit(X[:200], y[:200])
    report = fidelity_report(clf, X[200:], y[200:], X_train=X[:200], y_train=y[:200])
    assert [*report.models][-2:] == ["hard-label twin", "student"]
    assert report.slices == ()


def test_a_student_without_a_file_has_no_size_and_no_boosting(case):
    train = case.X_train, case.y_train
    clf = DistilledClassifier(
        case.clf.teacher, student=nn.Linear, transfer=None, max_epochs=5, random_state=0
    ).fit(*train)
    report = fidelity_report(clf, case.X, case.y, X_train=train[0], y_train=train[1])
    assert [*report.models][-2:] == ["hard-label twin", "student"]
    assert np.isnan(report.models["student"].costs.n_bytes)
    assert "times the bytes" not in str(report.verdict)
    assert "unknown" in report.to_html()


def test_bad_input_is_named_with_the_next_move(case):
    clf, X, y = case.clf, case.X, case.y
    with pytest.raises(
        TypeError, match=r"got Pipeline without student_\. Call fit; of a pipeline"
    ):
        fidelity_report(make_pipeline(clf), X, y)
    with pytest.raises(TypeError, match="got DistilledClassifier without student_"):
        fidelity_report(clone(clf), X, y)
    with pytest.raises(ValueError, match=r"1000 rows and y_test has the shape \(3,\): pass one"):
        fidelity_report(clf, X, y[:3])
    with pytest.raises(ValueError, match=r"X_test has no rows: pass rows that were held out"):
        fidelity_report(clf, X[:0], y[:0])
    with pytest.raises(ValueError, match=r"label 'maybe' in row 1, .*\['no', 'yes'\]: correct it"):
        fidelity_report(clf, X[:2], np.array(["no", "maybe"]))
    with pytest.raises(ValueError, match="X_train was passed without y_train: pass both"):
        fidelity_report(clf, X, y, X_train=case.X_train)
    with pytest.raises(
        ValueError, match=r"y_train has the classes \['no'\], the classifier \['no'"
    ):
        fidelity_report(clf, X, y, X_train=X[:2], y_train=["no", "no"], baselines=["boosting"])
    with pytest.raises(ValueError, match=r"baselines='twin' is not known\. Use .auto. or a list"):
        fidelity_report(clf, X, y, baselines="twin")


def test_a_classifier_without_teacher_is_refused():
    X, y = load_iris(return_X_y=True)
    clf = DistilledClassifier(LogisticRegression(), student="linear", max_epochs=5, random_state=0)
    clf.fit(X, y, soft_targets=np.full((150, 3), 1 / 3))
    with pytest.raises(ValueError, match=r"no teacher_: it was fitted with soft_targets\. Fit it"):
        fidelity_report(clf, X, y)


def test_on_iris_the_twin_is_as_good_and_is_kept():
    X, X_test, y, y_test = train_test_split(
        *load_iris(return_X_y=True), test_size=0.5, stratify=load_iris().target, random_state=0
    )
    forest = RandomForestClassifier(30, random_state=0)
    clf = DistilledClassifier(forest, hidden_layer_sizes=(16,), max_epochs=30, random_state=0)
    report = fidelity_report(clf.fit(X, y), X_test, y_test, X_train=X, y_train=y)
    twin, student = report.models["hard-label twin"], report.models["student"]
    assert twin.lead.low < 0 < twin.lead.high
    assert abs(twin.loss.value - student.loss.value) < 0.01
    assert report.verdict.choice == "keep the twin"
    assert "is as good as the student as far as these rows tell" in report.verdict.reasons[0]


def test_the_models_are_handed_over_and_the_recommended_one_is_named(case):
    models = case.report.models_
    assert list(models) == ["teacher", "hard-label twin", "small boosting", "student"]
    best = models[case.report.verdict.model]
    assert best is case.clf.student_
    np.testing.assert_array_equal(best.predict_proba(case.X), case.clf.predict_proba(case.X))


def test_five_rows_are_undecided(case):
    train = {"X_train": case.X_train, "y_train": case.y_train, "baselines": ["twin"]}
    report = fidelity_report(case.clf, case.X[:5], case.y[:5], **train)
    assert report.verdict.choice == "undecided"
    assert report.verdict.model is None


def test_a_student_of_labels_by_chance_is_not_to_be_deployed(case):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(500, 4)), rng.integers(0, 2, 500)
    clf = DistilledClassifier(
        RandomForestClassifier(20, random_state=0), cv=2, student="linear", transfer=None,
        max_epochs=5, random_state=0,
    ).fit(X[:200], y[:200])  # fmt: skip
    report = fidelity_report(clf, X[200:], y[200:], X_train=X[:200], y_train=y[:200])
    assert report.verdict.choice == "deploy none"
    assert report.verdict.model is None
    assert report.models["prior"].loss.value == pytest.approx(np.log(2), abs=0.01)


def test_a_gap_that_is_not_clear_of_zero_is_not_stated(case):
    train = {"X_train": case.X_train, "y_train": case.y_train, "baselines": ["twin"]}
    report = fidelity_report(case.clf, case.X[:8], case.y[:8], **train)
    assert report.gap_closed is None
    assert "is not clear of zero" in report.gap_note
    assert report.gap_note in report.verdict.reasons
    assert case.report.gap_note == ""


@pytest.mark.parametrize("n", [1, 2])
def test_a_report_of_hardly_any_rows_is_whole(case, n):
    report = fidelity_report(case.clf, case.X[:n], case.y[:n])
    assert report.verdict.choice == "undecided"
    assert "svg" in report.to_html()
    assert str(report).startswith(f"Undecided: on {n} held-out rows the student has log loss")


def test_printed_it_is_one_line(case):
    student = case.report.models["student"]
    assert str(case.report).startswith("Distil: on 1,000 held-out rows the student has log loss ")
    assert str(student.loss) in str(case.report)
    assert "\n" not in str(case.report)


def test_figures_of_numbers_are_those_of_scikit_learn(numbers):
    report, reg, y = numbers.report, numbers.reg, numbers.y
    names = ["prior", "teacher", "calibrated teacher", "hard-label twin", "small boosting"]
    assert list(report.models) == [*names, "student"]
    calibrated = reg.ask_teacher(numbers.X).ravel()
    answers = {
        "teacher": reg.teacher_.predict(numbers.X),
        "calibrated teacher": calibrated,
        "small boosting": report.models_["small boosting"].predict(numbers.X),
        "student": reg.predict(numbers.X),
    }
    for name, predicted in answers.items():
        assert report.models[name].quality == pytest.approx(
            {
                "rmse": root_mean_squared_error(y, predicted),
                "mae": mean_absolute_error(y, predicted),
                "r2": r2_score(y, predicted),
                "squared_error": mean_squared_error(y, predicted),
                "rmse_to_teacher": root_mean_squared_error(calibrated, predicted),
            }
        )
    student, prior = report.models["student"], report.models["prior"]
    assert prior.quality["r2"] == pytest.approx(0, abs=0.05)
    assert prior.lead.value == pytest.approx(prior.loss.value - student.loss.value)
    assert prior.lead.low > 0
    boosting = report.models["small boosting"].costs.n_bytes
    assert boosting <= student.costs.n_bytes
    assert {name for part in report.slices for name in part.likeness} == {"rmse_to_teacher"}
    worst = [part.likeness["rmse_to_teacher"] for part in report.slices]
    assert worst == sorted(worst, reverse=True)


def test_a_report_of_numbers_is_written_and_drawn(numbers):
    report = numbers.report
    assert report.verdict.choice != "undecided"
    assert "squared error" in str(report)
    text = report.to_markdown()
    assert "RMSE and MAE in units of y" in text
    for word in ("agreement", "log loss", "nats", "accuracy", "## Outputs"):
        assert word not in text
    titles = [panel.title for panel in report.panels]
    assert titles[:3] == ["Predicted against true", "Residuals", "Squared error against bytes"]
    report.plot().canvas.draw()
    assert report.to_html().startswith("<!DOCTYPE html>")


def test_several_numbers_have_a_table_of_outputs_and_no_boosting():
    X = np.random.default_rng(0).normal(size=(120, 2))
    Y = X @ [[1, 20], [3, 40]]
    how = {"transfer": None, "max_epochs": 3, "random_state": 0}
    reg = DistilledRegressor(LinearRegression(), student="linear", **how).fit(X[:60], Y[:60])
    report = fidelity_report(reg, X[60:], Y[60:], X_train=X[:60], y_train=Y[:60])
    assert "small boosting" not in report.models
    losses = report.models["student"].loss_by_part
    expected = mean_squared_error(Y[60:], reg.predict(X[60:]), multioutput="raw_values")
    assert list(losses.values()) == pytest.approx(expected)
    assert report.rows_by_part == {0: 60, 1: 60}
    assert "## Outputs" in report.to_markdown()
    with pytest.raises(ValueError, match="y_test has 1 outputs, fit had 2"):
        fidelity_report(reg, X[60:], Y[60:, 0])
