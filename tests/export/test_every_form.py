"""Every layer and every kind of outputs has a reader in every form of a student.

A layer that is in no file runs in one form alone, and says so.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import skdistill.students  # noqa: F401, whose layers are among those looked at
from skdistill._plumbing.extension import kernels
from skdistill.export import _c_outputs, _onnx_outputs, _onnx_sklearn_outputs, to_c, to_onnx
from skdistill.export._onnx_int8 import Int8Linear
from skdistill.export._torch import READERS, to_torch
from skdistill.layers import (
    LAYERS,
    OUTPUTS,
    Affine,
    Ascending,
    Exponential,
    Layer,
    Outputs,
    Softmax,
)
from skdistill.runtime import load
from skdistill.runtime._students import STUDENT_OF
from skdistill.students._own import TorchModule

FORMS = {
    "native": lambda student, folder: student._net is not None or kernels is None,
    "file": lambda student, folder: student.save(folder / "s") or load(folder / "s"),
    "ONNX": lambda student, folder: to_onnx(student),
    "C": lambda student, folder: to_c(student, folder / "m.h") or True,
    "torch": lambda student, folder: to_torch(student),
}
WITH_EVERY_LAYER = "relu", "tabm_periodic"
OF_OUTPUTS = {
    "runtime": STUDENT_OF,
    "C": _c_outputs.WRITERS,
    "ONNX": _onnx_outputs.WRITERS,
    "skl2onnx": _onnx_sklearn_outputs.WRITERS,
}
OF_ONE_FORM = {TorchModule, Int8Linear}


def forms_that_read(student, folder):
    """Name the forms that a student has."""
    names = []
    for name, make in FORMS.items():
        try:
            has = make(student, folder)
        except (TypeError, ValueError, AttributeError):
            has = False
        names += [name] if has else []
    return names


def forms_that_write(outputs):
    """Name the forms that have a writer of a kind of outputs."""
    names = [name for name, writers in OF_OUTPUTS.items() if outputs in writers]
    names += ["file"] if outputs in OUTPUTS.values() else []
    return names + (["torch"] if set(outputs.last_layers) <= set(READERS) else [])


def layers_of(cls):
    """Yield the concrete layers of the package."""
    for sub in cls.__subclasses__():
        yield from layers_of(sub)
        if sub.__module__.startswith("skdistill.") and not sub.__abstractmethods__:
            yield sub


@pytest.fixture
def students(make_student, make_regressor, as_multilabel):
    """Students that have every layer between them."""
    of_numbers = [make_regressor("tabm", head=Affine)]
    of_numbers += [make_regressor("relu", head=head) for head in (Exponential, Ascending)]
    of_labels = as_multilabel(make_student("relu"))
    return [*map(make_student, WITH_EVERY_LAYER), *of_numbers, of_labels]


def test_every_form_reads_every_layer(students, tmp_path):
    for student in students:
        assert forms_that_read(student, tmp_path) == list(FORMS), student


def test_no_layer_is_left_out(students):
    seen = {type(layer) for student in students for layer in student.layers}
    assert seen == set(LAYERS.values())
    assert set(layers_of(Layer)) - OF_ONE_FORM == seen


@pytest.mark.parametrize("kind", OUTPUTS)
def test_every_form_writes_every_kind_of_outputs(kind):
    assert forms_that_write(OUTPUTS[kind]) == [*OF_OUTPUTS, "file", "torch"]


@dataclass(frozen=True, eq=False)
class Twice(Layer):
    """A layer that no form knows."""

    def __post_init__(self):
        pass

    def row_shape(self, shape):
        return shape

    def forward(self, x):
        return 2 * x


def test_a_layer_without_readers_is_found(make_student, tmp_path):
    student = make_student("relu")
    *layers, last = student.layers
    odd = replace(student, layers=(*layers, Twice(), last))
    assert np.isfinite(odd._forward(np.zeros((1, student.n_features_in_), np.float32))).all()
    assert forms_that_read(odd, tmp_path) == ([] if kernels else ["native"])


def test_outputs_without_writers_are_found():
    class Odd(Outputs):
        last_layers = (Softmax,)

    assert forms_that_write(Odd) == ["torch"]  # which returns what the last layer makes
    Odd.last_layers = (Twice,)
    assert forms_that_write(Odd) == []


def test_a_module_of_the_users_own_has_the_form_of_torch_alone(make_student, tmp_path):
    student = make_student("own")
    assert TorchModule in map(type, student.layers)
    assert set(forms_that_read(student, tmp_path)) - {"native"} == {"torch"}
    for export in (to_onnx, lambda student: to_c(student, tmp_path / "m.h")):
        with pytest.raises((TypeError, ValueError), match=r"your own|runs in torch alone"):
            export(student)
