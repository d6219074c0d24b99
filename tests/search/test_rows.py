"""What a search is fitted with, and what it holds out."""

import numpy as np
import pytest
import sklearn
from sklearn.model_selection import ShuffleSplit

from skdistill.search._rows import Rows
from skdistill.tasks import Multiclass

X, Y = np.arange(100.0).reshape(50, 2), np.arange(50) % 2


def test_one_stratified_fifth_is_held_out_by_default():
    [(train, test)] = Rows(Multiclass, X, Y, {}).splits(None, 0)
    assert len(test) == 10
    assert Y[test].sum() == 5
    assert sorted([*train, *test]) == list(range(50))


@pytest.mark.parametrize("cv", [3, ShuffleSplit(3, random_state=0)])
def test_any_number_of_splits_can_be_asked_for(cv):
    assert len(Rows(Multiclass, X, Y, {}).splits(cv, 0)) == 3


def test_groups_stay_together_where_they_reach_the_folds_inside():
    groups = np.arange(50) // 5
    with pytest.raises(ValueError, match=r"groups would reach .* but not the folds inside"):
        Rows(Multiclass, X, Y, {"groups": groups})
    with sklearn.config_context(enable_metadata_routing=True):
        [(train, test)] = Rows(Multiclass, X, Y, {"groups": groups}).splits(None, 0)
    assert not set(groups[train]) & set(groups[test])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"clf__soft_targets": np.ones((50, 2))}, "without a teacher to agree with"),
        ({"X_unlabeled": iter([X])}, "only one candidate could read"),
    ],
)
def test_what_candidates_cannot_share_is_refused(params, message):
    with pytest.raises(ValueError, match=message):
        Rows(Multiclass, X, Y, params)


def test_weights_are_found_under_any_prefix_and_follow_their_rows():
    rows = Rows(Multiclass, X, Y, {"clf__sample_weight": np.arange(50)})
    assert rows.take([3, 7])[2].tolist() == [3, 7]
    assert rows.fit_params_of([3])["clf__sample_weight"].tolist() == [3]
    assert Rows(Multiclass, X, Y, {}).take([3])[2] is None
