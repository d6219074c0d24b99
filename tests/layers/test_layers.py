"""Each layer's forward, against the formula written out."""

import pickle

import numpy as np
import pytest

from skdistill.layers import (
    Activation,
    Affine,
    Ascending,
    AverageOfMembers,
    EncodeTable,
    Exponential,
    Linear,
    LinearOfMembers,
    MeanOfMembers,
    Periodic,
    Scale,
    Sigmoid,
    Softmax,
)

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


def normal(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def test_waves_stand_beside_all_features():
    layer, x = Periodic(normal(2, 3), normal(2, 3)), normal(4, 5)
    out = layer.forward(x)
    assert out.shape == (4, 5 + 6)
    np.testing.assert_array_equal(out[:, :5], x)
    for j in range(2):
        for i in range(3):
            wave = np.cos(2 * np.pi * (x[:, j] * layer.frequency[j, i] + layer.phase[j, i]))
            np.testing.assert_allclose(out[:, 5 + 3 * j + i], wave, atol=1e-6)


def test_members_are_scaled_each_for_itself_and_their_probabilities_averaged():
    scale, heads = (
        Scale(normal(3, 4), normal(3, 4)),
        LinearOfMembers(normal(3, 4, 2), normal(3, 2)),
    )
    x = normal(6, 4)
    probabilities = []
    for m in range(3):
        z = (x * scale.scale[m] + scale.shift[m]) @ heads.weight[m] + heads.bias[m]
        probabilities.append(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))
    scores = MeanOfMembers().forward(heads.forward(scale.forward(x)))
    np.testing.assert_allclose(np.exp(scores), np.mean(probabilities, axis=0), rtol=1e-5)
    again = scale.forward(scale.forward(x))
    np.testing.assert_allclose(
        again[:, 1], (x * scale.scale[1] + scale.shift[1]) * scale.scale[1] + scale.shift[1],
        rtol=1e-5, atol=1e-6,
    )  # fmt: skip


def test_the_mean_of_members_is_finite_for_extreme_scores():
    x = np.array([[[1e4, -1e4], [-1e4, 1e4]], [[0.0, -1e5], [5.0, -1e5]]])
    np.testing.assert_allclose(np.exp(MeanOfMembers().forward(x)), [[0.5, 0.5], [1, 0]])


def test_members_scores_are_averaged():
    x = normal(6, 3, 2)
    np.testing.assert_allclose(AverageOfMembers().forward(x), x.sum(axis=1) / 3, rtol=1e-6)
    assert AverageOfMembers().row_shape((3, 2)) == (2,)


def test_numbers_keep_their_digits_beside_a_large_center():
    x = np.float32([[-1, 0.25], [1, 0.5]])
    affine = Affine(np.array([1.0, 2.0]), np.array([1e9, -1e9]))
    assert affine.forward(x).tolist() == [[1e9 - 1, 0.5 - 1e9], [1e9 + 1, 1 - 1e9]]
    growth = Exponential(np.array([1e-9]), np.log([1e9]))
    np.testing.assert_allclose(growth.forward(x[:, :1])[:, 0] - 1e9, [-1, 1], atol=1e-5)
    assert affine.forward(x).dtype == growth.forward(x[:, :1]).dtype == np.float64


def test_ascending_numbers_add_softplus_steps_to_the_first():
    head = Ascending(np.array([2.0, 2, 2]), np.array([1e9, 1e9, 1e9]))
    x = np.float32([[1, 0, -2], [-3, 100, 1000]])
    steps = np.log1p(np.exp(x[:, 1:].clip(max=30).astype(float)))
    steps[1] = 100, 1000
    expected = 2 * np.cumsum(np.column_stack([x[:, :1], steps]), axis=1)
    np.testing.assert_allclose(head.forward(x) - 1e9, expected, atol=1e-5)
    np.testing.assert_array_equal(head.spread(np.array([[0.0, 0, 0], [2, 4, 8]])), [2, 2, 4])


@pytest.mark.parametrize("n_rows", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_ascending_numbers_never_cross(n_rows):
    rng = np.random.default_rng(0)
    x = (rng.standard_t(1, (n_rows, 5)) * 100).astype(np.float32)
    head = Ascending(np.full(5, 0.3), rng.normal(1e6, 10, 5))  # shifts that would cross
    numbers = head.forward(x)
    assert np.isfinite(numbers).all()
    assert (np.diff(numbers, axis=1) >= 0).all()


def test_exponentials_are_positive_and_finite():
    out = Exponential(np.ones(1), np.zeros(1)).forward(np.array([[-1e300], [-3], [0], [1e300]]))
    np.testing.assert_allclose(out[1:3, 0], [np.exp(-3), 1])
    assert (out[0] > 0) & np.isfinite(out[3])


def test_labels_have_probabilities_of_their_own_temperature():
    head = Sigmoid(np.float32([1, 2]))
    out = head.forward(np.array([[0.0, 1.0], [-1e4, 1e4], [1.0, -1.0]]))
    sigmoid = 1 / (1 + np.exp([0.0, -2, -1, 2]))
    np.testing.assert_allclose(out[[0, 0, 2, 2], [0, 1, 0, 1]], sigmoid)
    assert out[1].tolist() == [0, 1]
    np.testing.assert_array_equal(head.spread(out), [1, 1])
    assert head.row_shape((2,)) == (2,)


def test_the_spread_of_answers_is_in_their_units():
    answers = np.array([[1.0, -10], [3.0, 10]])
    np.testing.assert_array_equal(Softmax(1.0).spread(answers), [1, 1])
    np.testing.assert_array_equal(Affine(np.full(2, 4.0), np.zeros(2)).spread(answers), [4, 10])
    slope = Exponential(np.array([0.1, 3.0]), np.zeros(2))
    np.testing.assert_array_equal(slope.spread(np.abs(answers)), [[1, 30], [1, 30]])


def test_shrinking_keeps_the_first_members():
    scale, heads = (
        Scale(normal(3, 4), normal(3, 4)),
        LinearOfMembers(normal(3, 4, 2), normal(3, 2)),
    )
    x = normal(5, 4)
    full = heads.forward(scale.forward(x))
    few = heads.shrink(2).forward(scale.shrink(2).forward(x))
    np.testing.assert_array_equal(few, full[:, :2])
    linear = Linear(normal(2, 2), normal(2))
    assert linear.shrink(1) is linear


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
        lambda: encode(center=np.array([1.0, -1.0])),
        lambda: encode(center=np.float32([1, np.nan])),
        lambda: encode(missing=np.array([1.0])),
        lambda: encode(missing=np.array([[1]])),
        lambda: encode(tables=np.arange(8, dtype=np.float32)[None]),
        lambda: encode().row_shape((2,)),
        lambda: encode().row_shape((3, 3)),
        lambda: encode(number_columns=np.array([0, -1])).row_shape((3,)),
        lambda: Linear(np.float32([1]), np.float32([1])),
        lambda: Linear(np.zeros((2, 3), np.float32), np.zeros(2, np.float32)),
        lambda: Linear(np.zeros((2, 3)), np.zeros(3)),
        lambda: Linear(np.zeros((2, 3), int), np.zeros(3, int)),
        lambda: Linear(np.zeros((2, 0), np.float32), np.zeros(0, np.float32)),
        lambda: Linear(normal(2, 3), np.float32([0, np.inf, 0])),
        lambda: Linear(normal(2, 3), normal(3)).row_shape((3,)),
        lambda: Periodic(normal(2), normal(2)),
        lambda: Periodic(normal(2, 3), normal(3, 2)),
        lambda: Periodic(normal(2, 0), normal(2, 0)),
        lambda: Periodic(normal(3, 1), normal(3, 1)).row_shape((2,)),
        lambda: Periodic(normal(3, 1), normal(3, 1)).row_shape((4, 3)),
        lambda: Scale(normal(2), normal(2)),
        lambda: Scale(normal(2, 3), normal(1, 3)),
        lambda: Scale(normal(0, 3), normal(0, 3)),
        lambda: Scale(normal(2, 3), normal(2, 3)).row_shape((3, 3)),
        lambda: LinearOfMembers(normal(2, 3), normal(2, 3)),
        lambda: LinearOfMembers(normal(2, 3, 4), normal(2, 4)).row_shape((3,)),
        lambda: LinearOfMembers(normal(2, 3, 0), normal(2, 0)),
        lambda: LinearOfMembers(normal(2, 3, 4), normal(2, 3)),
        lambda: MeanOfMembers().row_shape((3,)),
        lambda: AverageOfMembers().row_shape((3,)),
        lambda: Sigmoid(np.ones(2)),
        lambda: Sigmoid(np.float32([[1]])),
        lambda: Sigmoid(np.float32([])),
        lambda: Sigmoid(np.float32([1, 0])),
        lambda: Sigmoid(np.float32([np.inf])),
        lambda: Sigmoid(np.float32([1, 1])).row_shape((3,)),
        lambda: Affine(np.float32([1]), np.float32([1])),
        lambda: Affine([1.0], [1.0]),
        lambda: Affine(np.ones((1, 1)), np.ones((1, 1))),
        lambda: Affine(np.ones(2), np.ones(1)),
        lambda: Affine(np.ones(0), np.ones(0)),
        lambda: Affine(np.zeros(1), np.ones(1)),
        lambda: Affine(-np.ones(1), np.ones(1)),
        lambda: Affine(np.ones(1), np.array([np.nan])),
        lambda: Exponential(np.array([np.inf]), np.ones(1)),
        lambda: Affine(np.ones(2), np.ones(2)).row_shape((3,)),
        lambda: Exponential(np.ones(2), np.ones(2)).row_shape((3, 2)),
        lambda: encode(missing=[0]),
        lambda: encode(tables=None),
        lambda: Linear([[1.0, 2.0]], [1.0, 2.0]),
        lambda: Scale(None, None),
        lambda: Activation("gelu"),
        lambda: Activation(["relu"]),
        lambda: Activation(None),
        lambda: Softmax(0.0),
        lambda: Softmax(np.nan),
        lambda: Softmax(1e39),
        lambda: Softmax([1.0]),
        lambda: Softmax(1.0).row_shape((2, 3)),
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
