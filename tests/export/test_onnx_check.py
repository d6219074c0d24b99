"""What the check of a graph finds."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from skdistill.exceptions import ExportError
from skdistill.export._onnx_check import (
    check_answers,
    check_no_rows,
    check_rows_alone,
    open_model,
)
from skdistill.export._onnx_outputs import ClassesInOnnx
from skdistill.layers import Classes

ROWS = np.float32([[0.1, 0.9], [0.5, 0.5], [0.8, 0.2]])
LABELS = np.array(["a", "b"], dtype=object)
CLASSES = ClassesInOnnx(Classes(LABELS))
SPREAD = np.ones((3, 2))  # of probabilities
HEAD = [
    helper.make_node("ArgMax", ["probabilities"], ["best"], axis=1, keepdims=0),
    helper.make_node("Gather", ["names", "best"], ["label"]),
]


def session_of(nodes, names=LABELS, **constants):
    """Return a session that makes probabilities of X by some nodes."""
    constants["names"] = names
    declare = helper.make_tensor_value_info
    graph = helper.make_graph(
        [*nodes, *HEAD],
        "test",
        [declare("X", TensorProto.FLOAT, ["rows", 2])],
        [
            declare("label", TensorProto.STRING, ["rows"]),
            declare("probabilities", TensorProto.FLOAT, ["rows", 2]),
        ],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", 18)]
    return open_model(helper.make_model(graph, opset_imports=opsets, ir_version=8))


@pytest.fixture(scope="module")
def honest():
    return session_of([helper.make_node("Identity", ["X"], ["probabilities"])])


def test_a_graph_that_answers_alike_passes(honest):
    check_answers(honest, {"X": ROWS}, ROWS.astype(np.float64), CLASSES, SPREAD)
    check_rows_alone(honest, {"X": ROWS}, SPREAD)
    check_no_rows(honest, {"X": ROWS})


def test_another_probability_is_found(honest):
    with pytest.raises(ExportError, match=r"they differ by 0\.001"):
        check_answers(honest, {"X": ROWS}, ROWS + np.float64([0, 1e-3]), CLASSES, SPREAD)


def test_a_wrong_label_is_found():
    nodes = [helper.make_node("Identity", ["X"], ["probabilities"])]
    crooked = session_of(nodes, names=LABELS[::-1])
    with pytest.raises(ExportError, match=r"labels a row 'a', whose probability is 0\.8 below"):
        check_answers(crooked, {"X": ROWS}, ROWS, CLASSES, SPREAD)


def test_an_answer_that_depends_on_company_is_found():
    highest = [
        helper.make_node("ReduceMax", ["X"], ["highest"], keepdims=1),
        helper.make_node("Div", ["X", "highest"], ["probabilities"]),
    ]
    with pytest.raises(ExportError, match="asked for one row of a batch"):
        check_rows_alone(session_of(highest), {"X": ROWS}, SPREAD)


def test_a_graph_that_needs_rows_is_found():
    first = [
        helper.make_node("Gather", ["X", "zero"], ["row"]),
        helper.make_node("Expand", ["row", "shape"], ["probabilities"]),
    ]
    session = session_of(first, zero=np.array([0]), shape=np.array([1, 2]))
    with pytest.raises(ExportError, match="fails when there are no rows"):
        check_no_rows(session, {"X": ROWS})


def test_a_graph_that_cannot_be_read_is_found():
    with pytest.raises(ExportError, match=r"cannot be read again.*Nothing was written"):
        session_of([helper.make_node("NoSuchOperator", ["X"], ["probabilities"])])
