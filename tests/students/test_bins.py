"""Binned numbers in the first layer: compiled code and matrices say the same."""

import numpy as np
import pandas as pd
import pytest
import torch

from skdistill._extension import instruction_sets, kernels
from skdistill.runtime._columns import ColumnReader
from skdistill.students import MLP, learn_encoding
from skdistill.students import _bins as bins_module
from skdistill.students._bins import BinnedLinear
from skdistill.students._encoder import TableEncoder

RNG = np.random.default_rng(0)
N = 203  # no multiple of any vector's length
FRAME = pd.DataFrame(
    {
        "few": RNG.integers(0, 4, N),
        "town": RNG.choice([f"t{i}" for i in range(12)], N),
        "flag": RNG.integers(0, 2, N),  # no bins
        "x": np.where(RNG.random(N) < 0.1, np.nan, RNG.normal(50, 9, N)),
        "wide": RNG.standard_cauchy(N) * 1e30,
    }
)
READER = ColumnReader.learn(FRAME)
NATIVE = instruction_sets()
needs_extension = pytest.mark.skipif(not NATIVE, reason="the extension was not built")


@pytest.fixture(params=NATIVE)
def instruction_set(request):
    kernels.use(request.param)
    yield request.param
    kernels.use(NATIVE[0])


def encoder_of(frame, reader=None, n_bins=8):
    reader = ColumnReader.learn(frame) if reader is None else reader
    weight = np.ones(len(frame))
    rows = reader.read(frame)
    encoding = learn_encoding(rows, reader, n_bins=n_bins, sample_weight=weight, random_state=0)
    return TableEncoder(encoding), torch.from_numpy(rows)


def outputs_and_gradients(layer, features, tables, of_out):
    for tensor in (*layer.parameters(), *tables):
        tensor.grad = None
    out = layer(features)
    out.backward(of_out)
    return [out.detach(), *(t.grad for t in (*layer.parameters(), *tables))]


@needs_extension
@pytest.mark.parametrize("width", [1, 3, 16, 37, 128, 150])
@pytest.mark.parametrize("n_rows", [0, 1, N])
def test_places_are_worth_their_bins(instruction_set, width, n_rows):
    encoder, rows = encoder_of(FRAME, READER)
    rows = rows[:n_rows]
    torch.manual_seed(0)
    layer = BinnedLinear(encoder, width)
    of_out = torch.randn(n_rows, width)
    trained = [table for table in encoder.tables if table.requires_grad]
    assert trained
    assert layer.takes_places_of(rows)
    with_bins, with_places = encoder(rows), encoder.embed(encoder.constants_with_places(rows))
    assert with_places.shape[1] < with_bins.shape[1]
    expected = outputs_and_gradients(layer, with_bins, trained, of_out)
    got = outputs_and_gradients(layer, with_places, trained, of_out)
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=2e-5)


@needs_extension
def test_a_place_is_the_number_of_bins_that_are_filled(instruction_set):
    encoder, _ = encoder_of(pd.DataFrame({"x": [0.0, 1, 2, 4, 8] * 9}))
    x = torch.tensor([-3e38, -1, 0, 0.5, 1, 3, 8, 9, 3e38, torch.nan])[:, None]
    place = encoder.constants_with_places(x)[:, -1]
    # a missing one counts as the median
    assert place.tolist() == pytest.approx([0, 0, 0, 0.5, 1, 2.5, 4, 4, 4, 2], abs=1e-6)


@needs_extension
def test_results_do_not_depend_on_threads_nor_on_other_rows(instruction_set):
    X = pd.DataFrame(RNG.normal(size=(900, 20)))
    encoder, rows = encoder_of(X, n_bins=32)
    torch.manual_seed(0)
    layer, of_out = BinnedLinear(encoder, 64), torch.randn(900, 64)
    threads = torch.get_num_threads()
    results = []
    try:
        for n in (1, 2, 5):
            torch.set_num_threads(n)
            features = encoder.constants_with_places(rows)
            out, of_weight, _ = outputs_and_gradients(layer, features, [], of_out)
            results.append((features, out, of_weight))
    finally:
        torch.set_num_threads(threads)
    for features, out, of_weight in results[1:]:
        assert torch.equal(features, results[0][0])
        torch.testing.assert_close(out, results[0][1], rtol=0, atol=1e-6)  # a product is BLAS's
        torch.testing.assert_close(of_weight, results[0][2], rtol=1e-5, atol=1e-4)
        assert torch.equal(of_weight[layer.n_before :], results[0][2][layer.n_before :])
    places = encoder.constants_with_places(rows[5:6])
    assert torch.equal(places, results[0][0][5:6])


@needs_extension
@pytest.mark.parametrize("hidden", [(), (7,), (16, 16)])
def test_a_net_learns_the_same_with_and_without_compiled_code(hidden, monkeypatch):
    encoder, rows = encoder_of(FRAME, READER)
    target = torch.from_numpy(np.nan_to_num(FRAME["x"].to_numpy(), nan=50) > 50).long()
    weights = []
    for found in (kernels, None):
        monkeypatch.setattr(bins_module, "kernels", found)
        torch.manual_seed(0)
        net = MLP(
            encoder.encoding, 5, 2, hidden_layer_sizes=hidden, activation="silu", dropout=0.1
        )
        with_bins = net.encode(rows).shape[1] == encoder.constants(rows).shape[1]
        assert with_bins == (found is None)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        for _ in range(20):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(rows), target).backward()
            optimizer.step()
        weights.append(torch.cat([p.detach().ravel() for p in net.parameters()]))
    torch.testing.assert_close(*weights, rtol=1e-3, atol=1e-4)
    assert weights[0].isfinite().all()


def test_where_compiled_code_does_not_serve_bins_are_written_out():
    encoder, rows = encoder_of(FRAME, READER)
    params = {"hidden_layer_sizes": (4,), "activation": "relu", "dropout": 0.0}
    net = MLP(encoder.encoding, 5, 2, **params).double()
    assert net.encode(rows.double()).shape[1] == encoder.constants(rows).shape[1]
    assert net(rows.double()).dtype is torch.float64


def test_it_starts_as_a_linear_layer_does():
    encoder, rows = encoder_of(FRAME, READER)
    torch.manual_seed(3)
    layer = BinnedLinear(encoder, 9)
    torch.manual_seed(3)
    like = torch.nn.Linear(encoder.encoding.n_outputs, 9)
    features = encoder(rows).detach()
    torch.testing.assert_close(layer(features), like(features), rtol=1e-4, atol=1e-4)
