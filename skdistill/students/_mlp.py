"""The multilayer perceptron student."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor, nn

from skdistill.layers import Activation, EncodeTable, Layer, Periodic
from skdistill.students._base import (
    EncodedNet,
    LinearByInput,
    describe_linear,
    make_generator,
    make_linear,
)
from skdistill.students._scaling import ScaleColumns
from skdistill.students._units import Units


class MLP(EncodedNet):
    """Encoder, hidden layers (none for a linear student), scores.

    First weights and dropped units depend on `seed`, or on torch's random state where it is None.
    """

    def __init__(
        self,
        encoding: EncodeTable | ScaleColumns,
        n_outputs: int,
        *,
        hidden_layer_sizes: Sequence[int],
        activation: str,
        dropout: float,
        waves: Periodic | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(encoding, waves)
        generator = make_generator(seed)
        sizes = [self.n_features, *hidden_layer_sizes, n_outputs]
        by_input = not self.takes_sparse and self.waves is None
        make_first: Callable = LinearByInput if by_input else make_linear
        first = make_first(sizes[0], sizes[1], generator)
        layers = [first, *(make_linear(a, b, generator) for a, b in pairwise(sizes[1:]))]
        self.hidden = nn.ModuleList(layers[:-1])
        self.output = layers[-1]
        self.units = Units(activation, dropout, generator)

    @property
    def compiled_layers(self) -> list[nn.Module] | None:
        """The layers, for compiled training; None where that does not know them."""
        layers = [*self.hidden, self.output]
        return layers if isinstance(layers[0], LinearByInput) else None

    def scores(self, features: Tensor) -> Tensor:
        """Return scores of shape (n_samples, n_outputs)."""
        x = features
        for layer in self.hidden:
            x = self.units(self.linear(layer, x))
        return self.linear(self.output, x)

    def describe_scores(self) -> list[Layer]:
        """Return the hidden layers and the output."""
        layers: list[Layer] = []
        for layer in self.hidden:
            layers += [describe_linear(layer), Activation(self.units.activation)]
        return [*layers, describe_linear(self.output)]
