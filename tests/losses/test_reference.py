"""The reference: its gradients are those of its values, and known special cases hold."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.metrics import log_loss

from skdistill.losses import KINDS
from skdistill.losses._reference import loss_and_gradient
from skdistill.losses._settings import make_settings


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_differences_of_values(Case, kind, standardize, alpha):
    chosen = make_settings(kind, temperature=2.5, alpha=alpha, standardize=standardize)
    z, p, y, w = (part.numpy().astype(float) for part in Case(6, 4))
    p, y = p / p.sum(axis=1, keepdims=True), y.astype(int)
    _, gradient = loss_and_gradient(z, p, y, w, chosen)
    step = 1e-5
    for at in np.ndindex(*z.shape):
        beyond, before = z.copy(), z.copy()
        beyond[at] += step
        before[at] -= step
        rise = loss_and_gradient(beyond, p, y, w, chosen)[0]
        rise -= loss_and_gradient(before, p, y, w, chosen)[0]
        assert rise / (2 * step) == pytest.approx(gradient[at], abs=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_a_student_equal_to_its_teacher_has_no_loss_and_no_gradient(Case, kind):
    z = Case(9, 5).logits.numpy().astype(float)
    chosen = make_settings(kind, temperature=3.0, alpha=1.0)
    loss, gradient = loss_and_gradient(z, softmax(z / 3, axis=1), None, None, chosen)
    assert loss == pytest.approx(0, abs=1e-9)
    assert np.abs(gradient).max() < 1e-7


def test_the_hard_loss_is_scikit_learns_log_loss(Case):
    case = Case(40, 3)
    known = case.labels.numpy() >= 0
    z, y = case.logits.numpy()[known].astype(float), case.labels.numpy()[known]
    weight = case.weight.numpy()[known]
    chosen = make_settings(alpha=0.0, reduction="sum")
    loss, _ = loss_and_gradient(z, softmax(z, axis=1), y, weight, chosen)
    expected = log_loss(
        y, softmax(z, axis=1), sample_weight=weight, normalize=False, labels=[0, 1, 2]
    )
    assert loss == pytest.approx(expected)


def test_kl_at_high_temperature_is_the_mean_squared_difference_of_logits():
    z, v = np.random.default_rng(0).normal(size=(2, 8, 5))
    kl, mse = (
        loss_and_gradient(
            z,
            softmax(v / 1e4, axis=1),
            None,
            None,
            make_settings(kind, temperature=1e4, alpha=1.0),
        )
        for kind in ("kl", "logit_mse")
    )
    assert kl[0] == pytest.approx(mse[0], rel=1e-3)
    np.testing.assert_allclose(kl[1], mse[1], atol=1e-4)


def test_decoupled_terms_weighed_as_the_teacher_does_are_kl():
    z, v = np.random.default_rng(1).normal(size=(2, 1, 5))
    p = softmax(v, axis=1)
    beta = 1 - p.max()
    dkd, _ = loss_and_gradient(z, p, None, None, make_settings("dkd", alpha=1.0, beta=beta))
    kl, _ = loss_and_gradient(z, p, None, None, make_settings("kl", alpha=1.0))
    assert dkd == pytest.approx(kl)


def test_jsd_lies_between_the_two_divergences():
    z, v = np.random.default_rng(2).normal(size=(2, 6, 4))
    p, q = softmax(v, axis=1), softmax(z, axis=1)
    for beta, kind in [(1e-6, "kl"), (1 - 1e-6, "reverse_kl")]:
        jsd, _ = loss_and_gradient(z, p, None, None, make_settings("jsd", alpha=1.0, beta=beta))
        end, _ = loss_and_gradient(z, p, None, None, make_settings(kind, alpha=1.0))
        assert jsd / min(beta, 1 - beta) == pytest.approx(end, rel=1e-4)
    m = (p + q) / 2
    js = (p * np.log(p / m) + q * np.log(q / m)).sum() / 12
    assert loss_and_gradient(z, p, None, None, make_settings("jsd", alpha=1.0))[
        0
    ] == pytest.approx(js)


def test_correlation_does_not_ask_for_the_same_probabilities():
    p = softmax(np.random.default_rng(3).normal(size=(50, 4)), axis=1)
    blurred = 0.5 * p + 0.5 / 4
    chosen = make_settings("dist", alpha=1.0)
    assert loss_and_gradient(np.log(blurred), p, None, None, chosen)[0] == pytest.approx(
        0, abs=1e-9
    )
    assert loss_and_gradient(-np.log(p), p, None, None, chosen)[0] > 1


def test_standardised_losses_see_neither_shift_nor_scale(Case):
    case = Case(7, 5)
    chosen = make_settings(standardize=True, alpha=1.0)
    one, _ = loss_and_gradient(case.logits, case.targets, None, None, chosen)
    other, _ = loss_and_gradient(5 * case.logits - 2, case.targets, None, None, chosen)
    assert one == pytest.approx(other, rel=1e-5)


def test_the_value_of_kl_is_the_formulas(Case):
    z, p, *_ = Case(5, 3)
    z, p = z.numpy().astype(float), p.numpy().astype(float)
    by_hand = 4 * np.sum(p * (np.log(p) - log_softmax(z / 2, axis=1))) / 5
    loss, _ = loss_and_gradient(z, p, None, None, make_settings(temperature=2.0, alpha=1.0))
    assert loss == pytest.approx(by_hand)
