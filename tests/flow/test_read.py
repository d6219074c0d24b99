"""What becomes of a category's rare levels."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss

from skdistill import DistilledClassifier
from skdistill.exceptions import DistillationWarning
from skdistill.flow._read import MOST_BUCKETS, fewest_collisions, hash_or_warn
from skdistill.runtime._codes import murmur3
from skdistill.tables import Levels

N = 300
NUMBERS = np.random.default_rng(0).normal(size=N).round(4)


def levels(rare, kept=()):
    return Levels(tuple(kept), rare, sum(rare.values()) + 10 * len(kept))


@pytest.mark.parametrize("n", [2, 3, 6, 12, 20])
def test_a_few_recurring_rare_levels_have_codes_of_their_own(n):
    rare = {f"level {i}": 5 for i in range(n)}
    n_codes = hash_or_warn("x", levels(rare), 10)
    assert len({murmur3(text) % n_codes for text in rare}) == n


def test_words_that_would_share_one_of_two_codes_get_more():
    assert fewest_collisions(["yes", "no"]) > 2


def test_there_are_never_more_codes_than_stated():
    assert hash_or_warn("x", levels({f"l{i}": 5 for i in range(9999)}), 10) <= MOST_BUCKETS


def test_codes_that_look_like_numbers_are_hashed_where_they_recur():
    courses = {f"BIO {i}": 8 for i in range(100, 160)}
    assert hash_or_warn("x", levels(courses, kept="abcdefghij" * 5), 10) > 60


def test_numbers_that_recur_are_hashed_and_told():
    with pytest.warns(DistillationWarning, match="share codes by their hash. If these are numb"):
        assert hash_or_warn("x", levels({str(i): 5 for i in range(20)}), 10) > 0


def test_levels_that_hardly_recur_or_are_of_few_rows_are_other():
    assert hash_or_warn("x", levels({f"l{i}": 2 for i in range(20)}, kept="abcdef"), 10) == 0
    assert hash_or_warn("x", levels({"l": 9}, kept="abcdefg"), 10) == 0


LOST = {
    "a blank among numbers": (
        ["?", *(str(x) for x in NUMBERS[1:])],
        "If these are numbers.*numeric",
    ),
    "thousands": ([f"{1e4 * x:,.2f}" for x in NUMBERS], "If these are numbers"),
    "decimal commas": ([str(x).replace(".", ",") for x in NUMBERS], "If these are numbers"),
    "currency": ([f"${abs(x)}" for x in NUMBERS], "If these are numbers"),
    "days": (
        [f"{d:%Y-%m-%d}" for d in pd.date_range("2020-01-01", periods=N)],
        r"look like dates.*pandas\.to_datetime\(X\['x'\]\)",
    ),
    "identifiers": ([f"id {i}" for i in range(N)], "looks like an identifier.*drop it"),
    "pairs": ([f"level {i // 2}" for i in range(N)], "Group levels.*smaller min_rows_per_level"),
}


@pytest.mark.parametrize(("values", "message"), LOST.values(), ids=LOST)
@pytest.mark.parametrize("dtype", [object, "str", "category"])
def test_a_column_that_is_lost_is_told_with_what_mends_it(values, message, dtype):
    column = pd.Series(values, dtype=dtype)
    message = f"Column 'x': (100|9.)% of its rows.*{message}"
    with pytest.warns(DistillationWarning, match=message):
        hash_or_warn("'x'", Levels.of(column, 10), 10)


def rows_of_rare_levels(n, seed):
    rng = np.random.default_rng(seed)
    level = rng.permutation(np.arange(n) % 60)
    return pd.DataFrame({"shop": [f"s{i}" for i in level], "x": rng.normal(size=n)}), level % 2


@pytest.mark.filterwarnings("ignore:The calibration of the teacher's answers ended")
def test_a_student_learns_from_rare_levels_that_recur_and_forgets_their_names(tmp_path):
    frame, y = rows_of_rare_levels(480, 0)
    clf = DistilledClassifier(transfer=None, cv=3, max_epochs=60, random_state=0).fit(frame, y)
    assert clf.student_.reader.levels == {0: ()}
    X_test, y_test = rows_of_rare_levels(600, 1)
    assert log_loss(y_test, clf.predict_proba(X_test)) < 0.45  # knowing nothing: .69
    clf.student_.save(tmp_path / "s.safetensors")
    assert b"s59" not in (tmp_path / "s.safetensors").read_bytes()


@pytest.mark.filterwarnings("ignore:The calibration of the teacher's answers ended")
def test_labels_random_by_level_are_not_learnt():
    frame, _ = rows_of_rare_levels(480, 0)
    y = np.random.default_rng(0).integers(0, 2, 480)
    clf = DistilledClassifier(transfer=None, cv=3, random_state=0).fit(frame, y)
    X_test, _ = rows_of_rare_levels(600, 1)
    y_test = np.random.default_rng(1).integers(0, 2, 600)
    assert log_loss(y_test, clf.predict_proba(X_test)) < 0.75


@pytest.mark.filterwarnings("ignore:The calibration of the teacher's answers ended")
def test_the_fewest_rows_of_a_level_are_a_parameter():
    frame, y = rows_of_rare_levels(240, 0)
    clf = DistilledClassifier(transfer=None, cv=3, max_epochs=2, random_state=0)
    clf.set_params(min_rows_per_level=4).fit(frame, y)
    assert len(clf.student_.reader.levels[0]) == 60
    assert clf.student_.reader.buckets == {}


@pytest.mark.filterwarnings("ignore:The calibration of the teacher's answers ended")
def test_numbers_that_nothing_keeps_apart_are_told_in_fit():
    X = (2**62 + np.arange(200) % 100)[:, None]
    clf = DistilledClassifier(transfer=None, cv=2, max_epochs=2, random_state=0)
    with pytest.warns(DistillationWarning, match="Column 0: 99% of its distinct numbers"):
        clf.fit(X, np.arange(200) % 2)
