"""Rows for every loss, and each implementation in turn."""

from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from skdistill._plumbing.extension import instruction_sets, kernels
from skdistill.losses import _aten, _native

NATIVE = instruction_sets()
REFERENCE = SimpleNamespace(**run_path(str(Path(__file__).with_name("reference.py"))))


@pytest.fixture(params=["aten", *NATIVE])
def implementation(request):
    """`loss_and_gradient` of one implementation; each instruction set is forced in turn."""
    if request.param == "aten":
        yield _aten
        return
    kernels.use(request.param)
    yield _native
    kernels.use(NATIVE[0])


class Case:
    """Logits, targets at T, labels and weights; a third of the rows have no label."""

    def __init__(self, n, k, *, temperature=1.0, zeros=False, scale=3.0, seed=0):
        rng = np.random.default_rng([seed, n, k])
        self.logits = torch.tensor(rng.normal(0, scale, (n, k)), dtype=torch.float32)
        scores = rng.normal(0, scale / max(temperature, 1.0), (n, k))
        proba = np.exp(scores - scores.max(axis=1, keepdims=True))
        if zeros:
            proba[np.arange(n), rng.integers(0, k - 1, n)] = 0
            proba[:, -1] += 1e-3
        self.targets = torch.tensor(proba / proba.sum(axis=1, keepdims=True), dtype=torch.float32)
        labels = np.where(rng.random(n) < 1 / 3, -1, rng.integers(0, k, n))
        self.labels = torch.tensor(labels)
        self.weight = torch.tensor(rng.choice([0, 0.5, 1, 3], n), dtype=torch.float32)
        self.weight[0] = 1

    def __iter__(self):
        return iter((self.logits, self.targets, self.labels, self.weight))

    def __getitem__(self, part):
        return tuple(self)[part]

    def expect(self, settings):
        """Return the reference's answers for targets that sum to 1 beyond float32's rounding."""
        targets = self.targets.double()
        targets = targets / targets.sum(dim=1, keepdim=True)
        return REFERENCE.loss_and_gradient(
            self.logits, targets, self.labels, self.weight, settings
        )


def assert_agrees(implementation, case, chosen):
    """Assert that an implementation gives the reference's loss and gradient, to rounding."""
    loss, gradient = implementation.loss_and_gradient(*case, chosen)
    expected, expected_gradient = case.expect(chosen)
    t = chosen.temperature
    scores = case.logits.abs().max().item() / (1 if chosen.standardize else t) + 10
    factor = 1 + (chosen.beta if chosen.kind in ("dkd", "dist") else 0)
    size = factor * case.weight.max().item()
    if chosen.reduction == "sum":
        size *= len(case.logits)
    # float32 keeps 6e-8 of scores in nats; what is compared is their differences
    in_loss = size * max(1, t**2 * min(1, 1 / t)) * scores * 1e-6
    in_gradient = size * max(1, t) * scores * 1e-6
    if chosen.kind == "dist":  # compares deviations from the mean, of size 1 / T
        in_gradient *= max(1, t)
    np.testing.assert_allclose(loss.numpy(), expected, rtol=2e-3, atol=in_loss)
    np.testing.assert_allclose(gradient.numpy(), expected_gradient, rtol=2e-3, atol=in_gradient)


@pytest.fixture(scope="session")
def reference():
    return REFERENCE


@pytest.fixture(name="Case", scope="session")
def _case():
    return Case


@pytest.fixture(name="assert_agrees", scope="session")
def _assert_agrees():
    return assert_agrees
