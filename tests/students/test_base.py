"""What students share: waves (trained cosines of the numbers)."""

import numpy as np
import torch

from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, learn_encoding, make_waves
from skdistill.students._base import make_linear
from skdistill.students._encoder import MAX_BINS

RNG = np.random.default_rng(0)
SHAPE = {"hidden_layer_sizes": (8,), "activation": "relu", "dropout": 0.0}


def encode(X):
    reader = ColumnReader.learn(X)
    weight = np.ones(len(X))
    return learn_encoding(reader.read(X), reader, n_bins=0, sample_weight=weight, random_state=0)


def test_waves_are_trained_and_described():
    X = np.where(RNG.random((50, 3)) < 0.1, np.nan, RNG.normal(size=(50, 3))).astype(np.float32)
    encoding = encode(X)
    waves = make_waves(encoding, 5, 0)
    net = MLP(encoding, 2, waves=waves, **SHAPE)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(torch.from_numpy(X)).square().sum().backward()
    optimizer.step()
    x = X
    for layer in net.describe():
        x = layer.forward(x)
    with torch.no_grad():
        np.testing.assert_allclose(x, net(torch.from_numpy(X)), atol=1e-5)
    trained = net.describe()[1]
    assert np.abs(trained.frequency - waves.frequency).max() > 0
    assert np.abs(trained.phase - waves.phase).max() > 0


def test_features_may_be_made_beforehand():
    X = RNG.normal(size=(20, 2)).astype(np.float32)
    encoding = encode(X)
    net = MLP(encoding, 2, waves=make_waves(encoding, 4, 0), **SHAPE)
    rows = torch.from_numpy(X)
    torch.testing.assert_close(net(net.constant_encoder(rows), encoded=True), net(rows))


def test_wide_tables_get_fewer_waves_and_categories_none():
    wide = encode(RNG.normal(size=(30, MAX_BINS // 4)))
    assert make_waves(wide, 16, 0).frequency.shape == (MAX_BINS // 4, 4)
    texts = encode(RNG.choice(np.array(["a", "b"], dtype=object), (30, 2)))
    assert make_waves(texts, 16, 0) is None


def test_a_layer_of_a_table_that_says_nothing_draws_no_warning():
    layer = make_linear(0, 3, None)
    assert layer(torch.zeros(2, 0)).shape == (2, 3)
