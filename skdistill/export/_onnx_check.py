"""A graph is read again and asked, before anyone gets it."""

import numpy as np
import onnx
import onnxruntime

from skdistill.exceptions import ExportError
from skdistill.export._common import check_parity

FORM = "The ONNX graph"
ROWS_ALONE = 16


def open_model(model):
    """Return a session of one thread with a model, read again from its bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    content = model.SerializeToString()
    try:
        onnx.checker.check_model(content, full_check=True)
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # both libraries raise many kinds of it
        reason = " ".join(str(error).split())
        raise ExportError(
            f"{FORM} cannot be read again: {reason}. Nothing was written. "
            "Another `opset` may help."
        ) from error


def check_answers(session, feed, expected, outputs, spread, form=FORM):
    """Raise ExportError unless a session's answers, and what is decided, are the student's."""
    *decided, got = session.run(None, feed)
    check_parity(expected, got, form, spread)
    outputs.check(*decided, expected, form)


def check_rows_alone(session, feed, spread):
    """Raise ExportError unless rows are answered alike alone and in a batch."""
    *_, batch = session.run(None, feed)
    for i in range(min(ROWS_ALONE, len(batch))):
        *_, alone = session.run(None, {name: rows[i : i + 1] for name, rows in feed.items()})
        form = f"{FORM}, asked for one row of a batch,"
        check_parity(batch[i : i + 1], alone, form, spread[i : i + 1])


def check_no_rows(session, feed):
    """Raise ExportError unless no rows get no answers."""
    none = {name: rows[:0] for name, rows in feed.items()}
    try:
        *_, got = session.run(None, none)
    except Exception as error:  # ONNX Runtime raises many kinds of it
        raise ExportError(f"{FORM} fails when there are no rows: {error}.") from error
    n_outputs = session.get_outputs()[-1].shape[1]
    check_parity(np.zeros((0, n_outputs)), got, f"{FORM}, asked for no rows,")
