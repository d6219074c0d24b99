"""A regressor's answers are numbers of the right shape, or it is said whose fault it is."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import DBSCAN
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import BaggingRegressor, RandomForestRegressor, StackingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill.tasks._ask_regressor import answer, check_fitted, check_kind, out_of_bag

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
Y = X @ [[1.0, 0], [0, 2], [1, 1]]


class Fixed:
    """Answers every question by one value."""

    def __init__(self, value):
        self.value = value

    def predict(self, X):
        return self.value


@pytest.mark.parametrize("y", [Y, Y[:, 0], Y[:, :1]], ids=["two", "flat", "column"])
def test_answers_have_a_column_for_each_output(y):
    n_outputs = np.size(y[0])
    found = answer(LinearRegression().fit(X, y), X, n_outputs)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, y.reshape(len(X), -1))


@pytest.mark.parametrize("value", [Y[:, 0], Y.T, np.zeros(3), 0.0, Y[:, :, None]])
def test_answers_of_another_shape_are_named(value):
    with pytest.raises(ValueError, match=r"The teacher Fixed answered 80 rows with shape \("):
        answer(Fixed(value), X, 2)


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_an_answer_that_is_no_number_is_named_with_its_row(bad):
    value = Y.copy()
    value[7, 1] = bad
    with pytest.raises(ValueError, match="The teacher Fixed answered row 7 with NaN or infinity"):
        answer(Fixed(value), X, 2)


def test_an_error_of_the_teachers_says_whose_it_is():
    teacher = LinearRegression().fit(pd.DataFrame(X, columns=list("xyz")), Y)
    with pytest.raises(ValueError, match="could not convert string") as caught:
        answer(teacher, pd.DataFrame({name: ["a", "b"] for name in "xyz"}), 2)
    (note,) = caught.value.__notes__
    assert note.startswith("The error is the teacher's: LinearRegression.predict, given a Data")


STACK = StackingRegressor([("a", LinearRegression()), ("b", DummyRegressor())], cv=2)


@pytest.mark.parametrize(
    "teacher", [STACK, make_pipeline(StandardScaler(), STACK), GridSearchCV(STACK, {}, cv=2)]
)
def test_a_teacher_may_predict_only_once_it_is_fitted(teacher):
    check_kind(teacher)
    check_fitted(teacher.fit(X, Y[:, 0]))


@pytest.mark.parametrize("teacher", [GaussianNB(), StandardScaler(), DBSCAN()])
def test_what_predicts_no_numbers_is_named(teacher):
    name = type(teacher).__name__
    for check in (check_kind, check_fitted):
        with pytest.raises(TypeError, match=f"The teacher {name} predicts no numbers. Use a reg"):
            check(teacher)


@pytest.mark.parametrize(
    ("teacher", "y"),
    [(RandomForestRegressor, Y), (RandomForestRegressor, Y[:, 0]), (BaggingRegressor, Y[:, 0])],
)
def test_out_of_bag_answers_are_the_forests_own(teacher, y):
    fitted = teacher(n_estimators=60, oob_score=True, random_state=0).fit(X, y)
    found = out_of_bag(fitted, len(X), np.size(y[0]))
    np.testing.assert_array_equal(found, fitted.oob_prediction_.reshape(len(X), -1))


def test_a_teacher_without_out_of_bag_answers_is_told_which_has_them():
    fitted = RandomForestRegressor(5).fit(X, Y)
    with pytest.raises(ValueError, match=r"such as RandomForestRegressor\(oob_score=True\)"):
        out_of_bag(fitted, len(X), 2)


@pytest.mark.filterwarnings("ignore:Some inputs do not have OOB scores")
def test_a_row_without_an_out_of_bag_answer_raises():
    fitted = RandomForestRegressor(3, oob_score=True, random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match=r"left row \d+ out of its bootstrap \(\d+ rows in all"):
        out_of_bag(fitted, len(X), 2)
