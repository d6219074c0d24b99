"""A pipeline that transforms rows before the student, through skl2onnx."""

import skl2onnx
from onnx import helper
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.pipeline import make_pipeline

from skdistill.export._onnx_inputs import TEXT, SampleInputs, some_rows
from skdistill.export._onnx_outputs import WRITERS as OUTPUTS
from skdistill.export._onnx_sklearn import register
from skdistill.export._onnx_sklearn_outputs import WRITERS

N_PROBES = 256


class PipelineForm:
    """Transformers and the student behind them; a sample like X gives the inputs their types."""

    called = "The pipeline's ONNX graph, whose steps compute in float32,"

    def __init__(self, steps, student, sample):
        self.student = student
        self._steps = make_pipeline(*steps)
        self._sample = some_rows(sample, N_PROBES)
        self.inputs = SampleInputs(self._sample, OUTPUTS[type(student.outputs)].names)

    def read(self, table):
        """Return rows as the student's layers get them."""
        return self.student.reader.read(self._steps.transform(table))

    def answers(self, table):
        """Return a session's feed of rows, and the student's answers."""
        return self.inputs.feed(table), self.student._forward(self.read(table))

    def probe(self):
        """Return the feed of the sample, and the answers to it."""
        return self.answers(self._sample)

    def write(self, net, outputs, opset):
        """Return the model of the pipeline with another student of the same rows."""
        register()
        writer = WRITERS[type(net.outputs)]
        last = writer.step(net)
        pipeline = make_pipeline(*self._steps.named_steps.values(), last)
        types = [(tensor.name, _type_of(tensor)) for tensor in self.inputs.tensors]
        how = {"target_opset": opset, "options": {id(last): writer.chosen}}
        onnx_model = skl2onnx.convert_sklearn(pipeline, "skdistill", types, **how)
        for node in onnx_model.graph.node:
            if node.op_type == "FeatureVectorizer":
                _make_concat(node)
        return onnx_model


def _make_concat(node):
    """Join columns of floats by an operator that does not end the process when there is no row."""
    node.op_type, node.domain = "Concat", ""
    del node.attribute[:]
    node.attribute.append(helper.make_attribute("axis", 1))


def _type_of(tensor):
    return (StringTensorType if tensor.kind == TEXT else FloatTensorType)([None, tensor.width])
