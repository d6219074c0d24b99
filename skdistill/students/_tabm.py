"""TabM: an ensemble of nets that share most of their weights.

Every member is the same multilayer perceptron but for what is cheap: signs of the inputs, a scale
and shift of every hidden unit, and the output layer [1]_. Members are trained each by its own
loss; the student answers with the mean of their probabilities.

References
----------
.. [1] Gorishniy, Kotelnikov, Babenko, "TabM: Advancing Tabular Deep Learning with
   Parameter-Efficient Ensembling", ICLR 2025.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from skdistill.layers import (
    Activation,
    EncodeTable,
    Layer,
    LinearOfMembers,
    MeanOfMembers,
    Periodic,
    Scale,
)
from skdistill.students._base import (
    EncodedNet,
    describe_linear,
    make_generator,
    make_linear,
    to_array,
)
from skdistill.students._scaling import ScaleColumns
from skdistill.students._units import Units
from skdistill.tasks import mean_of_members


class TabM(EncodedNet):
    """Encoder, hidden layers that members share, scores of every member.

    Members get sparse rows without signs. `seed` is as in `MLP`.
    """

    def __init__(
        self,
        encoding: EncodeTable | ScaleColumns,
        n_outputs: int,
        *,
        hidden_layer_sizes: Sequence[int],
        activation: str,
        dropout: float,
        n_members: int,
        waves: Periodic | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(encoding, waves)
        generator = make_generator(seed)
        sizes = [self.n_features, *hidden_layer_sizes]
        self.signs = None
        if not self.takes_sparse:
            signs = torch.randint(0, 2, (n_members, 1, sizes[0]), generator=generator) * 2 - 1
            self.signs = nn.Parameter(signs.float())
        self.hidden = nn.ModuleList(
            make_linear(a, b, generator, bias=False) for a, b in pairwise(sizes)
        )
        self.scale = nn.ParameterList(
            torch.ones(n_members, 1, size, dtype=torch.float32) for size in sizes[1:]
        )
        self.shift = nn.ParameterList(
            _uniform((n_members, 1, size), width, generator) for width, size in pairwise(sizes)
        )
        width = sizes[-1]
        self.weight = nn.Parameter(_uniform((n_members, width, n_outputs), width, generator))
        self.bias = nn.Parameter(_uniform((n_members, 1, n_outputs), width, generator))
        self.units = Units(activation, dropout, generator)

    def scores(self, features: Tensor) -> Tensor:
        """Return every member's scores in training, else the log of their mean probabilities."""
        x = features if self.signs is None else features * self.signs
        for layer, scale, shift in zip(self.hidden, self.scale, self.shift, strict=True):
            x = self.units(torch.addcmul(shift, self.linear(layer, x), scale))
        x = torch.baddbmm(self.bias, x, self.weight)
        return x.flatten(0, 1) if self.training else mean_of_members(x)

    def describe_scores(self) -> list[Layer]:
        """Return the layers that members share with what tells them apart, and their mean."""
        layers: list[Layer] = []
        if self.signs is not None:
            layers += [_scale(self.signs, torch.zeros_like(self.signs))]
        for layer, scale, shift in zip(self.hidden, self.scale, self.shift, strict=True):
            layers += [describe_linear(layer), _scale(scale, shift)]
            layers.append(Activation(self.units.activation))
        heads = LinearOfMembers(to_array(self.weight), to_array(self.bias)[:, 0])
        return [*layers, heads, MeanOfMembers()]


def _uniform(shape, width, generator):
    """Return first values in the manner of `nn.Linear`, for `width` inputs."""
    values = torch.empty(shape, dtype=torch.float32)
    return values.uniform_(-1, 1, generator=generator) / width**0.5


def _scale(scale, shift):
    return Scale(to_array(scale)[:, 0], to_array(shift)[:, 0])
