"""A small multilayer perceptron, trained in compiled code: many batches a call.

Of a number's bins the lower ones are full, one is filled in part and the higher ones are empty. So
one figure tells them all: the number's place, which is how many bins it fills. The first layer
sums up the weights of each column's bins from the lowest on; what a number adds to an output lies
between two of these sums. The gradient of a bin's weight is that of all rows above it, and a share
of that of each row within it.

Of a step this small, torch spends more time on its operators' calls than on their arithmetic. So
forward, loss, backward and AdamW's update of a batch, and then of the next one, are one call. All
else trains as torch does it: `compiled_epoch` says what that is.
"""

import numpy as np
import torch
from torch.utils.dlpack import to_dlpack

from skdistill._plumbing.extension import ACTIVATIONS, kernels
from skdistill.losses import NUMBERS, DistillationLoss
from skdistill.training._callbacks import RateSchedule
from skdistill.training._optimizer import is_plain_adamw

SMALL = 400_000  # weights; a larger net is better off with all of torch's threads
MOST_LAYERS = 16  # as in csrc/train/perceptron.h
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
HOOKS_OF_WEIGHTS = ("_backward_hooks", "_post_accumulate_grad_hooks")


def compiled_epoch(net, training):
    """Return what runs an epoch of a net in compiled code, or None.

    None unless it is a small `MLP` of encoded rows on the CPU without hooks and, for training,
    the loss is a `DistillationLoss` that the extension has, and a plain AdamW trains all weights
    at a rate that one `RateSchedule` at most changes.

    Parameters
    ----------
    net : StudentNet
        Its criterion is a `StudentCriterion`, its iterators are `Batches`.
    training : bool
        False: only the log loss of the labels.
    """
    module = net.module_
    layers = getattr(module, "compiled_layers", None)
    if kernels is None or layers is None or torch.compiler.is_compiling():
        return None
    weights = list(module.parameters())
    hooked = any(getattr(m, name) for m in module.modules() for name in HOOKS)
    hooked = hooked or any(getattr(p, name) for p in weights for name in HOOKS_OF_WEIGHTS)
    plain = all(p.is_cpu and p.dtype is torch.float32 and p.is_contiguous() for p in weights)
    if hooked or not plain or not is_small(module) or len(layers) > MOST_LAYERS:
        return None
    if not training:
        return _Losses(net, layers)
    known = _is_known(net.criterion_.distillation) and _trains_all(net.optimizer_, module)
    return _Steps(net, layers) if known and len(_schedules(net)) < 2 else None


def is_small(module):
    """Whether a net is too small to gain from threads."""
    return sum(p.numel() for p in module.parameters()) <= SMALL


def _is_known(distillation):
    if type(distillation) is not DistillationLoss:
        return False
    settings = distillation.settings
    return settings.kind in NUMBERS and not settings.standardize and settings.reduction == "mean"


def _schedules(net):
    return [callback for _, callback in net.callbacks_ if isinstance(callback, RateSchedule)]


def _trains_all(optimizer, module):
    groups = optimizer.param_groups
    if len(groups) != 1 or not is_plain_adamw(optimizer):
        return False
    wanted = {id(p) for p in _trained(module)}
    return wanted == {id(p) for p in groups[0]["params"] if p.requires_grad}


def _trained(module):
    """Return what is trained of a net whose layers are compiled."""
    tables = [table for table in module.encoder.tables if table.requires_grad]
    return [*tables, *(p for layer in module.compiled_layers for p in (layer.weight, layer.bias))]


class _Losses:
    """The log loss of batches of held-out rows."""

    settings = NUMBERS["kl"], 1.0, 0.0, 0.0  # against labels alone

    def __init__(self, net, layers):
        self.net = net
        self.module = net.module_
        self.layers = layers
        self.known: dict[int, tuple] = {
            id(p): (p, None, None, None) for p in _trained(self.module)
        }
        self.dropout = self.decay = 0.0
        self.beta1 = self.beta2 = self.epsilon = 0.0

    def __call__(self, batches):
        """Return the losses of the batches and their sizes."""
        losses, sizes = [], []
        for rows, answers, own in batches.blocks(self.module.encoder.constants_with_places):
            losses.append(self.run(rows, answers, own))
            sizes += own
        return np.concatenate(losses).tolist(), sizes

    def run(self, rows, answers, sizes):
        """Return the losses of batches whose rows lie one after another."""
        return self._call(rows, answers, sizes)

    def _call(self, rows, answers, sizes, rates=None, first_step=0):
        x = rows.t()
        x = x if x.stride(1) == 1 else x.contiguous()
        answers = [answers[name].contiguous() for name in ("targets", "labels", "sample_weight")]
        losses, sizes = np.empty(len(sizes), np.float32), np.array(sizes, dtype=np.int64)
        n_masks = len(sizes) * len(self.module.hidden) if self.dropout else 0
        kernels.train(
            sizes,
            *map(to_dlpack, (x, *answers)),
            rates,
            losses,
            *self.settings,
            first_step,
            *self._net(),
            ACTIVATIONS[self.module.units.activation],
            self.dropout,
            self.module.units.next_seeds(n_masks),
            self.beta1,
            self.beta2,
            self.epsilon,
            self.decay,
        )
        return losses

    def _net(self):
        encoder = self.module.encoder
        n_numbers, n_binned = len(encoder.center) + len(encoder.missing), len(encoder.binned)
        column, categories = n_numbers + n_binned, []
        for table, width in zip(encoder.tables, encoder.widths, strict=True):
            own = (len(table), self._trained(table)) if table.requires_grad else (0, None)
            categories.append((column, table.shape[1], *own))
            column += width
        layers = [
            (len(layer.bias), self._trained(layer.weight), self._trained(layer.bias))
            for layer in self.layers
        ]
        return to_dlpack(encoder.first_bin), n_numbers, tuple(categories), tuple(layers)

    def _trained(self, parameter):
        """Return what the kernel trains: values, gradient and moments."""
        known = self.known[id(parameter)]
        return tuple(None if tensor is None else to_dlpack(tensor) for tensor in known)


class _Steps(_Losses):
    """Steps of AdamW, one a batch."""

    def __init__(self, net, layers):
        super().__init__(net, layers)
        settings = net.criterion_.distillation.settings
        self.settings = (
            NUMBERS[settings.kind],
            settings.temperature,
            settings.alpha,
            settings.beta,
        )
        (self.group,) = net.optimizer_.param_groups
        self.beta1, self.beta2 = self.group["betas"]
        self.epsilon, self.decay = self.group["eps"], self.group["weight_decay"]
        self.dropout = self.module.units.dropout
        self.states = []
        for parameter, *_ in self.known.values():
            state = _state(net.optimizer_, parameter)
            self.states.append(state)
            moments = state["exp_avg"], state["exp_avg_sq"]
            self.known[id(parameter)] = parameter, torch.empty_like(parameter), *moments

    def run(self, rows, answers, sizes):
        """Make a step for each batch; return the losses before them."""
        n, schedules = len(sizes), _schedules(self.net)
        rates = [self.group["lr"]] * n
        for schedule in schedules:
            rates = schedule.next_rates(self.group, n)
        first_step = int(self.states[0]["step"])
        losses = self._call(rows, answers, sizes, np.array(rates), first_step)
        for state in self.states:
            state["step"] += n
        for schedule in schedules:
            schedule.skip(self.net, n)
        return losses


def _state(optimizer, parameter):
    """Return AdamW's state of a parameter, made as AdamW makes it before its first step."""
    state = optimizer.state[parameter]
    if not state:
        state["step"] = torch.zeros((), dtype=torch.float32)
        state["exp_avg"] = torch.zeros_like(parameter)
        state["exp_avg_sq"] = torch.zeros_like(parameter)
    return state
