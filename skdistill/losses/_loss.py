"""The distillation loss: a function, a module, and an operator for compiled graphs."""

from typing import Literal, TypeAlias

import torch
from torch import Tensor, library, nn

from skdistill.losses import _aten, _native
from skdistill.losses._distributions import KindName
from skdistill.losses._settings import Settings, check_classes, make_settings

Reduction: TypeAlias = Literal["mean", "sum", "none"]

INTEGERS = {torch.int32, torch.int16, torch.int8, torch.uint8}  # beside int64


def distillation_loss(
    logits: Tensor,
    targets: Tensor,
    labels: Tensor | None = None,
    *,
    kind: KindName = "kl",
    temperature: float = 1.0,
    alpha: float = 0.5,
    beta: float | None = None,
    standardize: bool = False,
    sample_weight: Tensor | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Mix of a soft loss against the teacher and the hard loss against labels.

    For each row, with label y, weight w and the soft loss f of its kind at temperature T::

        w · (α T² f  -  (1 - α) log softmax(logits)_y)

    A row without label (-1) has the first term alone, and one of weight 0 none at all. Its
    gradient is made with the value, so it can be differentiated once.

    Parameters
    ----------
    logits : Tensor of shape (n_samples, n_classes)
        Student scores in nats, before any temperature. Half precision is computed in float32.
    targets : Tensor of shape (n_samples, n_classes)
        Teacher probabilities already at `temperature` (see `temper`); no gradient.
    labels : int64 Tensor of shape (n_samples,) or None
        Class indices, -1 for a row without label. None: no row has one.
    kind : {"kl", "logit_mse", "reverse_kl", "jsd", "dkd", "dist"}
        The soft loss between the targets p and q = softmax(logits / T): "kl", KL(p‖q) [1]_;
        "logit_mse", half the mean squared difference of centred logits, the limit of "kl" at
        high T [2]_; "reverse_kl", KL(q‖p); "jsd", the generalised Jensen-Shannon divergence
        [3]_; "dkd", decoupled into the target class against the rest, and the rest among
        themselves [4]_ (a row without label takes the teacher's first choice as target);
        "dist", correlations of rows and of columns [5]_.
    temperature : float
        Distillation temperature T, from 1e-4 to 1e5: beyond, float32 rounds away what is
        compared.
    alpha : float
        Weight α of the soft loss, in [0, 1].
    beta : float or None
        "jsd": weight of KL(p‖m), in (0, 1), by default 0.5; "dkd": of the classes beside the
        target, by default 8; "dist": of the correlations of columns, by default 1. Other kinds
        have none.
    standardize : bool
        Bring each row's logits to mean 0 and standard deviation 1 before T divides them, in the
        soft loss [6]_; targets come from ``temper(..., standardize=True)``.
    sample_weight : Tensor of shape (n_samples,) or None
        Weight of each row; None: 1.
    reduction : {"mean", "sum", "none"}
        "mean" divides the sum by the number of rows, whatever the weights.

    Returns
    -------
    loss : scalar Tensor, or Tensor of shape (n_samples,) without reduction
        Nats a row.

    Raises
    ------
    ValueError
        If shapes differ, a setting is out of range, a label is neither a class nor -1 (on a
        CUDA device, where this is found late, torch's own error), or a kind has nothing to
        compare at two classes.

    References
    ----------
    .. [1] Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015, Section 2.
    .. [2] Ba, Caruana, "Do Deep Nets Really Need to be Deep?", 2014, Section 2; and [1]_, 2.1.
    .. [3] Agarwal et al., "On-Policy Distillation of Language Models", 2024, Section 2.
    .. [4] Zhao et al., "Decoupled Knowledge Distillation", 2022, Section 3.
    .. [5] Huang et al., "Knowledge Distillation from A Stronger Teacher", 2022, Section 3.
    .. [6] Sun et al., "Logit Standardization in Knowledge Distillation", 2024, Section 4.
    """
    settings = make_settings(kind, temperature, alpha, beta, standardize, reduction)
    return _loss(logits, targets, labels, sample_weight, settings)


class DistillationLoss(nn.Module):
    """`distillation_loss` as a module.

    Parameters
    ----------
    kind : {"kl", "logit_mse", "reverse_kl", "jsd", "dkd", "dist"}
        The soft loss.
    temperature : float
        Distillation temperature T, from 1e-4 to 1e5.
    alpha : float
        Weight of the soft loss, in [0, 1].
    beta : float or None
        Weight within "jsd", "dkd" and "dist".
    standardize : bool
        Whether the soft loss compares standardised logits.
    reduction : {"mean", "sum", "none"}
        How losses of rows become one.
    """

    def __init__(
        self,
        *,
        kind: KindName = "kl",
        temperature: float = 1.0,
        alpha: float = 0.5,
        beta: float | None = None,
        standardize: bool = False,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__()
        self.settings = make_settings(kind, temperature, alpha, beta, standardize, reduction)

    def forward(
        self,
        logits: Tensor,
        targets: Tensor,
        labels: Tensor | None = None,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the loss; see `distillation_loss`.

        Parameters
        ----------
        logits, targets : Tensor of shape (n_samples, n_classes)
            As for `distillation_loss`.
        labels, sample_weight : Tensor of shape (n_samples,) or None
            As for `distillation_loss`.

        Returns
        -------
        loss : Tensor
            A scalar; of shape (n_samples,) without reduction.
        """
        return _loss(logits, targets, labels, sample_weight, self.settings)

    @torch.no_grad()
    def loss_and_gradient(
        self,
        logits: Tensor,
        targets: Tensor,
        labels: Tensor | None = None,
        sample_weight: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Return the loss and its gradient by the logits, without autograd.

        For training loops that go on with ``logits.backward(gradient)``. Without reduction, the
        gradient is that of the sum.

        Parameters
        ----------
        logits, targets : Tensor of shape (n_samples, n_classes)
            As for `distillation_loss`.
        labels, sample_weight : Tensor of shape (n_samples,) or None
            As for `distillation_loss`.

        Returns
        -------
        loss : Tensor
            A scalar; of shape (n_samples,) without reduction.
        gradient : Tensor of shape (n_samples, n_classes)
            In the dtype of `logits`.
        """
        _check(logits, targets, labels, sample_weight, self.settings)
        loss, gradient = _loss_and_gradient(logits, targets, labels, sample_weight, self.settings)
        return loss, gradient.to(logits.dtype)

    def extra_repr(self) -> str:
        """Return the settings, for the module's repr.

        Returns
        -------
        text : str
            Each setting with its value.
        """
        return ", ".join(f"{name}={value!r}" for name, value in self.settings._asdict().items())


def _loss(logits, targets, labels, weight, settings):
    _check(logits, targets, labels, weight, settings)
    if torch.compiler.is_compiling() or torch._C._len_torch_dispatch_stack():
        return OPERATOR(logits, targets, labels, weight, *settings)[0]
    return _Loss.apply(logits, (targets, labels, weight, settings))


def _loss_and_gradient(logits, targets, labels, weight, settings):
    tensors = logits, targets, labels, weight
    chosen = _native if _native.serves(*tensors, settings) else _aten
    return chosen.loss_and_gradient(*tensors, settings)


def _check(logits, targets, labels, weight, settings):
    shape = logits.shape
    if len(shape) != 2 or shape != targets.shape:
        raise ValueError(
            f"logits of shape {tuple(shape)} and targets of shape {tuple(targets.shape)}: "
            "both must be (n_samples, n_classes)."
        )
    if not logits.is_floating_point() or not targets.is_floating_point():
        raise ValueError(
            f"logits and targets must be floats, got {logits.dtype}, {targets.dtype}."
        )
    if labels is not None and labels.dtype is not torch.int64 and labels.dtype not in INTEGERS:
        raise ValueError(f"labels must be integers, got {labels.dtype}.")
    for name, rows in (("labels", labels), ("sample_weight", weight)):
        if rows is not None and (rows.dim() != 1 or rows.shape[0] != shape[0]):
            raise ValueError(f"{name} of shape {tuple(rows.shape)} for {shape[0]} rows of logits.")
    if shape[1] < 3:
        check_classes(settings, shape[1])


class _Loss(torch.autograd.Function):
    # Every argument of a Function costs time, so that all but the logits are one; and so does
    # save_for_backward, which is for inputs and outputs, and the gradient is neither.
    @staticmethod
    def forward(ctx, logits, others):
        loss, ctx.gradient = _loss_and_gradient(logits, *others)
        ctx.dtype = logits.dtype
        return loss

    @staticmethod
    def backward(ctx, upstream):
        if torch.is_grad_enabled():
            raise RuntimeError(
                "distillation_loss can be differentiated once: its gradient is made with its "
                "value. Leave create_graph=False."
            )
        return _scaled(ctx.gradient, upstream, ctx.dtype), None


def _scaled(gradient, upstream, dtype):
    # multiplied before it is rounded: upstream may be the scale that keeps half precision alive
    return (gradient * (upstream.unsqueeze(1) if upstream.dim() else upstream)).to(dtype)


# The same as one operator: torch.compile and torch.export take it as a whole.

library.define(
    "skdistill::loss_and_gradient",
    "(Tensor logits, Tensor targets, Tensor? labels, Tensor? weight, str kind, "
    "float temperature, float alpha, float beta, bool standardize, str reduction)"
    " -> (Tensor, Tensor)",
)
OPERATOR = torch.ops.skdistill.loss_and_gradient


@library.impl("skdistill::loss_and_gradient", "CompositeExplicitAutograd")
def _operator(logits, targets, labels, weight, *settings):
    return _loss_and_gradient(logits, targets, labels, weight, Settings(*settings))


@library.register_fake("skdistill::loss_and_gradient")
def _shapes(logits, targets, labels, weight, *settings):
    n_rows = () if Settings(*settings).reduction != "none" else (logits.shape[0],)
    dtype = torch.float64 if logits.dtype == torch.float64 else torch.float32
    return logits.new_empty(n_rows), logits.new_empty(logits.shape, dtype=dtype)


def _keep_gradient(ctx, inputs, output):
    ctx.save_for_backward(output[1].detach())
    ctx.dtype = inputs[0].dtype


def _operator_backward(ctx, upstream, _):
    (gradient,) = ctx.saved_tensors
    return _scaled(gradient, upstream, ctx.dtype), *[None] * 9


library.register_autograd(
    "skdistill::loss_and_gradient", _operator_backward, setup_context=_keep_gradient
)
