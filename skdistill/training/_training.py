"""What all trainings of one fit share: the student's architecture and how it is trained."""

from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

from skdistill.students import MLP, OwnNet, TabM, learn_encoding, learn_scaling, make_waves
from skdistill.tasks import Task

SAME = (  # parameters of DistilledClassifier that are taken over
    *("loss", "temperature", "lr", "weight_decay", "batch_size", "max_epochs", "patience"),
    *("callbacks", "net_params", "verbose", "generations"),
)


@dataclass(frozen=True)
class Training:
    """How every net of one fit is trained."""

    encoding: Any  # EncodeTable, or ScaleColumns for sparse rows
    task: Task
    module: Any  # class of the student's net,
    net: dict  # and its arguments
    loss: Any
    temperature: float
    lr: float
    weight_decay: float
    batch_size: int
    max_epochs: Any  # a number or "auto"
    patience: int
    device: str
    callbacks: Any
    net_params: Any
    verbose: int
    random_state: int
    generations: int = 0  # of students that teach the next one, at most
    assistant: Any = None  # Training of those; None: like the last

    def encoded_by(self, encoding):
        """Return the same with another encoding, for assistants as well."""
        assistant = self.assistant and self.assistant.encoded_by(encoding)
        return replace(self, encoding=encoding, assistant=assistant)


def make_training(params, rows, data, reader, seeds):
    """Return what all trainings of a fit share, by the parameters of DistilledClassifier."""
    for name in ("hidden_layer_sizes", "assistant_layer_sizes"):
        params = {**params, name: _sizes(name, params[name])}
    if isinstance(params["loss"], str):
        data.task.check_loss(params["loss"])
    encoding, waves = _encoding(params, rows, data, reader, seeds["encoding"])
    module, net = _architecture(params)
    training = Training(
        encoding=encoding,
        task=data.task,
        module=module,
        net={**net, "waves": waves},
        device=params["device"],
        random_state=seeds["training"],
        **{name: params[name] for name in SAME},
    )
    if params["assistant_layer_sizes"] is None:
        return training
    net = {name: params[name] for name in ("activation", "dropout")}
    net |= {"hidden_layer_sizes": params["assistant_layer_sizes"], "waves": waves}
    return replace(training, assistant=replace(training, module=MLP, net=net))


def _encoding(params, rows, data, reader, seed):
    """Return how rows are encoded, and the waves beside that, if any."""
    if reader.sparse:
        return learn_scaling(rows), None
    encoding = learn_encoding(
        rows,
        reader,
        n_bins=params["n_bins"] if params["num_embedding"] == "ple" else 0,
        sample_weight=data.weight,
        random_state=seed,
    )
    periodic = params["num_embedding"] == "periodic"
    return encoding, make_waves(encoding, params["n_bins"], seed) if periodic else None


def _sizes(name, given):
    """Return the width of each layer; a number alone is one layer's."""
    if given is None:
        return None
    sizes = (given,) if isinstance(given, Integral) else given
    for size in sizes:
        if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
            raise ValueError(
                f"{name}={given!r} has {size!r}: a layer's width is an integer of 1 or more."
            )
    return sizes


def _architecture(params):
    """Return the class of the student's net, and its arguments."""
    student = params["student"]
    if not isinstance(student, str):
        return OwnNet, {"make": student}
    net = {name: params[name] for name in ("hidden_layer_sizes", "activation", "dropout")}
    if student == "linear":
        return MLP, {**net, "hidden_layer_sizes": ()}
    if student == "mlp":
        return MLP, net
    if not net["hidden_layer_sizes"]:
        raise ValueError(
            "student='tabm' has no hidden layer, and its members would be one. Give "
            "hidden_layer_sizes, or use student='linear'."
        )
    return TabM, {**net, "n_members": params["n_members"]}
