"""Each layer's forward, against the formula written out."""

import pickle

import numpy as np
import pytest

from skdistill.runtime._layers import Activation, EncodeTable, Linear, Softmax

RNG = np.random.default_rng(0)


def encode(**changed):
    fields = {
        "number_columns": np.array([0, 2]),
        "center": np.float32([1, -1]),
        "inverse_scale": np.float32([0.5, 2]),
        "missing": np.array([1]),
        "bin_numbers": np.array([0, 0, 1]),
        "bin_low": np.float32([0, 1, -2]),
        "bin_inverse_width": np.float32([1, 0.5, 1]),
        "category_columns": np.array([1]),
        "table_rows": np.array([4]),
        "table_widths": np.array([2]),
        "tables": np.arange(8, dtype=np.float32),
    }
    return EncodeTable(**{**fields, **changed})


def test_a_table_is_encoded_by_the_formula():
    rows = np.float32([[2, 0, -1.5], [np.nan, 3, np.nan], [3e38, 1, 0]])
    out = encode().forward(rows)
    z = np.array([[0.5, -1.0], [0, 0], [1e4, 2]])
    np.testing.assert_allclose(out[:, :2], z / np.sqrt(1 + (z / 3) ** 2))
    assert out[:, 2].tolist() == [0, 1, 0]
    np.testing.assert_allclose(out[:, 3:6], [[1, 0.5, 0.5], [1, 0, 1], [1, 1, 1]])
    assert out[:, 6:].tolist() == [[0, 1], [6, 7], [2, 3]]
    assert encode().n_outputs == out.shape[1]


def test_linear_and_softmax():
    weight, bias = (
        np.random.default_rng(1).normal(size=(3, 2)).astype(np.float32),
        np.float32([1, 2]),
    )
    x = np.random.default_rng(2).normal(size=(5, 3))
    np.testing.assert_allclose(Linear(weight, bias).forward(x), x @ weight + bias)
    p = Softmax(0.5).forward(x * 1000)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_allclose(
        Softmax(0.5).forward(x), np.exp(x / 2) / np.exp(x / 2).sum(1)[:, None]
    )


@pytest.mark.parametrize(
    ("name", "f"),
    [
        ("relu", lambda x: np.where(x > 0, x, 0)),
        ("tanh", np.tanh),
        ("silu", lambda x: x / (1 + np.exp(-x))),
    ],
)
def test_activations(name, f):
    x = np.linspace(-30, 30, 61)[None]
    np.testing.assert_allclose(Activation(name).forward(x), f(x))
    assert np.isfinite(Activation(name).forward(np.array([[-1e4, 1e4]]))).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda: encode(center=np.float32([1])),
        lambda: encode(missing=np.array([2])),
        lambda: encode(bin_numbers=np.array([0, 0, 5])),
        lambda: encode(bin_low=np.float32([0])),
        lambda: encode(tables=np.float32([1])),
        lambda: encode(table_rows=np.array([1])),
        lambda: Linear(np.float32([1]), np.float32([1])),
        lambda: Linear(np.zeros((2, 3), np.float32), np.zeros(2, np.float32)),
        lambda: Activation("gelu"),
        lambda: Softmax(0.0),
        lambda: Softmax(np.nan),
    ],
)
def test_an_inconsistent_layer_cannot_be_made(make):
    with pytest.raises(ValueError, match="layer is inconsistent"):
        make()


def test_pickles_hold_the_description_alone():
    layer = Linear(
        np.random.default_rng(3).normal(size=(300, 300)).astype(np.float32),
        np.zeros(300, np.float32),
    )
    data = pickle.dumps(layer)
    assert len(data) < 1.1 * layer.weight.nbytes
    x = np.random.default_rng(4).normal(size=(2, 300))
    np.testing.assert_array_equal(pickle.loads(data).forward(x), layer.forward(x))
