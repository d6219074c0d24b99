"""What students share: waves (trained cosines of the numbers) and dropout."""

import pickle

import numpy as np
import pytest
import torch

from skdistill.runtime._columns import ColumnReader
from skdistill.students import MLP, learn_encoding, make_waves
from skdistill.students._base import SLICES, Dropout
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
    net = MLP(encoding, 3, 2, waves=waves, **SHAPE)
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
    net = MLP(encoding, 2, 2, waves=make_waves(encoding, 4, 0), **SHAPE)
    rows = torch.from_numpy(X)
    torch.testing.assert_close(net(net.constant_encoder(rows), encoded=True), net(rows))


def test_wide_tables_get_fewer_waves_and_categories_none():
    wide = encode(RNG.normal(size=(30, MAX_BINS // 4)))
    assert make_waves(wide, 16, 0).frequency.shape == (MAX_BINS // 4, 4)
    texts = encode(RNG.choice(np.array(["a", "b"], dtype=object), (30, 2)))
    assert make_waves(texts, 16, 0) is None


def test_dropout_drops_its_share_and_keeps_the_mean():
    torch.manual_seed(0)
    drop, x = Dropout(0.3), torch.ones(64, 200)
    outputs = torch.stack([drop(x) for _ in range(20)])
    assert outputs.unique().tolist() == [0, pytest.approx(1 / 0.7)]
    assert (outputs == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)
    assert outputs.mean(dim=(0, 2)).std() < 0.03  # no row and no column is favoured
    assert outputs.mean(dim=(0, 1)).std() < 0.05


def test_dropout_is_another_each_time():
    torch.manual_seed(0)
    drop, x = Dropout(0.5), torch.ones(8, 50)
    masks = [drop(x) for _ in range(SLICES + 2)]
    long_masks = [drop._mask]
    for later in masks[1:4] + masks[-1:]:
        assert 0.3 < (masks[0] != later).float().mean() < 0.7
    drop.eval().train()(x)
    long_masks += [drop._mask]
    assert 0.4 < (long_masks[0] != long_masks[1]).float().mean() < 0.6
    torch.manual_seed(0)
    assert torch.equal(Dropout(0.5)(x), masks[0])


def test_dropout_passes_gradients_through_what_it_kept():
    drop, x = Dropout(0.5), torch.ones(8, 50, requires_grad=True)
    out = drop(x)
    out.sum().backward()
    torch.testing.assert_close(x.grad, out.detach())


def test_no_dropout_in_evaluation():
    drop, x = Dropout(0.5), torch.ones(8, 50)
    drop(x)
    assert drop.eval()(x) is x
    assert Dropout(0.0)(x) is x
    assert len(pickle.dumps(drop)) < 1000


def test_a_larger_batch_gets_a_longer_mask():
    drop = Dropout(0.5)
    assert drop(torch.ones(2, 3)).shape == (2, 3)
    assert drop(torch.ones(200, 30)).shape == (200, 30)
