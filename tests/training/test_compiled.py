"""Compiled training: the same steps as torch makes, and only where it knows what is trained."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from skorch.callbacks import Callback
from skorch.helper import predefined_split

from skdistill._plumbing.extension import instruction_sets, kernels
from skdistill.losses import DistillationLoss
from skdistill.runtime._reader import ColumnReader
from skdistill.students import MLP, learn_encoding
from skdistill.students._encoder import TableEncoder
from skdistill.training import _net as net_module
from skdistill.training._batches import Batches, LessonRows
from skdistill.training._compiled import SMALL, compiled_epoch
from skdistill.training._net import StudentCriterion, StudentNet
from skdistill.training._train import RateSchedule


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


def net_of(encoding, rows, *, n_classes=N_CLASSES, loss="kl", **params):
    shape = {"hidden_layer_sizes": (32, 16), "activation": "silu", "dropout": 0.2}
    net_params = {
        "module": MLP,
        "batch_size": 57,
        "lr": 0.02,
        "optimizer__weight_decay": 0.05,
        "alpha": 0.6,
        "temperature": 2.0,
        "callbacks": [("schedule", RateSchedule(lambda step: 1 / (1 + step)))],
    }
    for name in [*params]:
        (shape if name in shape else net_params)[name] = params.pop(name)
    criterion = {f"criterion__{name}": net_params.pop(name) for name in ("alpha", "temperature")}
    return StudentNet(
        module__encoding=encoding,
        module__n_outputs=n_classes,
        **{f"module__{name}": value for name, value in shape.items()},
        criterion=StudentCriterion,
        criterion__loss=loss,
        **criterion,
        optimizer=torch.optim.AdamW,
        optimizer__fused=True,
        iterator_train=Batches,
        iterator_train__seed=0,
        iterator_valid=Batches,
        train_split=predefined_split(transfer_rows(rows, n_classes, held_out=True)),
        max_epochs=3,
        verbose=0,
        **net_params,
    )


def history_and_weights(net, data):
    torch.manual_seed(0)
    net.fit(data, None)
    losses = [[row["train_loss"], row["valid_loss"]] for row in net.history]
    return np.array(losses), [p.detach().clone() for p in net.module_.parameters()]


def assert_same_with_and_without(encoding, rows, monkeypatch, *, tolerance=2e-4, **params):
    data = transfer_rows(rows, params.get("n_classes", N_CLASSES))
    net = net_of(encoding, rows, **params)
    net.initialize()
    assert compiled_epoch(net, True) is not None
    assert compiled_epoch(net, False) is not None
    got = history_and_weights(net, data)
    with monkeypatch.context() as patch:
        patch.setattr(net_module, "compiled_epoch", lambda net, training: None)
        other = net_of(encoding, rows, **params)
        expected = history_and_weights(other, data)
    np.testing.assert_allclose(got[0], expected[0], rtol=tolerance)
    for one, two in zip(got[1], expected[1], strict=True):
        torch.testing.assert_close(one, two, rtol=10 * tolerance, atol=tolerance)
    for mine, theirs in zip(
        net.optimizer_.state.values(), other.optimizer_.state.values(), strict=True
    ):
        assert mine["step"] == theirs["step"] == 12
        torch.testing.assert_close(mine["exp_avg_sq"], theirs["exp_avg_sq"], rtol=0.01, atol=1e-6)
    assert net.optimizer_.param_groups[0]["lr"] == other.optimizer_.param_groups[0]["lr"]


@needs_extension
@pytest.mark.parametrize(
    "columns",
    [["x"], ["side"], ["street"], ["x", "town"], ["flag", "side"], list(FRAME)],
    ids=" ".join,
)
def test_steps_are_those_of_torch_whatever_the_columns(instruction_set, columns, monkeypatch):
    encoding, rows = encoder_of(FRAME[columns])
    assert_same_with_and_without(encoding, rows, monkeypatch)


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
        {"callbacks": []},
    ],
    ids=str,
)
def test_steps_are_those_of_torch_whatever_the_net(instruction_set, params, monkeypatch):
    encoding, rows = encoder_of(FRAME)
    assert_same_with_and_without(encoding, rows, monkeypatch, **params)


@needs_extension
def test_steps_are_those_of_torch_without_bins(instruction_set, monkeypatch):
    encoding, rows = encoder_of(FRAME, n_bins=0)
    assert_same_with_and_without(encoding, rows, monkeypatch)


@needs_extension
def test_the_student_does_not_depend_on_threads(monkeypatch):
    encoding, rows = encoder_of(FRAME)
    data, threads, results = transfer_rows(rows), torch.get_num_threads(), []
    try:
        for n in (1, 3):
            torch.set_num_threads(n)
            results.append(history_and_weights(net_of(encoding, rows), data))
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


class Watching(Callback):
    def on_grad_computed(self, net, named_parameters, **kwargs):
        self.seen = True


class OwnAdam(torch.optim.AdamW):
    pass


@needs_extension
@pytest.mark.parametrize(
    "params",
    [
        {"loss": "dkd"},
        {"loss": lambda logits, targets, labels, sample_weight, **_: logits.square().mean()},
        {"optimizer__amsgrad": True},
        {"optimizer__fused": False},
        {"hidden_layer_sizes": (1000, 1000)},
        {"hidden_layer_sizes": (1,) * 16},
        {"callbacks": [RateSchedule(lambda step: 1.0), RateSchedule(lambda step: 0.5)]},
    ],
    ids=lambda params: str(list(params)),
)
def test_other_nets_are_trained_by_torch(params):
    encoding, rows = encoder_of(FRAME)
    data = transfer_rows(rows)
    net = net_of(encoding, rows).set_params(
        **{f"module__{k}" if k.startswith("hidden") else k: v for k, v in params.items()}
    ) if "loss" not in params else net_of(encoding, rows, **params)  # fmt: skip
    net.set_params(max_epochs=1).fit(data, None)
    assert compiled_epoch(net, True) is None
    assert np.isfinite(net.history[-1]["train_loss"])


@needs_extension
def test_hooks_frozen_weights_and_doubles_are_left_to_torch():
    encoding, rows = encoder_of(FRAME)

    def compiles(change, training=True):
        net = net_of(encoding, rows).initialize()
        change(net)
        return compiled_epoch(net, training) is not None

    assert compiles(lambda net: None)
    assert not compiles(lambda net: net.module_.register_forward_hook(print))
    assert not compiles(lambda net: net.module_.hidden[0].register_forward_pre_hook(print))
    assert not compiles(lambda net: net.module_.output.weight.register_hook(print))
    assert not compiles(lambda net: net.module_.output.weight.requires_grad_(False))
    assert not compiles(lambda net: net.module_.double(), training=False)
    assert sum(p.numel() for p in net_of(encoding, rows).initialize().module_.parameters()) < SMALL


@needs_extension
def test_a_callback_that_watches_batches_is_told_of_them():
    encoding, rows = encoder_of(FRAME)
    watching = Watching()
    net_of(encoding, rows, callbacks=[watching]).fit(transfer_rows(rows), None)
    assert watching.seen


@needs_extension
def test_training_goes_on_where_it_stopped(monkeypatch):
    encoding, rows = encoder_of(FRAME)
    data = transfer_rows(rows)
    net = net_of(encoding, rows, dropout=0.0).fit(data, None)
    net.partial_fit(data, None)
    assert len(net.history) == 6
    assert {float(state["step"]) for state in net.optimizer_.state.values()} == {24.0}
    assert type(net.criterion_.distillation) is DistillationLoss


@needs_extension
def test_batches_that_end_within_a_vector_and_empty_epochs():
    encoding, rows = encoder_of(FRAME[["x", "street"]])
    net = net_of(encoding, rows, batch_size=1)
    losses, _ = history_and_weights(net, transfer_rows(rows[:5]))
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
    with pytest.raises((TypeError, ValueError), match=message):
        net_of(encoding, rows).fit(data, None)


@needs_extension
def test_a_code_that_its_category_has_not_is_refused_rather_than_looked_up():
    encoding, rows = encoder_of(FRAME[["x", "town"]])
    rows[7, encoding.category_columns] = 14
    with pytest.raises(ValueError, match="is no code below 14"):
        net_of(encoding, rows).fit(transfer_rows(rows), None)
