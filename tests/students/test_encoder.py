"""The table encoder in torch and in NumPy are one."""

import numpy as np
import pandas as pd
import pytest
import torch

from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, learn_encoding
from skdistill.students._encoder import MAX_BINS

RNG = np.random.default_rng(0)
N = 500
FRAME = pd.DataFrame(
    {
        "x": np.where(RNG.random(N) < 0.2, np.nan, RNG.normal(50, 9, N)),
        "n": RNG.integers(0, 2, N),
        "town": RNG.choice(["Rome", "Oslo", None], N),
        "code": RNG.choice([f"c{i}" for i in range(14)], N),
    }
)
READER = ColumnReader.learn(FRAME)


def encode(rows, reader=None, **params):
    reader = ColumnReader.learn(rows) if reader is None else reader
    params = {"n_bins": 8, "sample_weight": np.ones(len(rows)), "random_state": 0, **params}
    return learn_encoding(reader.read(rows), reader, **params)


def test_torch_and_numpy_agree_on_missing_unknown_and_extreme_values():
    encoding = encode(FRAME, READER)
    torch.manual_seed(0)
    net = MLP(encoding, 3, hidden_layer_sizes=(16, 8), activation="silu", dropout=0.0).eval()
    odd = pd.DataFrame(
        {
            "x": [np.nan, 3e38, -3e38, 0, 51],
            "n": [0, np.nan, 7, 1e30, 1],
            "town": ["Rome", None, "Atlantis", "Oslo", "Oslo"],
            "code": ["c1", "c13", None, "z", "c2"],
        }
    )
    for frame in (FRAME, odd):
        rows = READER.read(frame)
        x = rows
        for layer in net.describe():
            x = layer.forward(x)
        with torch.no_grad():
            np.testing.assert_allclose(x, net(torch.from_numpy(rows)), atol=1e-5)


def test_embeddings_are_trained_and_one_hot_tables_are_not():
    net = MLP(encode(FRAME, READER), 2, hidden_layer_sizes=(), activation="relu", dropout=0.0)
    net(torch.from_numpy(READER.read(FRAME))).sum().backward()
    town, code = net.encoder.tables
    assert not town.requires_grad
    assert code.requires_grad
    assert code.grad.abs().sum() > 0
    assert code.shape[0] == 14 + 2
    assert np.array_equal(town.numpy(), np.eye(4, 3))  # two levels, missing, other


@pytest.mark.parametrize("n_bins", [0, 8])
@pytest.mark.parametrize("columns", [["town"], ["code"], list(FRAME)])
def test_what_training_leaves_as_it_is_may_be_made_beforehand(columns, n_bins):
    frame = FRAME[columns]
    reader = ColumnReader.learn(frame)
    params = {"hidden_layer_sizes": (5,), "activation": "relu", "dropout": 0.0}
    net = MLP(encode(frame, reader, n_bins=n_bins), 2, **params)
    rows = torch.from_numpy(reader.read(frame))
    constants = net.constant_encoder(rows)
    assert not constants.requires_grad
    with torch.no_grad():
        for table in net.encoder.tables:
            if table.requires_grad:
                table.add_(1)
    assert torch.allclose(net(constants, encoded=True), net(rows), atol=1e-6)


def test_bins_hold_no_raw_extreme():
    x = np.random.default_rng(1).normal(size=(N, 1))
    encoding = encode(x)
    high = encoding.bin_low + 1 / encoding.bin_inverse_width
    assert encoding.bin_low.min() > x.min()
    assert high.max() < x.max()
    assert len(encoding.bin_low) == 8


def test_few_distinct_values_get_a_bin_between_any_two():
    encoding = encode(np.random.default_rng(2).integers(0, 5, (N, 1)).astype(float))
    assert encoding.bin_low.tolist() == [0, 1, 2, 3]
    assert encoding.bin_inverse_width.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("x", [np.zeros((9, 1)), np.full((9, 1), np.nan), np.eye(9)[:, :1]])
def test_columns_without_anything_to_cut_get_no_bins(x):
    encoding = encode(x)
    assert len(encoding.bin_low) == 0
    assert np.isfinite(encoding.forward(np.float32(x))).all()


def test_wide_tables_get_fewer_bins():
    assert len(encode(np.random.default_rng(3).normal(size=(60, 300))).bin_low) <= MAX_BINS
    assert len(encode(np.random.default_rng(4).normal(size=(20, 2000))).bin_low) == 0


def test_columns_of_two_values_leave_their_bins_to_others():
    rng = np.random.default_rng(4)
    flags = rng.integers(0, 2, (N, MAX_BINS // 8))
    encoding = encode(np.column_stack([rng.normal(size=(N, 4)), flags]), n_bins=64)
    assert np.bincount(encoding.bin_numbers).tolist() == [64] * 4


def test_weights_move_the_bins_as_repetition_does():
    x = np.random.default_rng(5).normal(size=(400, 1))
    weight = np.where(x[:, 0] > 0, 3, 1)
    weighted = encode(x, sample_weight=weight.astype(float))
    repeated = encode(np.repeat(x, weight, axis=0))
    np.testing.assert_allclose(weighted.bin_low, repeated.bin_low, atol=0.08)
    np.testing.assert_allclose(weighted.center, repeated.center, atol=0.08)


def test_missing_gets_a_flag_only_where_fit_saw_it():
    encoding = encode(FRAME, READER)
    assert encoding.missing.tolist() == [0]
