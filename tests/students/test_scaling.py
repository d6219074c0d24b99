"""Sparse rows of mixed scales: factors, centers, and the first layer that takes them over."""

import numpy as np
import pytest
import scipy.sparse
import torch
from torch import nn

from skdistill.students import MLP, OwnNet, TabM, learn_scaling
from skdistill.tasks import Multiclass

RNG = np.random.default_rng(0)
N = 400
SHAPE = {"hidden_layer_sizes": (8,), "activation": "silu", "dropout": 0.0}
ARCHITECTURES = {
    "mlp": lambda scaling: MLP(scaling, 3, **SHAPE),
    "linear": lambda scaling: MLP(scaling, 3, **{**SHAPE, "hidden_layer_sizes": ()}),
    "tabm": lambda scaling: TabM(scaling, 3, n_members=2, members=Multiclass.members, **SHAPE),
    "own": lambda scaling: OwnNet(scaling, 3, make=nn.Linear),
}


def some(share, values):
    return np.where(RNG.random(N) < share, values, 0)


COLUMNS = {
    "income": RNG.lognormal(10.6, 0.6, N),
    "flag": some(0.3, 1.0),
    "common flag": some(0.99, 1.0),
    "rare": np.eye(1, N, 7)[0] * 5e5,
    "rate": some(0.5, RNG.normal(0, 1e-4, N)),
    "count": some(0.2, RNG.poisson(3, N) + 1.0),
    "year": 2011 + RNG.integers(-2, 3, N),
    "year, some missing": some(0.97, 2011 + RNG.integers(-2, 3, N)),
    "empty": np.zeros(N),
    "constant": np.full(N, 7.0),
    "tiny": RNG.normal(0, 1e-36, N),
    "huge": some(0.5, RNG.normal(0, 1e36, N)),
}


def sparse(*names):
    columns = [COLUMNS[name] for name in names or COLUMNS]
    return scipy.sparse.csr_array(np.column_stack(columns).astype(np.float32))


def as_tensor(rows):
    coo = rows.tocoo()
    place = torch.from_numpy(np.stack([coo.row, coo.col]).astype(np.int64))
    values = torch.from_numpy(coo.data)
    return torch.sparse_coo_tensor(place, values, coo.shape, check_invariants=True).coalesce()


def features(rows):
    scaling = learn_scaling(rows)
    return (rows.toarray() - scaling.center) * scaling.factor.astype(np.float64)


@pytest.mark.parametrize("name", sorted(set(COLUMNS) - {"empty", "year, some missing"}))
def test_values_of_every_scale_are_near_one(name):
    rows = sparse(name)
    assert 0.5 < np.sqrt(np.mean(features(rows)[rows.toarray() != 0] ** 2)) < 2


@pytest.mark.parametrize("name", ["flag", "common flag", "empty"])
def test_flags_and_empty_columns_stay_as_they_are(name):
    np.testing.assert_array_equal(features(sparse(name)), sparse(name).toarray())


def test_a_column_with_values_everywhere_is_centered():
    for name in ("year", "year, some missing"):
        x = features(sparse(name))
        assert abs(x.mean()) < 1e-3
        assert 0.7 < x.std() < 1.5
    assert np.unique(features(sparse("year")).round(2)).size == 5


def test_zeros_that_are_stored_count_as_zeros():
    stored = sparse("count", "rate")
    stored.data[::3] = 0
    plain = stored.copy()
    plain.eliminate_zeros()
    np.testing.assert_array_equal(learn_scaling(stored).factor, learn_scaling(plain).factor)


def test_factors_are_powers_of_two_that_float32_can_hold():
    factor = learn_scaling(sparse()).factor
    assert np.isfinite(factor).all()
    assert (np.frexp(factor)[0] == 0.5).all()


@pytest.mark.parametrize("architecture", sorted(ARCHITECTURES))
def test_the_first_layer_takes_the_scaling_over(architecture):
    rows = sparse(*(set(COLUMNS) - {"huge"}))
    torch.manual_seed(0)
    net = ARCHITECTURES[architecture](learn_scaling(rows)).eval()
    x = rows
    for layer in net.describe():
        x = layer.forward(x)
    with torch.no_grad():
        for form in (as_tensor(rows), torch.from_numpy(rows.toarray())):
            np.testing.assert_allclose(x, net(form).numpy(), atol=2e-4)


def test_rounded_weights_keep_their_digits():
    rows = sparse("flag", "count")
    net = MLP(learn_scaling(rows), 2, **SHAPE)
    net.round_weights()
    weight = net.describe()[0].weight
    np.testing.assert_array_equal(weight, weight.astype(np.float16))


def test_no_column_is_needed_and_no_row_filled():
    empty = scipy.sparse.csr_array((5, 3), dtype=np.float32)
    np.testing.assert_array_equal(learn_scaling(empty).factor, 1)
