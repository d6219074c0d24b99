"""The multilayer perceptron student."""

from itertools import pairwise

from torch import nn

from skdistill.runtime._layers import Activation
from skdistill.students._base import ACTIVATIONS, Dropout, EncodedNet, describe_linear, linear


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
        self.activation = activation
        sizes = [self.n_features, *hidden_layer_sizes]
        self.hidden = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.output = nn.Linear(sizes[-1], n_outputs)
        self.drop = Dropout(dropout)

    def scores(self, features):
        """Return scores of shape (n_samples, n_outputs)."""
        x, act = features, ACTIVATIONS[self.activation]
        for layer in self.hidden:
            x = self.drop(act(linear(layer, x)))
        return linear(self.output, x)

    def describe_scores(self):
        """Return the hidden layers and the output."""
        layers = []
        for layer in self.hidden:
            layers += [describe_linear(layer), Activation(self.activation)]
        return [*layers, describe_linear(self.output)]
