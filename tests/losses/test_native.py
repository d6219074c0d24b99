"""The extension: every instruction set against the reference, threads, and its absence."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from skdistill._plumbing.extension import instruction_sets, kernels
from skdistill.losses import NUMBERS, _native
from skdistill.losses._settings import make_settings

NATIVE = instruction_sets()
needs_extension = pytest.mark.skipif(not NATIVE, reason="the extension was not built")


@pytest.fixture(params=NATIVE)
def instruction_set(request):
    kernels.use(request.param)
    yield request.param
    kernels.use(NATIVE[0])


@needs_extension
@pytest.mark.parametrize("kind", NUMBERS)
def test_every_instruction_set_gives_the_references_numbers(
    instruction_set, kind, Case, assert_agrees
):
    for k in [2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 257]:
        for n, t, alpha, zeros in [
            (1, 1.0, 0.5, False),
            (19, 1.0, 1.0, True),
            (37, 4.0, 0.3, True),
        ]:
            case = Case(n, k, temperature=t, zeros=zeros)
            assert_agrees(_native, case, make_settings(kind, t, alpha))
            assert_agrees(_native, case, make_settings(kind, t, alpha, reduction="none"))


@needs_extension
def test_exponentials_and_logarithms_are_exact_to_rounding(instruction_set):
    # K = 2 and p = (1, 0): the loss is log(1 + e^x), its gradient a logistic
    x = torch.linspace(-120, 60, 4001)
    logits = torch.stack([torch.zeros_like(x), x], dim=1)
    targets = torch.tensor([[1.0, 0.0]]).expand_as(logits)
    chosen = make_settings(alpha=1.0, reduction="none")
    loss, gradient = _native.loss_and_gradient(logits, targets, None, None, chosen)
    exact = x.double()
    np.testing.assert_allclose(loss, torch.nn.functional.softplus(exact), rtol=3e-7, atol=1.5e-7)
    np.testing.assert_allclose(gradient[:, 1], torch.sigmoid(exact), rtol=3e-7, atol=1e-37)


@needs_extension
@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("k", [3, 200])
def test_a_student_equal_to_its_teacher_has_no_loss_and_no_gradient(
    instruction_set, kind, k, Case
):
    logits, chosen = Case(9, k).logits, make_settings(kind, 3.0, alpha=1.0, reduction="none")
    targets = torch.softmax(logits.double() / 3, dim=1).float()
    loss, gradient = _native.loss_and_gradient(logits, targets, None, None, chosen)
    np.testing.assert_allclose(loss, 0, atol=1e-6)
    np.testing.assert_allclose(gradient, 0, atol=2e-6)


@needs_extension
@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("k", [3, 200])
def test_nan_is_not_lost(instruction_set, kind, k, Case):
    for where in ("logits", "targets"):
        case = Case(5, k)
        getattr(case, where)[2, 1] = torch.nan
        chosen = make_settings(kind, alpha=1.0, reduction="none")
        loss, _ = _native.loss_and_gradient(case.logits, case.targets, None, None, chosen)
        assert torch.isnan(loss).tolist() == [False, False, True, False, False]


@needs_extension
@pytest.mark.parametrize("shape", [(40_000, 10), (3_000, 100), (37, 9_001)])
def test_the_result_does_not_depend_on_threads(instruction_set, shape, Case):
    case, chosen = Case(*shape), make_settings(temperature=2.0)
    threads = torch.get_num_threads()
    try:
        results = []
        for n in (1, 2, 5):
            torch.set_num_threads(n)
            results.append(_native.loss_and_gradient(*case, chosen))
    finally:
        torch.set_num_threads(threads)
    for loss, gradient in results[1:]:
        assert torch.equal(loss, results[0][0])
        assert torch.equal(gradient, results[0][1])


@needs_extension
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is one thread")
def test_threads_are_torchs_own():
    assert "on torch's OpenMP threads" in _native.describe()


def test_without_the_extension_torch_serves():
    code = (
        "import torch; from skdistill.losses import distillation_loss, _native\n"
        "assert 'torch operators' in _native.describe()\n"
        "z = torch.zeros(2, 3, requires_grad=True)\n"
        "distillation_loss(z, torch.eye(3)[:2], torch.tensor([0, 1])).backward()\n"
        "print(z.grad[0, 0].item())"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SKDISTILL_NATIVE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx((1 / 3 - 1) / 2)
