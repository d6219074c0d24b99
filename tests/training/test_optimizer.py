"""The short way of a step leads where the optimiser's own does."""

import pytest
import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from skdistill.training._optimizer import short_step


def two_nets(dtype=torch.float32):
    torch.manual_seed(0)
    nets = [nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 3)).to(dtype) for _ in range(2)]
    nets[1].load_state_dict(nets[0].state_dict())
    return nets


def take_steps(net, advance, n=5):
    generator = torch.Generator().manual_seed(1)
    for _ in range(n):
        for p in filter(lambda p: p.requires_grad, net.parameters()):
            p.grad = torch.randn(p.shape, generator=generator, dtype=p.dtype)
        advance()
    return torch.cat([p.detach().ravel() for p in net.parameters()])


@pytest.mark.parametrize(
    ("make", "params"),
    [
        (torch.optim.AdamW, {"fused": True, "weight_decay": 0.1}),
        (torch.optim.AdamW, {"fused": True, "betas": (0.8, 0.9), "eps": 1e-3}),
        (torch.optim.AdamW, {"fused": True, "amsgrad": True}),
        (torch.optim.AdamW, {"fused": True, "maximize": True}),
        (torch.optim.AdamW, {"weight_decay": 0.1}),
        (torch.optim.Adam, {"fused": True, "weight_decay": 0.1}),
        (torch.optim.SGD, {"momentum": 0.9}),
    ],
)
def test_weights_and_state_are_those_of_the_stock_step(make, params):
    short, stock = two_nets()
    one, other = (make(net.parameters(), lr=0.01, **params) for net in (short, stock))
    ours, theirs = take_steps(short, short_step(one)), take_steps(stock, other.step)
    assert torch.equal(ours, theirs)
    states = one.state_dict()["state"], other.state_dict()["state"]
    for index, values in states[1].items():
        for name, value in values.items():
            assert value is None or torch.equal(states[0][index][name], value)


def test_a_parameter_without_gradient_stays():
    net, _ = two_nets()
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, fused=True)
    step = short_step(optimizer)
    take_steps(net, step)
    before = net[0].weight.detach().clone()
    net.zero_grad()
    net[1].weight.grad = torch.ones_like(net[1].weight)
    step()
    assert torch.equal(net[0].weight, before)


def test_parameters_of_two_dtypes_are_left_to_torch():
    short, stock = two_nets()
    for net in (short, stock):
        net[1].double()
    one, other = (torch.optim.AdamW(n.parameters(), lr=0.01, fused=True) for n in (short, stock))
    assert torch.equal(take_steps(short, short_step(one)), take_steps(stock, other.step))


def test_hooks_and_schedulers_see_every_step():
    net, _ = two_nets()
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, fused=True)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1)
    step = short_step(optimizer)
    take_steps(net, lambda: (step(), scheduler.step()))  # out of order, it would warn
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, fused=True)
    seen = []
    optimizer.register_step_post_hook(lambda *args: seen.append(1))
    take_steps(net, short_step(optimizer))
    assert len(seen) == 5


def test_frozen_parameters_do_not_hold_up_the_others(monkeypatch):
    short, stock = two_nets()
    for net in (short, stock):
        net[0].requires_grad_(False)
    one, other = (torch.optim.AdamW(n.parameters(), lr=0.01, fused=True) for n in (short, stock))
    calls = []
    monkeypatch.setattr(torch.optim.AdamW, "step", counted(torch.optim.AdamW.step, calls))
    ours = take_steps(short, short_step(one))
    assert len(calls) == 1
    assert torch.equal(ours, take_steps(stock, other.step))


def counted(function, calls):
    def call(*args, **kwargs):
        calls.append(1)
        return function(*args, **kwargs)

    return call


def test_hooks_on_all_optimisers_see_every_step():
    net, _ = two_nets()
    seen = []
    handle = register_optimizer_step_post_hook(lambda *args: seen.append(1))
    try:
        optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, fused=True)
        take_steps(net, short_step(optimizer))
    finally:
        handle.remove()
    assert len(seen) == 5
