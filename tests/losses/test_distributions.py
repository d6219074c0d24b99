"""Every soft loss: what it needs to be one, and the reference that all implementations agree with.

The reference's gradients are those of its values, and known special cases hold.
"""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.metrics import log_loss

from skdistill._plumbing.extension import kernels
from skdistill.losses import BINARY_NUMBER, KINDS, NUMBERS, POINT_NUMBERS, distillation_loss
from skdistill.losses._settings import make_settings


def test_a_soft_loss_has_a_reference_and_is_documented(reference):
    assert list(KINDS) == list(reference.SOFT)
    for kind in KINDS:
        assert f'"{kind}", ' in distillation_loss.__doc__.split("temperature : float")[0]


@pytest.mark.skipif(kernels is None, reason="the extension was not built")
def test_the_numbers_of_losses_are_those_that_the_extension_has():
    numbers = [*NUMBERS.values(), *POINT_NUMBERS.values(), BINARY_NUMBER]
    assert sorted(numbers) == list(range(len(numbers)))
    z, p, gradient = np.full((3, 1, 2), 0.5, np.float32)

    def fill(kind):
        kernels.fill(z, p, None, None, None, gradient, None, None, kind, 1.0, 1.0, 0.5, 1.0, 1)

    for kind in numbers:
        fill(kind)
    with pytest.raises(ValueError, match=f"kind must be an integer from 0 to {kind}, got"):
        fill(kind + 1)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_differences_of_values(Case, kind, standardize, alpha, reference):
    chosen = make_settings(kind, temperature=2.5, alpha=alpha, standardize=standardize)
    z, p, y, w = (part.numpy().astype(float) for part in Case(6, 4))
    p, y = p / p.sum(axis=1, keepdims=True), y.astype(int)
    _, gradient = reference.loss_and_gradient(z, p, y, w, chosen)
    step = 1e-5
    for at in np.ndindex(*z.shape):
        beyond, before = z.copy(), z.copy()
        beyond[at] += step
        before[at] -= step
        rise = reference.loss_and_gradient(beyond, p, y, w, chosen)[0]
        rise -= reference.loss_and_gradient(before, p, y, w, chosen)[0]
        assert rise / (2 * step) == pytest.approx(gradient[at], abs=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_a_student_equal_to_its_teacher_has_no_loss_and_no_gradient(Case, kind, reference):
    z = Case(9, 5).logits.numpy().astype(float)
    chosen = make_settings(kind, temperature=3.0, alpha=1.0)
    loss, gradient = reference.loss_and_gradient(z, softmax(z / 3, axis=1), None, None, chosen)
    assert loss == pytest.approx(0, abs=1e-9)
    assert np.abs(gradient).max() < 1e-7


def test_the_hard_loss_is_scikit_learns_log_loss(Case, reference):
    case = Case(40, 3)
    known = case.labels.numpy() >= 0
    z, y = case.logits.numpy()[known].astype(float), case.labels.numpy()[known]
    weight = case.weight.numpy()[known]
    chosen = make_settings(alpha=0.0, reduction="sum")
    loss, _ = reference.loss_and_gradient(z, softmax(z, axis=1), y, weight, chosen)
    expected = log_loss(
        y, softmax(z, axis=1), sample_weight=weight, normalize=False, labels=[0, 1, 2]
    )
    assert loss == pytest.approx(expected)


def test_kl_at_high_temperature_is_the_mean_squared_difference_of_logits(reference):
    z, v = np.random.default_rng(0).normal(size=(2, 8, 5))
    kl, mse = (
        reference.loss_and_gradient(
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


def test_decoupled_terms_weighed_as_the_teacher_does_are_kl(reference):
    z, v = np.random.default_rng(1).normal(size=(2, 1, 5))
    p = softmax(v, axis=1)
    beta = 1 - p.max()
    dkd, _ = reference.loss_and_gradient(
        z, p, None, None, make_settings("dkd", alpha=1.0, beta=beta)
    )
    kl, _ = reference.loss_and_gradient(z, p, None, None, make_settings("kl", alpha=1.0))
    assert dkd == pytest.approx(kl)


def test_jsd_lies_between_the_two_divergences(reference):
    z, v = np.random.default_rng(2).normal(size=(2, 6, 4))
    p, q = softmax(v, axis=1), softmax(z, axis=1)
    for beta, kind in [(1e-6, "kl"), (1 - 1e-6, "reverse_kl")]:
        jsd, _ = reference.loss_and_gradient(
            z, p, None, None, make_settings("jsd", alpha=1.0, beta=beta)
        )
        end, _ = reference.loss_and_gradient(z, p, None, None, make_settings(kind, alpha=1.0))
        assert jsd / min(beta, 1 - beta) == pytest.approx(end, rel=1e-4)
    m = (p + q) / 2
    js = (p * np.log(p / m) + q * np.log(q / m)).sum() / 12
    assert reference.loss_and_gradient(z, p, None, None, make_settings("jsd", alpha=1.0))[
        0
    ] == pytest.approx(js)


def test_correlation_does_not_ask_for_the_same_probabilities(reference):
    p = softmax(np.random.default_rng(3).normal(size=(50, 4)), axis=1)
    blurred = 0.5 * p + 0.5 / 4
    chosen = make_settings("dist", alpha=1.0)
    assert reference.loss_and_gradient(np.log(blurred), p, None, None, chosen)[0] == pytest.approx(
        0, abs=1e-9
    )
    assert reference.loss_and_gradient(-np.log(p), p, None, None, chosen)[0] > 1


def test_standardised_losses_see_neither_shift_nor_scale(Case, reference):
    case = Case(7, 5)
    chosen = make_settings(standardize=True, alpha=1.0)
    one, _ = reference.loss_and_gradient(case.logits, case.targets, None, None, chosen)
    other, _ = reference.loss_and_gradient(5 * case.logits - 2, case.targets, None, None, chosen)
    assert one == pytest.approx(other, rel=1e-5)


def test_the_value_of_kl_is_the_formulas(Case, reference):
    z, p, *_ = Case(5, 3)
    z, p = z.numpy().astype(float), p.numpy().astype(float)
    by_hand = 4 * np.sum(p * (np.log(p) - log_softmax(z / 2, axis=1))) / 5
    loss, _ = reference.loss_and_gradient(
        z, p, None, None, make_settings(temperature=2.0, alpha=1.0)
    )
    assert loss == pytest.approx(by_hand)
