"""The multilayer perceptron student."""

from itertools import pairwise

from torch import nn

from skdistill.runtime._layers import Activation
from skdistill.students._base import EncodedNet, describe_linear, linear
from skdistill.students._bins import BinnedLinear
from skdistill.students._units import Units


class MLP(EncodedNet):
    """Encoder, hidden layers, scores.

    Parameters
    ----------
    encoding, n_inputs, waves
        As in `EncodedNet`.
    n_outputs : int
        Number of classes.
    hidden_layer_sizes : sequence of int
        Empty for a linear student.
    activation : {"relu", "silu", "tanh"}
    dropout : float
        Share of hidden units dropped while training.
    """

    def __init__(
        self,
        encoding,
        n_inputs,
        n_outputs,
        *,
        hidden_layer_sizes,
        activation,
        dropout,
        waves=None,
    ):
        super().__init__(encoding, n_inputs, waves)
        sizes = [self.n_features, *hidden_layer_sizes, n_outputs]
        has_bins = self.encoder is not None and len(self.encoder.bin_low) > 0
        first = BinnedLinear(self.encoder, sizes[1]) if has_bins else nn.Linear(*sizes[:2])
        layers = [first, *(nn.Linear(*pair) for pair in pairwise(sizes[1:]))]
        self.hidden = nn.ModuleList(layers[:-1])
        self.output = layers[-1]
        self.units = Units(activation, dropout)

    def encode(self, rows):
        """Return features, with places instead of bins where the first layer takes these."""
        first, *_ = *self.hidden, self.output
        if self.encoder is None or not isinstance(first, BinnedLinear):
            return super().encode(rows)
        takes_places = first.takes_places_of(rows)
        return self.encoder.constants_with_places(rows) if takes_places else super().encode(rows)

    def scores(self, features):
        """Return scores of shape (n_samples, n_outputs)."""
        x = features
        for layer in self.hidden:
            x = self.units(linear(layer, x))
        return linear(self.output, x)

    def describe_scores(self):
        """Return the hidden layers and the output."""
        layers = []
        for layer in self.hidden:
            layers += [describe_linear(layer), Activation(self.units.activation)]
        return [*layers, describe_linear(self.output)]
