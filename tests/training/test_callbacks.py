"""What a training by skorch has of ours."""

from functools import partial

import pytest
import torch
from skorch.callbacks import LRScheduler

from skdistill.training._callbacks import RateSchedule
from skdistill.training._net import train_by_skorch


def rate(step, last):
    return 0.1 + (last - step) / last


def test_the_schedule_sets_the_rates_of_lambda_lr(untrained):
    factor = partial(rate, last=30)
    stock = LRScheduler("LambdaLR", lr_lambda=factor, step_every="batch", event_name=None)
    ours = LRScheduler("StepLR", step_size=99)  # keeps the course's own schedule away
    states = []
    for callbacks in ([ours, RateSchedule(factor)], [stock]):
        net, rows, _ = untrained(callbacks=callbacks)
        assert train_by_skorch(net, rows) == 5
        states.append(net.module_.state_dict())
    assert all(torch.equal(values, states[1][name]) for name, values in states[0].items())
    last = net.optimizer_.param_groups[0]["lr"]
    assert last == pytest.approx(0.01 * rate(30, last=30))
