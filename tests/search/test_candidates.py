"""The students of a search, and what may vary between them."""

import joblib
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill import DistilledClassifier, DistilledRegressor
from skdistill.search._candidates import (
    kind_of,
    make_grid,
    most_epochs,
    prefix_of,
    seeded,
    sharing,
)
from skdistill.tasks import Means, Multiclass

PIPE = make_pipeline(StandardScaler(), DistilledClassifier())


def test_there_are_24_shapes_by_default():
    shapes = list(ParameterGrid(make_grid(None, "")))
    assert len(shapes) == 24
    for shape in shapes:
        DistilledClassifier(**shape)._validate_params()
    assert set(make_grid(None, "d__")[0]) == {"d__student", "d__n_bins"}


def test_a_pipeline_has_its_distiller_last():
    assert prefix_of(DistilledClassifier()) == ""
    assert prefix_of(PIPE) == "distilledclassifier__"
    assert kind_of(PIPE, [0, 1]) is Multiclass
    assert kind_of(DistilledRegressor(), [0.0, 1.0]) is Means
    with pytest.raises(TypeError, match="must be a DistilledClassifier, a DistilledRegressor or"):
        kind_of(make_pipeline(StandardScaler(), LogisticRegression()), [0, 1])


def test_a_search_of_quantiles_is_refused_with_the_way_there_is():
    message = r"quantiles=\(0.1, 0.5, 0.9\), and no search compares these: search with quantiles=N"
    with pytest.raises(ValueError, match=message):
        kind_of(DistilledRegressor(quantiles=(0.1, 0.5, 0.9)), [0.0, 1.0])


@pytest.mark.parametrize("name", ["teacher", "teacher__C", "cv", "max_epochs", "random_state"])
def test_what_reaches_the_teacher_or_the_race_may_not_vary(name):
    with pytest.raises(ValueError, match=f"param_grid has '{name}'"):
        make_grid({name: [1, 2]}, "")


def test_steps_before_the_distiller_may_not_vary():
    with pytest.raises(ValueError, match="param_grid has 'standardscaler__with_mean'"):
        make_grid({"standardscaler__with_mean": [True]}, "distilledclassifier__")
    grid = {"distilledclassifier__lr": [0.1]}
    assert make_grid(grid, "distilledclassifier__") is grid


def test_teacher_work_is_kept_where_the_user_says(tmp_path):
    for memory, kept in [
        (None, "here"),
        (joblib.Memory(None), "here"),
        (str(tmp_path), str(tmp_path)),
    ]:
        clf = DistilledClassifier(memory=memory)
        assert sharing(clf, "", "here").memory == kept
        assert clf.memory is memory


def test_a_seed_of_the_users_stays():
    assert seeded(DistilledClassifier(random_state=3), "", 5).random_state == 3
    assert seeded(PIPE, "distilledclassifier__", 5)[-1].random_state == 5


def test_the_last_round_has_the_epochs_of_a_fit():
    assert most_epochs(DistilledClassifier(max_epochs=7), "", 1000) == 7
    # 6,000 steps of 256 rows, of which three in four are synthetic
    assert most_epochs(DistilledClassifier(), "", 8_000) == 6_000 // 125
    assert most_epochs(DistilledClassifier(transfer=None), "", 8_000) == 60
