"""The multilayer perceptron student."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn

from skdistill.runtime._layers import Activation, Linear
from skdistill.students._encoder import TableEncoder

ACTIVATIONS = {"relu": torch.relu_, "silu": nn.functional.silu, "tanh": torch.tanh_}


class MLP(nn.Module):
    """Encoder, hidden layers, scores.

    Parameters
    ----------
    encoding : EncodeTable or None
        None: rows enter the first layer as they are (sparse input).
    n_inputs : int
        Width of the rows when there is no encoding.
    n_outputs : int
        Number of classes.
    hidden_layer_sizes : sequence of int
        Empty for a linear student.
    activation : {"relu", "silu", "tanh"}
    dropout : float
        Share of hidden units dropped while training.
    """

    def __init__(self, encoding, n_inputs, n_outputs, *, hidden_layer_sizes, activation, dropout):
        super().__init__()
        self.activation = activation
        self.encoder = None if encoding is None else TableEncoder(encoding)
        sizes = [n_inputs if encoding is None else encoding.n_outputs, *hidden_layer_sizes]
        self.hidden = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.output = nn.Linear(sizes[-1], n_outputs)
        self.drop = nn.Dropout(dropout)

    def forward(self, rows, *, encoded=False):
        """Return scores of shape (n_samples, n_outputs), in nats.

        Parameters
        ----------
        rows : Tensor of shape (n_samples, n_features)
        encoded : bool
            Whether `rows` have been through the encoder.
        """
        x = rows if encoded or self.encoder is None else self.encoder(rows)
        act = ACTIVATIONS[self.activation]
        for layer in self.hidden:
            x = act(_linear(layer, x))
            if self.drop.p:
                x = self.drop(x)
        return _linear(self.output, x)

    @property
    def constant_encoder(self):
        """The encoder if its features may be made beforehand: nothing in it is trained."""
        if self.encoder is None or any(t.requires_grad for t in self.encoder.tables):
            return None
        return None if self._forward_pre_hooks else self.encoder

    def describe(self):
        """Return the primitive layers up to the scores."""
        layers = [] if self.encoder is None else [self.encoder.describe()]
        for layer in self.hidden:
            layers += [_describe_linear(layer), Activation(self.activation)]
        return [*layers, _describe_linear(self.output)]


def _linear(layer, x):
    if x.is_sparse:
        return torch.sparse.mm(x, layer.weight.t()) + layer.bias
    return layer(x)


def _describe_linear(layer):
    weight, bias = (p.detach().cpu().numpy() for p in (layer.weight, layer.bias))
    return Linear(np.ascontiguousarray(weight.T), bias.copy())
