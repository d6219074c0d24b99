"""Every figure of quality is scikit-learn's, or SciPy's."""

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    brier_score_loss,
    log_loss,
    mean_squared_error,
    roc_auc_score,
)

from skdistill.tasks import (
    Multiclass,
    agreement,
    codes_of,
    expected_calibration_error,
    measure,
    neg_log_loss,
)


def some_rows(n_classes, n=200):
    rng = np.random.default_rng(n_classes)
    proba, reference = rng.dirichlet(np.ones(n_classes), size=(2, n))
    proba[0], proba[1] = np.eye(n_classes)[[0, 1]]  # zeros, of which the log is clipped
    codes = np.array([rng.choice(n_classes, p=p) for p in reference])
    return codes, proba, reference


class Odd:
    """A classifier whose classes are in an order of its own."""

    classes_ = np.array(["b", "a", "c"])

    def predict_proba(self, X):
        return np.tile([0.5, 0.2, 0.3], (len(X), 1))


def test_the_loss_of_a_scorer_is_weighted_and_takes_rows_that_lack_a_class():
    score = neg_log_loss(Odd(), np.zeros((3, 1)), ["a", "b", "a"], sample_weight=[1, 3, 0])
    assert score == pytest.approx((np.log(0.2) + 3 * np.log(0.5)) / 4)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_figures_are_those_of_scikit_learn(n_classes):
    codes, proba, reference = some_rows(n_classes)
    classes = np.array(["d", "c", "b", "a"][-n_classes:])[::-1]
    y = classes[codes]
    found = measure(Multiclass.measures, codes, proba, reference)
    predicted = classes[proba.argmax(axis=1)]
    assert found["accuracy"] == accuracy_score(y, predicted)
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(y, predicted))
    assert found["log_loss"] == pytest.approx(log_loss(y, proba, labels=classes))
    assert found["ece"] == pytest.approx(expected_calibration_error(y, proba, classes=classes))
    assert found["agreement"] == agreement(predicted, classes[reference.argmax(axis=1)])
    clipped = np.clip(proba, np.finfo(float).eps, 1)
    cross_entropy = -(reference * np.log(clipped)).sum(axis=1)
    assert found["kl"] == pytest.approx(np.mean(cross_entropy - entropy(reference, axis=1)))
    one_hot = np.eye(n_classes)[codes]
    if n_classes == 2:
        assert found["auc"] == roc_auc_score(y == classes[1], proba[:, 1])
        assert found["brier"] == pytest.approx(brier_score_loss(codes, proba[:, 1]))
    else:
        assert found["auc"] == pytest.approx(roc_auc_score(codes, proba, multi_class="ovr"))
        assert found["brier"] == pytest.approx(n_classes * mean_squared_error(one_hot, proba))


def test_classes_without_rows_are_left_out():
    codes, proba, reference = some_rows(3)
    rows = codes != 1
    found = measure(Multiclass.measures, codes[rows], proba[rows], reference[rows])
    each = [roc_auc_score(codes[rows] == k, proba[rows, k]) for k in (0, 2)]
    assert found["auc"] == pytest.approx(np.mean(each))
    assert found["balanced_accuracy"] == np.mean(
        [np.mean(proba[codes == k].argmax(axis=1) == k) for k in (0, 2)]
    )


def test_rows_of_a_single_class_have_no_area():
    codes, proba, reference = some_rows(2)
    rows = codes == 1
    found = measure(Multiclass.measures, codes[rows], proba[rows], reference[rows])
    assert np.isnan(found["auc"])


def test_the_teacher_agrees_with_itself():
    codes, _, reference = some_rows(4)
    found = measure(Multiclass.measures, codes, reference, reference)
    assert found["agreement"] == 1
    assert found["kl"] == pytest.approx(0)


def test_a_calibrated_classifier_has_no_calibration_error():
    proba = np.tile([[0.75, 0.25]], (400, 1))
    y = np.tile([0, 0, 0, 1], 100)
    assert expected_calibration_error(y, proba, classes=[0, 1], n_bins=1) == pytest.approx(0)


def test_calibration_error_is_the_mass_weighted_gap_by_hand():
    # two bins of two rows: confidence .9 with one hit of two, confidence .6 with two of two
    proba = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.4, 0.6]])
    y = np.array(["a", "a", "a", "b"])
    error = expected_calibration_error(y, proba, classes=["a", "b"], n_bins=2)
    assert error == pytest.approx((abs(1.8 - 1) + abs(1.2 - 2)) / 4)


def test_more_bins_than_rows_are_no_error():
    error = expected_calibration_error([0], np.array([[0.7, 0.3]]), classes=[0, 1])
    assert error == pytest.approx(0.3)


def test_agreement_is_the_share_of_equal_labels():
    assert agreement(["a", "b", "a", "b"], ["a", "b", "b", "b"]) == 0.75


def test_labels_have_places_among_the_classes_whatever_their_order():
    assert codes_of(["b", "a", "b"], ["b", "a"], "y").tolist() == [0, 1, 0]


def test_a_label_that_is_no_class_is_named_with_its_row():
    with pytest.raises(ValueError, match="y has the label 7 in row 1, which was not in fit"):
        codes_of([0, 7], np.array([0, 1]), "y")
