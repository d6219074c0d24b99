"""An optimiser's step by the shortest way."""

import torch
from torch.optim import optimizer as torch_optimizer

GLOBAL_HOOKS = (
    torch_optimizer._global_optimizer_pre_hooks,
    torch_optimizer._global_optimizer_post_hooks,
)
SPECIAL = ("amsgrad", "maximize", "capturable", "differentiable")
STATE = ("step", "exp_avg", "exp_avg_sq")


def short_step(optimizer):
    """Return a function that does what ``optimizer.step`` does, for the steps of one epoch.

    Of a step of fused AdamW on a small net, most is spent around the one call that updates the
    weights. For AdamW with plain settings and nothing hooked in, all but the first of these
    steps make that call alone.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
    """
    if not is_plain_adamw(optimizer):
        return optimizer.step
    groups: list[tuple] = []

    @torch.no_grad()
    def step():
        if not groups:
            optimizer.step()
            groups.extend(_with_states(optimizer))
            return
        gradients = [[p.grad for p in parameters] for _, parameters, *_ in groups]
        if any(g is None for own in gradients for g in own):
            optimizer.step()
            return
        for (group, parameters, count, *states), own in zip(groups, gradients, strict=True):
            counts, means, squares = states
            count.add_(1)
            beta1, beta2 = group["betas"]
            torch._fused_adamw_(
                parameters,
                own,
                means,
                squares,
                [],
                counts,
                lr=group["lr"],
                beta1=beta1,
                beta2=beta2,
                weight_decay=group["weight_decay"],
                eps=group["eps"],
                amsgrad=False,
                maximize=False,
            )

    return step


def is_plain_adamw(optimizer):
    """Whether its steps are those of a fused AdamW with plain settings, and nothing hooked in."""
    if type(optimizer) is not torch.optim.AdamW or "step" in vars(optimizer):
        return False  # another, or wrapped by a scheduler that counts steps
    hooks = optimizer._optimizer_step_pre_hooks, optimizer._optimizer_step_post_hooks
    if any(hooks) or any(GLOBAL_HOOKS):
        return False
    return all(
        group["fused"]
        and not any(group[name] for name in SPECIAL)
        and group.get("decoupled_weight_decay", True)
        and len({(p.device, p.dtype) for p in _trained(group)}) == 1
        for group in optimizer.param_groups
    )


def _trained(group):
    return [p for p in group["params"] if p.requires_grad]


def _with_states(optimizer):
    """Return each group with its parameters, count, counts, means and squares.

    The counts of the parameters become views of one tensor, to be raised by one call. Nothing is
    returned while a state is missing.
    """
    groups = []
    for group in optimizer.param_groups:
        parameters = _trained(group)
        if any(p not in optimizer.state or p.grad is None or p.grad.is_sparse for p in parameters):
            return []
        states = [optimizer.state[p] for p in parameters]
        count = torch.stack([own["step"] for own in states])
        for own, view in zip(states, count, strict=True):
            own["step"] = view
        groups.append(
            (group, parameters, count, *([own[name] for own in states] for name in STATE))
        )
    return groups
