"""A student as a torch module: a reader of layers."""

import math
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import torch
from torch import nn

from skdistill import layers
from skdistill._plumbing.ambient import plain_torch
from skdistill.export._common import check_parity, probe_rows, spread_of, student_of
from skdistill.export._torch_encoding import Encode

ACTIVATIONS = {"relu": nn.ReLU, "silu": nn.SiLU, "tanh": nn.Tanh}


@plain_torch()
def to_torch(model: Any) -> nn.Module:
    """Return a student as a torch module, for torch.export, torch.compile and the like.

    Parameters
    ----------
    model : Student, fitted distilled estimator, or Pipeline that has no other step than that
        What to export.

    Returns
    -------
    net : nn.Module
        In evaluation mode, on the CPU. It takes rows as ``student.reader.read`` gives them, a
        float32 Tensor of shape (n_samples, n_features); sparse ones made dense. It returns the
        student's answers, a Tensor of shape (n_samples, n_outputs): probabilities in float32,
        numbers in float64. Encodings are buffers, weights are parameters.

    Raises
    ------
    ExportError
        If the module does not answer like the student, within 1e-5 of the spread of answers.

    Examples
    --------
    >>> import skdistill, torch
    >>> from skdistill.export import to_torch
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = skdistill.DistilledClassifier(max_epochs=5, random_state=0).fit(X, y)
    >>> net = to_torch(clf)
    >>> net(torch.from_numpy(clf.student_.reader.read(X))).shape
    torch.Size([150, 3])
    """
    student = student_of(model)
    net = nn.Sequential(*map(_module_of, student.layers)).eval()
    rows = probe_rows(student)
    with torch.no_grad():
        got = net(torch.from_numpy(rows)).numpy()
    expected = student._forward(rows)
    check_parity(expected, got, "The torch module", spread_of(student, expected))
    return net


def _module_of(layer):
    if type(layer) in READERS:
        return READERS[type(layer)](layer)
    return deepcopy(layer.module)  # of the user's own


class Waves(nn.Module):
    """`Periodic.forward`."""

    def __init__(self, periodic):
        super().__init__()
        self.frequency = _parameter(periodic.frequency)
        self.phase = _parameter(periodic.phase)

    def forward(self, x):
        """Return the features and their waves."""
        cycles = x[:, : len(self.frequency), None] * self.frequency + self.phase
        return torch.cat([x, torch.cos(2 * torch.pi * cycles).flatten(1)], dim=1)


class ScaleMembers(nn.Module):
    """`Scale.forward`."""

    def __init__(self, layer):
        super().__init__()
        self.scale, self.shift = _parameter(layer.scale), _parameter(layer.shift)

    def forward(self, x):
        """Return rows of shape (n_samples, n_members, width)."""
        return (x if x.ndim == 3 else x[:, None]) * self.scale + self.shift


class LinearMembers(nn.Module):
    """`LinearOfMembers.forward`."""

    def __init__(self, layer):
        super().__init__()
        self.weight, self.bias = _parameter(layer.weight), _parameter(layer.bias)

    def forward(self, x):
        """Return scores of shape (n_samples, n_members, n_outputs)."""
        return torch.einsum("nmi,mio->nmo", x, self.weight) + self.bias


class MeanMembers(nn.Module):
    """`MeanOfMembers.forward`."""

    def forward(self, x):
        """Return scores of shape (n_samples, n_outputs)."""
        return torch.log_softmax(x, dim=2).logsumexp(dim=1) - math.log(x.shape[1])


class AverageMembers(nn.Module):
    """`AverageOfMembers.forward`."""

    def forward(self, x):
        """Return scores of shape (n_samples, n_outputs)."""
        return x.mean(dim=1)


class Placed(nn.Module):
    """`Affine.forward`."""

    def __init__(self, layer):
        super().__init__()
        self.scale, self.center = _parameter(layer.scale), _parameter(layer.center)

    def forward(self, x):
        """Return numbers in float64."""
        return x.double() * self.scale + self.center


class Exponentiated(Placed):
    """`Exponential.forward`."""

    def forward(self, x):
        """Return positive numbers in float64."""
        return super().forward(x).clamp(-layers.MOST_EXPONENT, layers.MOST_EXPONENT).exp()


class Ascended(Placed):
    """`Ascending.forward`."""

    def forward(self, x):
        """Return ascending numbers in float64."""
        x = x.double()
        steps = torch.cat([x[:, :1], nn.functional.softplus(x[:, 1:])], dim=1)
        return super().forward(steps.cumsum(dim=1)).cummax(dim=1).values


class Tempered(nn.Module):
    """`Softmax.forward`."""

    def __init__(self, layer):
        super().__init__()
        self.inverse_temperature = layer.inverse_temperature

    def forward(self, x):
        """Return probabilities."""
        return torch.softmax(x * self.inverse_temperature, dim=1)


class TemperedLabels(nn.Module):
    """`Sigmoid.forward`."""

    def __init__(self, layer):
        super().__init__()
        self.inverse_temperature = _parameter(layer.inverse_temperature)

    def forward(self, x):
        """Return probabilities."""
        return torch.sigmoid(x * self.inverse_temperature)


def _parameter(values):
    return nn.Parameter(torch.from_numpy(values.copy()))


def _linear(layer):
    n_inputs, n_outputs = layer.weight.shape
    linear = nn.Linear(n_inputs, n_outputs, device="meta")  # draws no first weights
    linear.weight = _parameter(layer.weight.T)
    linear.bias = _parameter(layer.bias)
    return linear


READERS: dict[type, Callable] = {
    layers.EncodeTable: Encode,
    layers.Periodic: Waves,
    layers.Linear: _linear,
    layers.Scale: ScaleMembers,
    layers.LinearOfMembers: LinearMembers,
    layers.MeanOfMembers: lambda layer: MeanMembers(),
    layers.AverageOfMembers: lambda layer: AverageMembers(),
    layers.Activation: lambda layer: ACTIVATIONS[layer.function](),
    layers.Softmax: Tempered,
    layers.Sigmoid: TemperedLabels,
    layers.Affine: Placed,
    layers.Exponential: Exponentiated,
    layers.Ascending: Ascended,
}
