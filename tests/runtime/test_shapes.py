"""A student whose parts do not fit each other cannot be made."""

from dataclasses import replace

import numpy as np
import pytest

from skdistill.layers import (
    Activation,
    Affine,
    AverageOfMembers,
    Classes,
    Exponential,
    Layer,
    Linear,
    LinearOfMembers,
    MeanOfMembers,
    Numbers,
    Scale,
    Softmax,
)
from skdistill.runtime._reader import ColumnReader
from skdistill.runtime._shapes import check_shapes

RELU, SOFTMAX, THREE = Activation("relu"), Softmax(1.0), Classes(np.arange(3))


def linear(n_inputs, n_outputs):
    return Linear(np.ones((n_inputs, n_outputs), np.float32), np.ones(n_outputs, np.float32))


def of_members(kind, *shape):
    return kind(np.ones(shape, np.float32), np.ones((shape[0], shape[-1]), np.float32))


def reader_of(n_columns, **kwargs):
    return ColumnReader(("number",) * n_columns, {}, {}, **kwargs)


@pytest.mark.parametrize("shape", [{}, {"levels": (3, 40)}, {"n_members": 3}, {"n_waves": 2}])
def test_every_architecture_fits(shape, random_students):
    student = random_students.student(hidden=(8, 4), **shape)
    check_shapes(student.reader, student.layers, THREE)
    with pytest.raises(ValueError, match=r"scores of shape \(3,\) for 4 classes"):
        check_shapes(student.reader, student.layers, Classes(np.arange(4)))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([linear(4, 3), SOFTMAX], "Linear layer is inconsistent"),
        ([linear(5, 3), linear(2, 3), SOFTMAX], "Linear layer is inconsistent"),
        ([linear(5, 3)], "Softmax must be the last"),
        ([linear(5, 3), SOFTMAX, SOFTMAX], "Softmax must be the last"),
        ([linear(5, 3), RELU, RELU, SOFTMAX], "an activation follows another"),
        ([of_members(Scale, 2, 5), linear(5, 3), SOFTMAX], "rows with members"),
        ([linear(5, 3), MeanOfMembers(), SOFTMAX], "rows without members"),
        (
            [
                *(linear(5, 1), of_members(Scale, 900, 1), linear(1, 900), linear(900, 2)),
                *(of_members(LinearOfMembers, 900, 2, 3), MeanOfMembers(), SOFTMAX),
            ],
            "more numbers than they hold",
        ),
    ],
)
def test_layers_that_do_not_fit_are_refused(layers, message):
    with pytest.raises(ValueError, match=message):
        check_shapes(reader_of(5), layers, THREE)


@pytest.mark.parametrize("head", [Affine, Exponential])
def test_numbers_end_in_a_head_of_as_many(head, random_students):
    student = random_students.regressor(n_outputs=3, head=head, hidden=(8,), n_members=2)
    check_shapes(student.reader, student.layers, Numbers(3, False))
    *others, last = student.layers
    with pytest.raises(ValueError, match=r"scores of shape \(3,\) for 2 numbers"):
        check_shapes(student.reader, student.layers, Numbers(2, False))
    narrow = head(np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="layer is inconsistent: scale, for rows of shape"):
        check_shapes(student.reader, [*others, narrow], Numbers(2, False))
    with pytest.raises(ValueError, match="Affine or Exponential must be the last layer"):
        check_shapes(student.reader, [*others, last, last], Numbers(3, False))
    with pytest.raises(ValueError, match="Affine or Exponential must be the last layer"):
        check_shapes(student.reader, [*others, SOFTMAX], Numbers(3, False))
    with pytest.raises(ValueError, match="Softmax must be the last layer"):
        check_shapes(student.reader, student.layers, THREE)
    with pytest.raises(ValueError, match="rows without members"):
        check_shapes(reader_of(5), [linear(5, 3), AverageOfMembers(), last], Numbers(3, False))


def test_sparse_rows_enter_a_linear_layer(random_students):
    reader = reader_of(5, sparse=True)
    check_shapes(reader, [linear(5, 3), SOFTMAX], THREE)
    for layers in (random_students.student().layers, [RELU, linear(5, 3), SOFTMAX]):
        with pytest.raises(ValueError, match="sparse rows enter no linear layer"):
            check_shapes(reader, layers, THREE)


def test_the_encoder_comes_first_and_knows_its_columns(random_students):
    student = random_students.student(n_numbers=2, levels=(3,))
    encoding, *others = student.layers
    kinds, levels = student.reader.kinds, student.reader.levels
    fewer = replace(student.reader, levels={j: ("a",) for j in levels})
    mixed_up = replace(encoding, number_columns=np.full(2, kinds.index("category")))
    with pytest.raises(ValueError, match="columns are encoded after the first layer"):
        check_shapes(student.reader, [linear(3, 3), *student.layers], THREE)
    with pytest.raises(ValueError, match="levels and tables do not match"):
        check_shapes(fewer, student.layers, THREE)
    with pytest.raises(ValueError, match="categories serve as numbers"):
        check_shapes(student.reader, [mixed_up, *others], THREE)


def test_what_follows_a_layer_of_the_users_own_is_not_known(random_students):
    class Mystery(Layer):
        def __post_init__(self):
            pass

        def forward(self, x):
            return x

    student = random_students.student()
    check_shapes(student.reader, [student.layers[0], Mystery(), RELU, RELU], THREE)
