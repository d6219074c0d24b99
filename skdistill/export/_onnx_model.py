"""From a fitted model to an ONNX model that has been checked."""

import json

import numpy as np
from onnx import helper

import skdistill
from skdistill.export._common import EXTREMES, probe_rows, spread_of, student_of
from skdistill.export._onnx_check import (
    FORM,
    check_answers,
    check_no_rows,
    check_rows_alone,
    open_model,
)
from skdistill.export._onnx_graph import ModelGraph
from skdistill.export._onnx_inputs import StudentInputs, dense, some_rows
from skdistill.export._onnx_int8 import check_quality, quantized
from skdistill.export._onnx_layers import write_student
from skdistill.export._onnx_outputs import WRITERS

N_CALIBRATION_ROWS = 2000  # more of them change no range much


class StudentForm:
    """A student alone; its columns are the graph's inputs."""

    called = FORM

    def __init__(self, student):
        self.student = student
        self.inputs = StudentInputs(student.reader, WRITERS[type(student.outputs)].names)

    def read(self, table):
        """Return rows as the student's layers get them."""
        return self.student.reader.read(table)

    def answers(self, table):
        """Return a session's feed of rows, and the student's answers."""
        return self._answers(self.read(table))

    def probe(self):
        """Return the feed of rows that are hard to get right, and the answers to them."""
        probe = _sparse_probes if self.student.reader.sparse else probe_rows
        return self._answers(probe(self.student))

    def write(self, net, outputs, opset):
        """Return the model of a student whose tables are read like this one's."""
        graph = ModelGraph(opset)
        write_student(graph, net, self.inputs.tensors, outputs, outputs.names)
        return graph.model(self.inputs.tensors, outputs.declare())

    def _answers(self, rows):
        return self.inputs.feed(rows), self.student._forward(rows)


def make_model(model, opset, zipmap, calibration_rows, sample_rows):
    """Return the ONNX model of a fitted model, in eight bits if there are calibration rows."""
    form = _form(model, sample_rows)
    student = form.student
    outputs = WRITERS[type(student.outputs)](student.outputs)
    metadata = {**outputs.about, "inputs": form.inputs.describe()}
    onnx_model = form.write(student, outputs, opset)
    session = open_model(onnx_model)
    feed, expected = form.probe()
    spread = spread_of(student, expected)
    check_answers(session, feed, expected, outputs, spread, form.called)
    if calibration_rows is not None:
        rows = some_rows(calibration_rows, N_CALIBRATION_ROWS)
        onnx_model = form.write(quantized(student, dense(form.read(rows))), outputs, opset)
        session = open_model(onnx_model)
        metadata["int8"] = check_quality(session, outputs, student, *form.answers(rows))
    check_rows_alone(session, feed, spread)
    if isinstance(form, StudentForm):  # some transformers' operators end the process
        check_no_rows(session, feed)
    if zipmap:
        outputs.add_zipmap(onnx_model)
        open_model(onnx_model)
    _describe(onnx_model, metadata)
    return onnx_model


def _form(model, sample_rows):
    steps, last = _split(model)
    if not steps:
        return StudentForm(student_of(last))
    if sample_rows is None:
        raise ValueError(
            "The pipeline has steps before the student: its inputs get their types from rows. "
            "Pass sample_rows=, a table like X."
        )
    from skdistill.export._onnx_pipeline import PipelineForm

    return PipelineForm(steps, student_of(last), sample_rows)


def _split(model):
    """Return the steps of a pipeline that do something, and its last estimator."""
    if not hasattr(model, "steps"):
        return [], model
    *before, (_, last) = model.steps
    inner, last = _split(last)
    return [*(step for _, step in before if step not in (None, "passthrough")), *inner], last


def _sparse_probes(student):
    rng, shape = np.random.default_rng(0), (64, student.n_features_in_)
    rows = rng.standard_t(2, shape) * (rng.random(shape) < 0.3)
    odd = rng.random(rows.shape) < 0.05
    rows[odd] = rng.choice([x for x in EXTREMES if x == x], odd.sum())
    return rows.astype(np.float32)


def _describe(onnx_model, metadata):
    texts = {name: json.dumps(value) for name, value in metadata.items()}
    helper.set_model_props(onnx_model, {**texts, "skdistill_version": skdistill.__version__})
    onnx_model.producer_name = "skdistill"
    onnx_model.producer_version = skdistill.__version__
