"""TabM: members that share weights, each trained by its own loss."""

import numpy as np
import pytest
import torch

from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, TabM, learn_encoding
from skdistill.tasks import Multiclass

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
SHAPE = {"hidden_layer_sizes": (8, 4), "activation": "relu", "dropout": 0.0}


@pytest.fixture
def encoding():
    reader = ColumnReader.learn(X)
    weight = np.ones(len(X))
    return learn_encoding(X, reader, n_bins=4, sample_weight=weight, random_state=0)


@pytest.fixture
def net(encoding):
    torch.manual_seed(0)
    return TabM(encoding, 2, n_members=5, members=Multiclass.members, **SHAPE)


def test_members_score_apart_in_training_and_together_after(net):
    rows = torch.from_numpy(X)
    apart = net.train()(rows)
    assert apart.shape == (5 * 40, 2)
    p = apart.reshape(5, 40, 2).softmax(dim=2)
    assert p.std(dim=0).max() > 0.01
    torch.testing.assert_close(net.eval()(rows).softmax(dim=1), p.mean(dim=0))


def test_a_member_alone_is_a_multilayer_perceptron(net, encoding):
    mlp = MLP(encoding, 2, **SHAPE)
    with torch.no_grad():
        for layer, shared, scale, shift in zip(
            mlp.hidden, net.hidden, net.scale, net.shift, strict=True
        ):
            scale.uniform_(0.5, 2)
            weight = shared.weight * scale[2].T
            first = layer is mlp.hidden[0]
            layer.weight.copy_((weight * net.signs[2]).T if first else weight)
            layer.bias.copy_(shift[2, 0])
        mlp.output.weight.copy_(net.weight[2].T)
        mlp.output.bias.copy_(net.bias[2, 0])
        rows = torch.from_numpy(X)
        torch.testing.assert_close(net.train()(rows)[2 * 40 : 3 * 40], mlp(rows))


def test_it_is_described_as_it_answers(net):
    x = X
    for layer in net.describe():
        x = layer.forward(x)
    with torch.no_grad():
        expected = net.eval()(torch.from_numpy(X)).numpy()
    np.testing.assert_allclose(x, expected, atol=1e-6)
