"""Every kind of unusable input gets an error that names what, where and the next move."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.datasets import load_iris
from sklearn.ensemble import VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, Perceptron
from sklearn.model_selection import ShuffleSplit, TimeSeriesSplit
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from skdistill import DistilledClassifier, DistilledRegressor, Munge
from skdistill.exceptions import DistillationWarning

X, Y = load_iris(return_X_y=True)
FRAME = pd.DataFrame(X, columns=list("abcd"))
N = len(Y)


def quick(teacher=None, **params):
    teacher = KNeighborsClassifier() if teacher is None else teacher
    return DistilledClassifier(teacher, random_state=0, **{"max_epochs": 2, **params})


@pytest.fixture(scope="module")
def on_frame():
    return quick().fit(FRAME, Y)


def with_value(value, dtype=None):
    y = Y.astype(dtype or object)
    y[7] = value
    return y


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (with_value(np.nan, float), "Input y contains NaN"),
        (with_value(np.inf, float), "Input y contains infinity"),
        (with_value(None), "contains NaN: 1 missing labels, the first in row 7"),
        (with_value(np.nan), "contains NaN: 1 missing labels, the first in row 7"),
        (pd.Series(with_value(pd.NA)), "the first in row 7"),
        (np.zeros(N, int), "one class only"),
        (np.column_stack([Y, Y]), "MultiOutputClassifier"),
        (Y[:-1], "X, y: .*inconsistent numbers of samples"),
        (X[:, 0], "Unknown label type"),
        (None, "requires y to be passed, but the target y is None"),
    ],
)
def test_labels(y, message):
    with pytest.raises(ValueError, match=message):
        quick().fit(X, y)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.zeros(N), "(?i)weight.*zero"),
        (np.where(np.arange(N) == 3, -1.0, 1.0), "sample_weight of row 3 is -1: negative"),
        (np.where(np.isin(Y, [0]), 1.0, 0.0), "one class only"),
        (np.ones(N - 1), r"sample_weight.shape == \(149,\)"),
        (np.full(N, np.nan), "NaN"),
    ],
)
def test_weights(weight, message):
    with pytest.raises(ValueError, match=message):
        quick().fit(X, Y, sample_weight=weight)


def bad_frame(column, value, row=5):
    frame = FRAME.astype({column: object}) if isinstance(value, str) else FRAME.copy()
    frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (bad_frame("c", np.inf), "contains infinity .* in column 'c', entry 5"),
        (bad_frame("b", 1e300), "too large for dtype.* in column 'b', entry 5"),
        (bad_frame("b", -np.inf).to_numpy(), "contains infinity .* in column 1, entry 5"),
        (scipy.sparse.csr_array(bad_frame("a", np.inf)), "infinity .* column 0, entry 5"),
        (scipy.sparse.csr_array(np.full((60, 600), np.inf)), "infinity .* the sparse matrix"),
        (FRAME.iloc[:0], r"0 sample\(s\)"),
        (FRAME[[]], r"0 feature\(s\)"),
        (X[0], "Expected 2D array, got 1D array instead.* Reshape your data"),
        (X + 1j, "Complex data not supported"),
    ],
)
def test_rows_in_fit(table, message):
    with pytest.raises(ValueError, match=message):
        quick().fit(table, Y[: table.shape[0]] if table.shape[0] else Y[:0])


def test_values_that_are_neither_text_nor_number():
    table = X.astype(object)
    table[5, 0] = {"x": 1}
    with pytest.raises(TypeError, match="Column 0 holds a value of type dict"):
        quick().fit(table, Y)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (FRAME[list("bacd")], "the order must be|must be in the same order"),
        (FRAME[list("abc")], r"(?s)missing.*d"),
        (FRAME.assign(e=1.0), r"(?s)(unexpected|unseen).*e"),
        (X[:, :3], "X has 3 features, but .* is expecting 4 features"),
        (bad_frame("c", np.inf), "infinity .* in column 'c', entry 5"),
        (bad_frame("c", "much"), "'c' held numbers in fit, but row 5 holds 'much'"),
    ],
)
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_rows_in_predict(table, message, on_frame):
    for model in (on_frame, on_frame.student_):
        with pytest.raises(ValueError, match=message):
            model.predict_proba(table)


@pytest.mark.parametrize(
    ("teacher", "message"),
    [
        (NearestCentroid, "must be an instance, got the class NearestCentroid: call it"),
        (LinearRegression(), "neither predict_proba nor decision_function"),
        (VotingClassifier([("p", Perceptron())], voting="hard"), "voting='soft'"),
    ],
)
def test_a_teacher_without_answers(teacher, message):
    with pytest.raises(TypeError, match=message):
        quick(teacher).fit(X, Y)


def test_a_frozen_teacher_of_other_classes():
    other = FrozenEstimator(KNeighborsClassifier().fit(X, Y + 1))
    with pytest.raises(ValueError, match=r"knows the classes .*3.* but y has \[0, 1, 2\]"):
        quick(other).fit(X, Y)


def test_a_frozen_teacher_that_is_not_fitted():
    with pytest.raises(ValueError, match="is without classes_: fit it first"):
        quick(FrozenEstimator(KNeighborsClassifier())).fit(X, Y)


@pytest.mark.parametrize(
    ("cv", "message"),
    [
        (ShuffleSplit(2, random_state=0), "No teacher answered row .* partition such as KFold"),
        ([(np.arange(100), np.arange(100, N))], "No teacher answered row 0"),
        ([(np.arange(N), np.arange(N))], "both the train and the test part"),
        (TimeSeriesSplit(3), "TimeSeriesSplit leaves the first rows"),
        (1, "The 'cv' parameter of DistilledClassifier must be an int in the range"),
        ("oob", "oob_decision_function_"),
    ],
)
def test_a_cv_that_gives_no_answers(cv, message):
    with pytest.raises(ValueError, match=message):
        quick(cv=cv).fit(X, Y)


def test_only_single_row_classes():
    with pytest.raises(ValueError, match="Every class has a single row"):
        quick().fit(X[:3], [0, 1, 2])


HALVES = np.full((N, 3), 1 / 3)


@pytest.mark.parametrize(
    ("fit", "message"),
    [
        ({"soft_targets": HALVES[:, :2]}, r"shape \(150, 2\): expected \(150, 3\)"),
        ({"soft_targets": HALVES[:9]}, "soft_targets: .*inconsistent"),
        ({"soft_targets": HALVES * 2}, "Row 0 of soft_targets .* sum to 1"),
        ({"soft_targets": HALVES - [1, 0, -1]}, "Row 0 of soft_targets"),
        (
            {"soft_targets": pd.DataFrame(HALVES, columns=list("abc"))},
            r"columns \['a', 'b', 'c'\]",
        ),
        ({"soft_targets": HALVES, "X_unlabeled": X}, "X_unlabeled needs a teacher"),
        ({"X_unlabeled": FRAME}, "X_unlabeled is a pandas DataFrame, but X is a numpy ndarray"),
        ({"X_unlabeled": X[:, :2]}, "X_unlabeled does not fit X: X has 2 features"),
        ({"X_unlabeled": X[:0]}, r"0 sample\(s\)"),
    ],
)
def test_targets_and_unlabelled_rows(fit, message):
    with pytest.raises(ValueError, match=message):
        quick().fit(X, Y, **fit)


def test_soft_targets_follow_the_rule_of_a_teachers_answers():
    proba = np.eye(3)[Y]
    fit = quick(alpha=1.0).fit
    with pytest.warns(DistillationWarning, match="Some rows of soft_targets are zero"):
        fit(X, Y, soft_targets=np.where(np.arange(N)[:, None] == 3, 0, proba))
    expected = fit(X, Y, soft_targets=proba).predict_proba(X)
    by_name = pd.DataFrame(proba[:, ::-1] - 1e-17, columns=[2, 1, 0])
    np.testing.assert_array_equal(fit(X, Y, soft_targets=by_name).predict_proba(X), expected)


def test_soft_targets_with_a_sampler():
    with pytest.raises(ValueError, match=r"transfer=Munge.* needs a teacher"):
        quick(transfer=Munge()).fit(X, Y, soft_targets=HALVES)


@pytest.mark.parametrize(
    "params",
    [
        {"temperature": 0},
        {"temperature": -1.0},
        {"temperature": 1e-9},
        {"temperature": 1e9},
        {"alpha": 1.5},
        {"alpha": -0.1},
        {"calibration": "platt"},
        {"transfer": "smote"},
        {"student": "forest"},
        {"n_bins": 1},
        {"lr": 0},
    ],
)
def test_parameters_out_of_range(params):
    (name,) = params
    with pytest.raises(ValueError, match=f"The '{name}' parameter of DistilledClassifier must"):
        quick(**params).fit(X, Y)


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "meta", ""])
def test_a_device_that_is_absent_is_said_before_anything_is_looked_at(device):
    with pytest.raises(ValueError, match=f"device='{device}', but torch .* finds no such device"):
        quick(device=device).fit(None, None)


def test_munge_on_sparse_rows():
    with pytest.raises(ValueError, match="Munge needs dense rows"):
        quick(transfer="munge").fit(scipy.sparse.csr_array(X), Y)


def test_after_a_failed_fit_there_is_no_student(on_frame):
    from sklearn.base import clone
    from sklearn.exceptions import NotFittedError

    clf = clone(on_frame).fit(FRAME, Y)
    with pytest.raises(ValueError, match="one class"):
        clf.fit(FRAME, np.zeros(N))
    with pytest.raises(NotFittedError):
        clf.predict(FRAME)


def test_a_warning_points_at_the_users_own_line():
    with pytest.warns(DistillationWarning, match="single row") as caught:
        quick().fit(X[:101], Y[:101])
    assert caught[0].filename == __file__


@pytest.mark.parametrize("loss", ["dkd", "dist"])
def test_a_loss_that_two_classes_make_degenerate(loss):
    with pytest.raises(ValueError, match=r"needs three classes or more: .* Use kind='kl'"):
        quick(loss=loss).fit(X[:100], Y[:100])


def test_an_unknown_loss():
    with pytest.raises(ValueError, match="The 'loss' parameter of DistilledClassifier must be"):
        quick(loss="hinton").fit(X, Y)


NUMBERS = X[:, 0] + Y


def quick_numbers(**params):
    params = {"max_epochs": 2, "random_state": 0, **params}
    return DistilledRegressor(LinearRegression(), **params)


def with_number(value, dtype=None):
    y = NUMBERS.astype(dtype or object)
    y[7] = value
    return y


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (with_number(np.nan, float), "y contains NaN or infinity: 1 rows, the first is row 7"),
        (with_number(-np.inf, float), "y contains NaN or infinity: 1 rows, the first is row 7"),
        (with_number(None), "the first is row 7. Drop these rows, or pass them as X_unlabeled"),
        (pd.Series(with_number(pd.NA)), "the first is row 7"),
        (with_number("much"), "y holds 'much', which is no number. Labels of classes go to Dis"),
        (with_number("1.5"), "y holds '1.5', which is no number"),
        (NUMBERS.astype(str), "y holds .*, which is no number"),
        (np.full(N, "2020-01-01", "M8[D]"), "y holds datetime.date.*, which is no number"),
        (with_number(1j), "y holds 1j, which is no number"),
        (NUMBERS + 1j, "y holds .*, which is no number"),
        (np.ones(N), r"y has one distinct value only \(1; n_samples=150\): there is nothing to"),
        (np.column_stack([NUMBERS, np.zeros(N)]), "Output 1 of y has one distinct value only"),
        (np.zeros((N, 2, 2)), r"y of shape \(150, 2, 2\): numbers have the shape"),
        (np.zeros((N, 0)), r"y of shape \(150, 0\): numbers have the shape"),
        (3.0, r"y of shape \(\): numbers have the shape"),
        (NUMBERS * 1e307, "standard deviation of y, .* is beyond float64"),
        (NUMBERS[:-1], "X, y: .*inconsistent numbers of samples"),
        (None, "DistilledRegressor requires y to be passed, but the target y is None"),
    ],
)
def test_numbers(y, message):
    with pytest.raises(ValueError, match=message):
        quick_numbers().fit(X, y)


@pytest.mark.parametrize(
    ("fit", "message"),
    [
        ({"soft_targets": NUMBERS[:9]}, "soft_targets: .*inconsistent"),
        ({"soft_targets": np.column_stack([NUMBERS] * 2)}, r"\(150, 2\): expected \(150, 1\)"),
        ({"soft_targets": with_number(np.nan, float)}, "soft_targets contains NaN or infinity"),
        ({"soft_targets": NUMBERS.astype(str)}, "soft_targets holds .* which is no number"),
        ({"sample_weight": np.zeros(N)}, "(?i)weight.*zero"),
        ({"sample_weight": np.arange(N) == 3}, "one distinct value only .*positive weight"),
        ({"groups": np.zeros(N)}, "All rows are of one group"),
        ({"X_unlabeled": X[:, :2]}, "X_unlabeled does not fit X: X has 2 features"),
    ],
)
def test_what_comes_with_numbers(fit, message):
    with pytest.raises(ValueError, match=message):
        quick_numbers().fit(X, NUMBERS, **fit)


@pytest.mark.parametrize(
    "params",
    [
        {"calibration": "temperature"},
        {"loss": "kl"},
        {"alpha": 1.5},
        {"student": "forest"},
        {"transfer": "smote"},
    ],
)
def test_parameters_of_a_regressor_out_of_range(params):
    (name,) = params
    with pytest.raises(ValueError, match=f"The '{name}' parameter of DistilledRegressor must"):
        quick_numbers(**params).fit(X, NUMBERS)


def test_a_regressor_that_is_given_no_estimator_as_teacher():
    with pytest.raises(TypeError, match="teacher must be a scikit-learn estimator, got"):
        DistilledRegressor(type("Odd", (), {"fit": len})()).fit(X, NUMBERS)
