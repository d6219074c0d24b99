"""Quantiles of a number: the task, and the estimator that sets it."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.metrics import mean_pinball_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdistill import DistilledRegressor
from skdistill.report import TradeoffDisplay, fidelity_report
from skdistill.tasks import QuantilesAt, task_of

LEVELS = (0.05, 0.5, 0.95)
N = 800
QUICK = {"quantiles": LEVELS, "transfer": None, "alpha": 0.5, "random_state": 0, "cv": 3}


def rows(n, seed=0):
    """Return rows, and numbers of unlike spread, far from zero."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, 3))
    noise = (0.2 + (X[:, 1] > 0)) * rng.normal(size=n)
    return X, 1e6 + 10 * (np.sin(3 * X[:, 0]) + noise)


X, Y = rows(N)
X_TEST, Y_TEST = rows(4000, seed=1)
BOOSTING = HistGradientBoostingRegressor(max_iter=40, max_leaf_nodes=8)


def pinball(quantiles):
    """Return the mean pinball loss over levels, on held-out rows."""
    columns = zip(LEVELS, quantiles.T, strict=True)
    return np.mean([mean_pinball_loss(Y_TEST, column, alpha=q) for q, column in columns])


def fit(teacher=BOOSTING, **params):
    return DistilledRegressor(teacher, **{**QUICK, **params}).fit(X, Y)


@pytest.fixture(scope="module")
def reg():
    return fit()


def test_a_student_is_about_as_good_as_its_teacher(reg):
    assert pinball(reg.predict_quantiles(X_TEST)) < 1.05 * pinball(reg.ask_teacher(X_TEST))


def test_an_interval_covers_what_it_says_and_is_wide_where_numbers_spread(reg):
    interval = reg.predict_interval(X_TEST, 0.9)
    covered = (Y_TEST >= interval[:, 0]) & (Y_TEST <= interval[:, 1])
    assert 0.85 <= covered.mean() <= 0.95
    width = np.diff(interval)[:, 0]
    assert width[X_TEST[:, 1] > 0.2].mean() > 2 * width[X_TEST[:, 1] < -0.2].mean()


def test_quantiles_do_not_cross_and_the_median_is_predicted(reg):
    quantiles = reg.predict_quantiles(X_TEST)
    assert (np.diff(quantiles, axis=1) >= 0).all()
    np.testing.assert_array_equal(reg.predict(X_TEST), quantiles[:, 1])
    assert reg.score(X_TEST, Y_TEST) > 0.2


def test_the_teachers_quantiles_are_shifted_to_their_levels(reg):
    below = Y_TEST[:, None] <= reg.ask_teacher(X_TEST)
    np.testing.assert_allclose(below.mean(axis=0), LEVELS, atol=0.04)
    raw = reg.ask_teacher(X_TEST, calibrated=False)
    np.testing.assert_array_equal(raw, reg.teacher_.predict(X_TEST, list(LEVELS)))


@pytest.mark.parametrize(
    "teacher",
    [
        None,
        make_pipeline(StandardScaler(), RandomForestRegressor(20, min_samples_leaf=10)),
    ],
    ids=["default", "forest"],
)
def test_a_teacher_is_asked_for_levels(teacher):
    reg = fit(teacher, max_epochs=30)
    assert pinball(reg.predict_quantiles(X_TEST)) < 1.1 * pinball(reg.ask_teacher(X_TEST))


@pytest.mark.parametrize(
    "params",
    [
        {"student": "tabm", "n_members": 4},
        {"student": "linear", "generations": 1},
        {"early_stopping": False},
        {"alpha": 0.0},
        {"calibration": None},
    ],
    ids=str,
)
def test_every_way_of_training_makes_quantiles(params):
    quantiles = fit(max_epochs=10, **params).predict_quantiles(X_TEST)
    assert quantiles.shape == (4000, 3)
    assert np.abs((Y_TEST[:, None] <= quantiles).mean(axis=0) - LEVELS).max() < 0.12


def test_weights_and_rows_without_label_are_taken():
    weight = np.where(X[:, 0] > 0, 1.0, 0.01)
    reg = DistilledRegressor(BOOSTING, **QUICK, max_epochs=5, early_stopping=False)
    reg.fit(X, Y, sample_weight=weight, X_unlabeled=X_TEST[:200])
    assert reg.transfer_summary_["n_unlabeled"] == 200


def test_soft_targets_are_a_column_a_level():
    targets = np.quantile(Y, LEVELS) + np.zeros((N, 1))
    reg = DistilledRegressor(**QUICK, max_epochs=5).fit(X, Y, soft_targets=targets)
    assert reg.predict_quantiles(X[:2]).shape == (2, 3)
    with pytest.raises(ValueError, match="one column for each level"):
        DistilledRegressor(**QUICK).fit(X, Y, soft_targets=targets[:, :2])


def test_kept_teacher_work_is_of_its_levels(tmp_path):
    teacher = RandomForestRegressor(5)
    how = {"memory": tmp_path, "max_epochs": 2, "calibration": None}
    narrow, wide = (
        fit(teacher, quantiles=levels, **how) for levels in [(0.4, 0.5, 0.6), (0.01, 0.5, 0.99)]
    )
    widths = [np.diff(reg.predict_interval(X_TEST, c)) for reg, c in [(narrow, 0.2), (wide, 0.98)]]
    assert widths[1].mean() > 2 * widths[0].mean()


def test_without_quantiles_there_is_nothing_to_predict_them_by(reg):
    means = DistilledRegressor()
    assert not hasattr(means, "predict_quantiles")
    with pytest.raises(AttributeError, match="predict_interval") as info:
        means.predict_interval(X, 0.9)
    assert "set quantiles, as in" in str(info.value.__cause__)
    assert clone(reg).quantiles == LEVELS


def test_an_interval_of_other_levels_is_refused(reg):
    with pytest.raises(ValueError, match=r"needs the levels 0\.1 and 0\.9, .* has: 0\.9"):
        reg.predict_interval(X, 0.8)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"quantiles": (0.5, 0.1)}, ValueError, "sort the levels"),
        ({"quantiles": (0.1, 0.9)}, ValueError, "add .5"),
        ({"quantiles": (0.5, 1.0)}, ValueError, "between 0 and 1"),
        ({"quantiles": ("low", 0.5)}, TypeError, "each level is a number"),
        ({"quantiles": 0.5}, ValueError, "'quantiles' parameter .* must be"),
        ({"cv": "oob"}, ValueError, "cv='oob' with quantiles"),
        ({"loss": "huber"}, ValueError, "loss='huber' is of means"),
        ({"teacher": StandardScaler()}, TypeError, "predicts no numbers"),
    ],
)
def test_what_has_no_quantiles_is_refused_by_name(params, error, message):
    with pytest.raises(error, match=message):
        fit(**params)


def test_several_outputs_are_refused_by_name():
    with pytest.raises(ValueError, match="y has 2 outputs, but quantiles are of one number"):
        DistilledRegressor(**QUICK).fit(X, np.column_stack([Y, Y]))


def test_nobody_answers_by_the_quantiles_of_y():
    task, labels = QuantilesAt(LEVELS).learn(Y)
    weight = np.ones(N)
    nobody = task.answer_of_nobody(labels, weight)
    np.testing.assert_allclose(nobody, np.quantile(Y, LEVELS), atol=0.5)
    losses = task.losses_of_nobody(labels, weight, labels)
    of_nobody = task.answer_losses(Y[:, None], nobody + np.zeros((N, 1)))
    np.testing.assert_allclose(losses * task.scale, of_nobody, rtol=1e-3)


def test_measures_are_of_the_levels(reg):
    task = reg.task_
    found = {
        each.name: float(
            np.mean(each.of(task.labels_of(Y_TEST, "y"), reg.predict_quantiles(X_TEST)))
        )
        for each in task.measures
        if not each.of_teacher
    }
    assert found["pinball"] == pytest.approx(pinball(reg.predict_quantiles(X_TEST)))
    assert found["level_error"] < 0.04
    np.testing.assert_array_equal(task.answers(reg, X_TEST), reg.predict_quantiles(X_TEST))


def test_a_link_is_of_means():
    with pytest.raises(ValueError, match="link='log' with quantiles: the link is of means"):
        fit(link="log")


def test_models_are_scored_and_told_of_by_pinball_loss(reg):
    task, labels = reg.task_, reg.task_.labels_of(Y_TEST, "y")
    quantiles = task.answers(reg, X_TEST)
    assert task.scorer(reg, X_TEST, Y_TEST) == pytest.approx(-pinball(quantiles))
    assert task.answer_losses(labels, quantiles).mean() == pytest.approx(pinball(quantiles))
    by_level = task.losses_by_part(labels, quantiles)
    assert list(by_level) == list(LEVELS) == list(task.parts(labels))
    for level, column in zip(LEVELS, quantiles.T, strict=True):
        expected = mean_pinball_loss(Y_TEST, column, alpha=level)
        assert by_level[level].mean() == pytest.approx(expected)


def test_the_prior_answers_the_quantiles_of_y(reg):
    prior = reg.task_.prior(Y)
    expected = np.quantile(Y, LEVELS, method="inverted_cdf")
    assert (reg.task_.answers(prior, X_TEST[:2]) == expected).all()
    assert (prior.predict(X_TEST[:2]) == expected[1]).all()


@pytest.mark.parametrize("compare", [fidelity_report, TradeoffDisplay.from_estimator])
def test_comparisons_of_means_refuse_quantiles_by_name(compare, reg):
    with pytest.raises(ValueError, match=r"does not compare quantiles.*predict_quantiles\(X\)"):
        compare(reg, X_TEST, Y_TEST)


def test_a_student_alone_sets_no_task_of_quantiles(reg):
    with pytest.raises(TypeError, match="Answers by 3 quantiles are not compared"):
        task_of(reg.student_.outputs)
