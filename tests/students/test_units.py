"""Hidden units: compiled code says what torch says, and drops what it should."""

import numpy as np
import pytest
import torch

from skdistill._plumbing.extension import instruction_sets, kernels
from skdistill.students import _units as units_module
from skdistill.students._units import FUNCTIONS, Units

NATIVE = instruction_sets()
needs_extension = pytest.mark.skipif(not NATIVE, reason="the extension was not built")


@pytest.fixture(params=NATIVE)
def instruction_set(request):
    kernels.use(request.param)
    yield request.param
    kernels.use(NATIVE[0])


@pytest.fixture(params=[True, False], ids=["compiled", "torch"])
def compiled(request, monkeypatch):
    if request.param and not NATIVE:
        pytest.skip("the extension was not built")
    if not request.param:
        monkeypatch.setattr(units_module, "kernels", None)


@needs_extension
@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (7, 37), (3, 5, 16)])
def test_values_and_gradients_are_those_of_torch(instruction_set, activation, shape):
    torch.manual_seed(0)
    x = (torch.randn(shape) * 5).requires_grad_()
    out = Units(activation, 0.0)(x)
    assert type(out.grad_fn).__name__ == "_UnitsBackward"
    of_out = torch.randn(shape)
    (got,) = torch.autograd.grad(out, x, of_out)
    expected = FUNCTIONS[activation](x)
    (wanted,) = torch.autograd.grad(expected, x, of_out)
    torch.testing.assert_close(out, expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(got, wanted, rtol=1e-5, atol=2e-6)


@needs_extension
@pytest.mark.parametrize("activation", FUNCTIONS)
def test_extreme_units(instruction_set, activation):
    x = torch.tensor([-1e30, -200.0, -0.0, 0.0, 200, 1e30], requires_grad=True)
    out = Units(activation, 0.0)(x)
    out.sum().backward()
    y = torch.tensor([-1e30, -200.0, -0.0, 0.0, 200, 1e30], requires_grad=True)
    expected = FUNCTIONS[activation](y)
    expected.sum().backward()
    torch.testing.assert_close(out, expected, atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(x.grad, y.grad, atol=1e-6, rtol=1e-6)


def test_dropout_drops_its_share_and_keeps_the_mean(compiled):
    torch.manual_seed(0)
    units, x = Units("relu", 0.3), torch.ones(64, 200)
    outputs = torch.stack([units(x) for _ in range(20)])
    assert outputs.unique().tolist() == [0, pytest.approx(1 / 0.7)]
    assert (outputs == 0).float().mean().item() == pytest.approx(0.3, abs=0.005)
    assert outputs.mean(dim=(0, 2)).std() < 0.03  # no row and no column is favoured
    assert outputs.mean(dim=(0, 1)).std() < 0.05


def test_units_are_dropped_independently(compiled):
    torch.manual_seed(1)
    units, x = Units("relu", 0.5), torch.ones(256, 128)
    kept = torch.stack([units(x) for _ in range(9)]).flatten(1) > 0
    each = kept.double() - 0.5
    bound = 4 * 0.25 / np.sqrt(each.shape[1])
    for step in (1, 2, 16, 128, 1024):  # neighbours, of one vector, of one column
        assert (each[:, step:] * each[:, :-step]).mean(dim=1).abs().max() < bound, step
    between = each @ each.T / each.shape[1] - 0.25 * torch.eye(9)
    assert between.abs().max() < bound


def test_masks_repeat_with_the_seed_and_with_nothing_else(compiled):
    x = torch.ones(8, 50)
    torch.manual_seed(0)
    first = Units("silu", 0.5)
    masks = [first(x) > 0 for _ in range(3)]
    torch.manual_seed(0)
    second = Units("silu", 0.5)
    assert all(torch.equal(mask, second(x) > 0) for mask in masks)
    for other in (masks[1], Units("silu", 0.5)(x) > 0):
        assert 0.3 < (masks[0] != other).float().mean() < 0.7


@needs_extension
def test_masks_depend_on_nothing_but_the_seed_and_the_number_of_the_unit():
    threads, x = torch.get_num_threads(), torch.ones(600, 501)
    results = []
    try:
        for name in NATIVE:
            kernels.use(name)
            for n in (1, 3):
                torch.set_num_threads(n)
                torch.manual_seed(5)
                results.append(Units("relu", 0.2)(x))
            torch.manual_seed(5)
            assert torch.equal(Units("relu", 0.2)(x[:9]), results[-1][:9])
    finally:
        torch.set_num_threads(threads)
        kernels.use(NATIVE[0])
    assert all(torch.equal(one, results[0]) for one in results)


def test_gradients_pass_through_what_was_kept(compiled):
    units, x = Units("relu", 0.5), torch.ones(8, 50, requires_grad=True)
    out = units(x)
    out.sum().backward()
    torch.testing.assert_close(x.grad, out.detach())


def test_nothing_is_dropped_in_evaluation(compiled):
    x = torch.randn(8, 50)
    assert torch.equal(Units("tanh", 0.5).eval()(x), torch.tanh(x))


def test_doubles_and_columns_first(compiled):
    x = torch.randn(6, 5)
    assert Units("silu", 0.1)(x.double()).dtype is torch.float64
    transposed = Units("silu", 0.0)(x.t())
    torch.testing.assert_close(transposed, torch.nn.functional.silu(x.t()))
