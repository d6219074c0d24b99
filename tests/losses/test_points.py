"""Point losses: torch and the extension agree with formulas in float64, and special cases hold."""

import numpy as np
import pytest
import torch

from skdistill._plumbing.extension import instruction_sets, kernels
from skdistill.losses import POINT_NUMBERS, POINTS, point_loss

NATIVE = instruction_sets()
ERRORS = {  # of e: f and ∂f/∂e
    "squared_error": lambda e, delta: (e**2, 2 * e),
    "absolute_error": lambda e, delta: (np.abs(e), np.sign(e)),
    "huber": lambda e, delta: (
        np.where(np.abs(e) <= delta, e**2 / 2, delta * (np.abs(e) - delta / 2)),
        np.clip(e, -delta, delta),
    ),
}


def case(n=37, k=3, seed=0):
    """Return predictions, targets, labels and weights; a third of the rows have no label."""
    rng = np.random.default_rng([seed, n, k])
    z, t, y = rng.normal(0, 2, (3, n, k)).astype(np.float32)
    y[rng.random(n) < 1 / 3] = np.nan
    return z, t, y, rng.choice([0, 0.5, 1, 3], n).astype(np.float32)


def reference(z, t, y, w, kind, alpha, delta):
    """Return the loss of each row, and the gradient of their sum, in float64."""
    z, t, y, w = (part.astype(float) for part in (z, t, y, w))
    known, n_outputs = ~np.isnan(y[:, 0]), z.shape[1]
    soft, of_soft = ERRORS[kind](z - t, delta)
    hard, of_hard = ERRORS[kind](np.where(known[:, None], z - y, 0), delta)
    losses = w * (alpha * soft + (1 - alpha) * hard).mean(axis=1)
    gradient = w[:, None] * (alpha * of_soft + (1 - alpha) * of_hard) / n_outputs
    return losses, gradient


def by_torch(z, t, y, w, **settings):
    z = torch.from_numpy(z).requires_grad_()
    t, y, w = (None if part is None else torch.from_numpy(part) for part in (t, y, w))
    loss = point_loss(z, t, y, sample_weight=w, **settings)
    (gradient,) = torch.autograd.grad(loss.sum(), z)
    return loss.detach().numpy(), gradient.numpy()


@pytest.mark.parametrize("k", [1, 3, 40])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("kind", POINTS)
def test_torch_gives_the_references_numbers(kind, alpha, k):
    settings = {"kind": kind, "alpha": alpha, "delta": 0.7}
    losses, gradient = reference(*case(k=k), **settings)
    for reduction, reduce in [("none", np.asarray), ("sum", np.sum), ("mean", np.mean)]:
        found, of_found = by_torch(*case(k=k), reduction=reduction, **settings)
        n = len(losses) if reduction == "mean" else 1
        np.testing.assert_allclose(found, reduce(losses), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(of_found, gradient / n, rtol=1e-5, atol=1e-6)


@pytest.mark.skipif(not NATIVE, reason="the extension was not built")
@pytest.mark.parametrize("instruction_set", NATIVE)
@pytest.mark.parametrize("kind", POINTS)
def test_every_instruction_set_gives_the_references_numbers(kind, instruction_set):
    kernels.use(instruction_set)
    try:
        for k in (1, 2, 7, 33, 300):
            for alpha, delta in [(0.0, 1.0), (0.3, 0.7), (1.0, 0.2)]:
                z, t, y, w = case(k=k)
                gradient, losses = np.empty_like(z), np.empty(len(z), np.float32)
                total, how = np.empty((), np.float32), (POINT_NUMBERS[kind], 1.0, alpha, delta)
                kernels.fill(z, t, None, y, w, gradient, losses, total, *how, 0.5, 1)
                expected, of_expected = reference(z, t, y, w, kind, alpha, delta)
                np.testing.assert_allclose(losses, expected, rtol=1e-5, atol=1e-6)
                np.testing.assert_allclose(gradient, of_expected / 2, rtol=1e-5, atol=1e-6)
                assert total == pytest.approx(expected.sum() / 2, rel=1e-5)
    finally:
        kernels.use(NATIVE[0])


@pytest.mark.parametrize("kind", POINTS)
def test_gradcheck(kind):
    z, t, y, w = (torch.from_numpy(part).double() for part in case(6, 2))

    def loss(z):
        return point_loss(z, t, y, kind=kind, delta=0.7, sample_weight=w, reduction="none")

    assert torch.autograd.gradcheck(loss, z.requires_grad_())


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("kind", POINTS)
def test_a_student_equal_to_teacher_and_labels_has_no_loss_and_no_gradient(kind, alpha):
    z, *_ = case()
    loss, gradient = by_torch(z, z, z, None, kind=kind, alpha=alpha)
    assert loss == 0
    assert not gradient.any()


@pytest.mark.parametrize("kind", POINTS)
def test_alpha_says_whose_numbers_count(kind):
    z, t, y, w = case()
    other = np.full_like(t, 9)
    for alpha, changed in [(0.0, (z, other, y, w)), (1.0, (z, t, other, w))]:
        for found, expected in zip(
            by_torch(*changed, kind=kind, alpha=alpha),
            by_torch(z, t, y, w, kind=kind, alpha=alpha),
            strict=True,
        ):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", POINTS)
def test_a_row_without_label_has_the_teachers_part_alone(kind):
    z, t, y, _ = case()
    unknown = np.full_like(y, np.nan)
    by_none = by_torch(z, t, None, None, kind=kind, alpha=0.3)
    by_nan = by_torch(z, t, unknown, None, kind=kind, alpha=0.3)
    whole = by_torch(z, t, None, None, kind=kind, alpha=1.0)
    for found in (by_none, by_nan):
        for part, of_whole in zip(found, whole, strict=True):
            np.testing.assert_allclose(part, 0.3 * of_whole, rtol=1e-6)


@pytest.mark.parametrize("kind", POINTS)
def test_an_integer_weight_is_a_repeated_row_and_zero_is_none(kind):
    z, t, y, _ = case()
    weight = np.arange(len(z), dtype=np.float32) % 3
    rows = np.repeat(np.arange(len(z)), weight.astype(int))
    weighted, gradient = by_torch(z, t, y, weight, kind=kind, reduction="sum")
    repeated, _ = by_torch(z[rows], t[rows], y[rows], None, kind=kind, reduction="sum")
    assert weighted == pytest.approx(repeated, rel=1e-5)
    assert not gradient[weight == 0].any()


def test_hubers_error_is_half_the_square_where_small_and_a_line_where_large():
    z, t, y, _ = case()
    small = point_loss(*map(torch.from_numpy, (z, t, y)), kind="huber", delta=1e3)
    square = point_loss(*map(torch.from_numpy, (z, t, y)), kind="squared_error")
    assert small.item() == pytest.approx(square.item() / 2, rel=1e-6)
    large = point_loss(*map(torch.from_numpy, (z, t, y)), kind="huber", delta=1e-4)
    absolute = point_loss(*map(torch.from_numpy, (z, t, y)), kind="absolute_error")
    assert large.item() == pytest.approx(1e-4 * absolute.item(), rel=1e-3)


ROWS = torch.zeros(4, 2)


@pytest.mark.parametrize(
    ("given", "settings", "message"),
    [
        ((ROWS, ROWS[:3]), {}, r"targets of shape \(3, 2\): both must be \(n_samples, n_outputs"),
        ((ROWS[:, 0], ROWS[:, 0]), {}, "both must be"),
        ((ROWS, ROWS, ROWS[:, 0]), {}, r"labels of shape \(4,\)"),
        ((ROWS, ROWS), {"sample_weight": ROWS[:, :1]}, r"sample_weight of shape \(4, 1\) for 4"),
        ((ROWS, ROWS), {"kind": "kl"}, "kind must be one of squared_error, .* got 'kl'"),
        ((ROWS, ROWS), {"alpha": 1.5}, r"alpha must be in \[0, 1\]"),
        ((ROWS, ROWS), {"delta": 0.0}, "delta positive, got 0.5 and 0.0"),
        ((ROWS, ROWS), {"reduction": "max"}, "reduction must be 'mean', 'sum' or 'none'"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(given, settings, message):
    with pytest.raises(ValueError, match=message):
        point_loss(*given, **settings)
