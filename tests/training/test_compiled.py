"""Compiled training: the same steps as torch makes, and only where it knows what is trained."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from skdistill._plumbing.extension import instruction_sets, kernels
from skdistill.losses import POINTS
from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, learn_encoding
from skdistill.students._encoder import TableEncoder
from skdistill.tasks import Means, Multiclass
from skdistill.training import _compiled
from skdistill.training._batches import LessonRows
from skdistill.training._compiled import CompiledScores, CompiledSteps, make_steps
from skdistill.training._loop import train
from skdistill.training._net import make_net
from skdistill.training._schedule import Plan
from skdistill.training._steps import TorchSteps
from skdistill.training._training import Training


def lesson_rows(rows, targets, labels, weight):
    answers = {"targets": targets, "labels": labels, "weight": weight}
    return LessonRows(SimpleNamespace(rows=rows, has_label=labels >= 0, **answers))


RNG = np.random.default_rng(0)
N, N_CLASSES = 203, 3  # no multiple of any vector's length
FRAME = pd.DataFrame(
    {
        "few": RNG.integers(0, 4, N),
        "town": RNG.choice([f"t{i}" for i in range(12)], N),
        "flag": RNG.integers(0, 2, N),  # no bins
        "side": RNG.choice(["l", "r", None], N),
        "x": np.where(RNG.random(N) < 0.1, np.nan, RNG.normal(50, 9, N)),
        "street": RNG.choice([f"s{i}" for i in range(40)], N),
        "wide": RNG.standard_cauchy(N) * 1e30,
    }
)
NATIVE = instruction_sets()
needs_extension = pytest.mark.skipif(not NATIVE, reason="the extension was not built")


@pytest.fixture(params=NATIVE)
def instruction_set(request):
    kernels.use(request.param)
    yield request.param
    kernels.use(NATIVE[0])


def encoder_of(frame, n_bins=8):
    reader = ColumnReader.learn(frame)
    rows = reader.read(frame)
    encoding = learn_encoding(
        rows, reader, n_bins=n_bins, sample_weight=np.ones(len(rows)), random_state=0
    )
    return encoding, rows


def transfer_rows(rows, n_classes=N_CLASSES, *, held_out=False):
    rng = np.random.default_rng(3)
    labels = rng.integers(0 if held_out else -1, n_classes, len(rows))
    targets = rng.dirichlet(np.ones(n_classes), len(rows)).astype(np.float32)
    return lesson_rows(rows, targets, labels, rng.random(len(rows)).astype(np.float32))


def number_rows(rows, n_outputs, *, held_out=False):
    targets, labels = np.random.default_rng(3).normal(size=(2, len(rows), n_outputs))
    weight = np.linspace(0, 2, len(rows), dtype=np.float32)
    has_label = np.full(len(rows), True) if held_out else np.arange(len(rows)) % 3 > 0
    answers = {"targets": targets.astype(np.float32), "labels": labels.astype(np.float32)}
    return LessonRows(SimpleNamespace(rows=rows, has_label=has_label, weight=weight, **answers))


def net_of(encoding, rows, *, n_classes=N_CLASSES, batch_size=57, alpha=0.6, **params):
    shape = {"hidden_layer_sizes": (32, 16), "activation": "silu", "dropout": 0.2}
    shape |= {name: params.pop(name) for name in [*params] if name in shape}
    training = Training(
        encoding=encoding, task=params.pop("task", Multiclass(np.arange(n_classes))),
        module=MLP, net=shape,
        batch_size=batch_size,
        max_epochs=3, patience=9, device="cpu", callbacks=None, net_params=None, verbose=0,
        random_state=0,
        **{"loss": "kl", "temperature": 2.0, "lr": 0.02, "weight_decay": 0.05, **params},
    )  # fmt: skip
    return make_net(training, Plan(len(rows), 0, 3, batch_size), alpha=alpha, n_epochs=3)


def rate(step):
    return 1 / (1 + step)


def history_and_weights(net, rows, make=make_steps, n_classes=N_CLASSES):
    held_out = transfer_rows(rows, n_classes, held_out=True)
    train(net, make(net, rate), transfer_rows(rows, n_classes), held_out)
    losses = [[row["train_loss"], row["valid_loss"]] for row in net.history]
    return np.array(losses), [p.detach().clone() for p in net.module_.parameters()]


def by_torch(net, rate):
    return TorchSteps(net.module_, net.criterion_, net.optimizer_, rate)


def assert_same_with_and_without(encoding, rows, *, tolerance=2e-4, **params):
    net, n_classes = net_of(encoding, rows, **params), params.get("n_classes", N_CLASSES)
    assert type(make_steps(net, rate)) is CompiledSteps
    got = history_and_weights(net, rows, n_classes=n_classes)
    other = net_of(encoding, rows, **params)
    expected = history_and_weights(other, rows, by_torch, n_classes)
    np.testing.assert_allclose(got[0], expected[0], rtol=tolerance)
    for one, two in zip(got[1], expected[1], strict=True):
        torch.testing.assert_close(one, two, rtol=10 * tolerance, atol=tolerance)


@needs_extension
@pytest.mark.parametrize(
    "columns",
    [["x"], ["side"], ["street"], ["x", "town"], ["flag", "side"], list(FRAME)],
    ids=" ".join,
)
def test_steps_are_those_of_torch_whatever_the_columns(instruction_set, columns):
    encoding, rows = encoder_of(FRAME[columns])
    assert_same_with_and_without(encoding, rows)


@needs_extension
@pytest.mark.parametrize(
    "params",
    [
        {"hidden_layer_sizes": ()},
        {"hidden_layer_sizes": (7,), "dropout": 0.0},
        {"hidden_layer_sizes": (128, 128), "activation": "relu"},
        {"hidden_layer_sizes": (48, 80, 16), "activation": "tanh"},
        {"hidden_layer_sizes": (33, 150), "dropout": 0.4},
        {"loss": "logit_mse"},
        {"loss": "jsd"},
        {"alpha": 0.0},
        {"alpha": 1.0, "temperature": 1.0},
        {"n_classes": 2},
        {"n_classes": 70},
    ],
    ids=str,
)
def test_steps_are_those_of_torch_whatever_the_net(instruction_set, params):
    encoding, rows = encoder_of(FRAME)
    assert_same_with_and_without(encoding, rows, **params)


@needs_extension
def test_steps_are_those_of_torch_without_bins(instruction_set):
    encoding, rows = encoder_of(FRAME, n_bins=0)
    assert_same_with_and_without(encoding, rows)


@needs_extension
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("loss", POINTS)
def test_steps_on_numbers_are_those_of_torch(instruction_set, loss, alpha, n_outputs):
    encoding, rows = encoder_of(FRAME[["x", "town", "side"]])
    task, histories, weights = Means(*np.ones((2, n_outputs)), flat=False), [], []
    for make in (make_steps, by_torch):
        net = net_of(encoding, rows, task=task, loss=loss, alpha=alpha)
        assert make is by_torch or type(make(net, rate)) is CompiledSteps
        held_out = number_rows(rows, n_outputs, held_out=True)
        train(net, make(net, rate), number_rows(rows, n_outputs), held_out)
        histories.append([[row["train_loss"], row["valid_loss"]] for row in net.history])
        weights.append([p.detach().clone() for p in net.module_.parameters()])
    np.testing.assert_allclose(*histories, rtol=2e-4)
    for one, two in zip(*weights, strict=True):
        torch.testing.assert_close(one, two, rtol=2e-3, atol=2e-4)


@needs_extension
def test_the_student_does_not_depend_on_threads():
    encoding, rows = encoder_of(FRAME)
    threads, results = torch.get_num_threads(), []
    try:
        for n in (1, 3):
            torch.set_num_threads(n)
            results.append(history_and_weights(net_of(encoding, rows), rows))
    finally:
        torch.set_num_threads(threads)
    assert np.array_equal(results[0][0], results[1][0])
    assert all(torch.equal(one, two) for one, two in zip(*(r[1] for r in results), strict=True))


@needs_extension
def test_a_place_is_the_number_of_bins_that_are_filled(instruction_set):
    encoder = TableEncoder(encoder_of(pd.DataFrame({"x": [0.0, 1, 2, 4, 8] * 9}))[0])
    x = torch.tensor([-3e38, -1, 0, 0.5, 1, 3, 8, 9, 3e38, torch.nan])[:, None]
    place = encoder.constants_with_places(x)[:, -1]
    # a missing one counts as the median
    assert place.tolist() == pytest.approx([0, 0, 0, 0.5, 1, 2.5, 4, 4, 4, 2], abs=1e-6)


def own_loss(logits, targets, labels, sample_weight, **_):
    return logits.square().mean()


@needs_extension
@pytest.mark.parametrize(
    ("params", "kind"),
    [
        ({}, CompiledSteps),
        ({"loss": "dkd"}, CompiledScores),
        ({"loss": own_loss}, CompiledScores),
        ({"hidden_layer_sizes": (1000, 1000)}, TorchSteps),
        ({"hidden_layer_sizes": (1,) * 16}, TorchSteps),
    ],
)
def test_what_compiled_code_does_not_know_is_left_to_torch(params, kind):
    encoding, rows = encoder_of(FRAME)
    net = net_of(encoding, rows, **params)
    assert type(make_steps(net, rate)) is kind
    losses, _ = history_and_weights(net, rows)
    other, _ = history_and_weights(net_of(encoding, rows, **params), rows, by_torch)
    np.testing.assert_allclose(losses, other, rtol=2e-4)


@needs_extension
def test_other_devices_and_trees_without_the_extension_are_left_to_torch(monkeypatch):
    encoding, rows = encoder_of(FRAME)
    net = net_of(encoding, rows)
    net.device = "cuda"
    assert type(make_steps(net, rate)) is TorchSteps
    net.device = "cpu:0"
    assert type(make_steps(net, rate)) is CompiledSteps
    monkeypatch.setattr(_compiled, "kernels", None)
    assert type(make_steps(net, rate)) is TorchSteps


@needs_extension
def test_batches_that_end_within_a_vector_and_empty_epochs():
    encoding, rows = encoder_of(FRAME[["x", "street"]])
    net = net_of(encoding, rows[:5], batch_size=1)
    losses, _ = history_and_weights(net, rows[:5])
    assert np.isfinite(losses).all()


@needs_extension
@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("sample_weight", torch.Tensor.double, "weight must be float32 .* got float64"),
        ("targets", torch.Tensor.double, "targets must be float32 .* got float64"),
        ("labels", torch.Tensor.int, "labels must be int64 .* got int32"),
        ("labels", lambda labels: labels + N_CLASSES, "but must be from -1 to 2"),
    ],
)
def test_rows_of_other_types_are_refused_rather_than_trained_on(name, change, message):
    encoding, rows = encoder_of(FRAME[["x", "town"]])
    data = transfer_rows(rows)
    data.answers[name] = change(data.answers[name])
    net = net_of(encoding, rows)
    with pytest.raises((TypeError, ValueError), match=message):
        train(net, make_steps(net, rate), data)


@needs_extension
def test_a_code_that_its_category_has_not_is_refused_rather_than_looked_up():
    encoding, rows = encoder_of(FRAME[["x", "town"]])
    rows[7, encoding.category_columns] = 14
    with pytest.raises(ValueError, match="is no code below 14"):
        history_and_weights(net_of(encoding, rows), rows)
