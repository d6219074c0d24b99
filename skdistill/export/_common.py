"""What all exporters share: which student is meant, and the comparison of its exported form."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdistill.exceptions import ExportError
from skdistill.layers import EncodeTable
from skdistill.runtime import Student

TOLERANCE = 1e-5  # of the spread of answers
ROUNDING = 1e-14  # of an answer: doubles hold no more of an exponential
LARGEST = np.finfo(np.float32).max
EXTREMES = (np.nan, 0.0, 3e38, -3e38, 1e-38)


def student_of(model: Any) -> Student:
    """Return the student of a fitted model, or say why there is none to export."""
    if isinstance(model, Student):
        return model
    if hasattr(model, "steps"):
        *before, (_, last) = model.steps
        others = [name for name, step in before if step not in (None, "passthrough")]
        if others:
            raise ValueError(
                f"The pipeline's steps {others} come before the student and would be lost. "
                "Export it with skdistill.export.to_onnx, which takes them along, or export its "
                "last step and feed that what they make."
            )
        return student_of(last)
    if hasattr(model, "student_"):
        return model.student_
    raise TypeError(
        f"A {type(model).__name__} has no student to export. Pass a fitted "
        "DistilledClassifier or DistilledRegressor, a Pipeline that ends in one, or a Student."
    )


@np.errstate(under="ignore")
def probe_rows(student: Student, n_rows: int = 64, random_state: int = 0) -> NDArray[np.float32]:
    """Return rows that are hard to export well, in the form that `student.reader` gives.

    Numbers near the middle of their column, far from it, missing, and extreme; categories of
    every code, missing and other included. For a student of sparse rows, dense ones with a
    number in every tenth place.
    """
    rng = np.random.default_rng(random_state)
    rows = np.zeros((n_rows, student.n_features_in_), dtype=np.float32)
    if student.reader.sparse:
        filled = rng.random(rows.shape) < 0.1
        rows[filled] = rng.standard_t(2, np.count_nonzero(filled))
        return rows
    (encoding,) = [layer for layer in student.layers if isinstance(layer, EncodeTable)]
    scale = encoding.inverse_scale.astype(np.float64)
    spread = np.divide(1, scale, out=np.ones_like(scale), where=scale > 0)
    shape = (n_rows, len(encoding.number_columns))
    numbers = encoding.center + spread * rng.standard_t(2, shape)
    odd = rng.random(shape) < 0.15
    numbers[odd] = rng.choice(EXTREMES, odd.sum())
    rows[:, encoding.number_columns] = np.clip(numbers, -LARGEST, LARGEST)
    for j in student.reader.levels:
        n_given = student.reader.n_codes(j) - (j in student.reader.buckets)  # other is hashed
        rows[:, j] = rng.integers(0, n_given, n_rows)
    return rows


def round_to_int8(weight, highest=127):
    """Return weights of shape (..., n_inputs, n_outputs) as int8, and a scale for each output."""
    scale = np.abs(weight).max(axis=-2, keepdims=True, initial=0) / np.float32(highest)
    scale[scale == 0] = 1
    return np.rint(weight / scale).astype(np.int8), scale


def spread_of(student, answers):
    """Return what difference of each answer is large, as the student's last layer says it."""
    return np.broadcast_to(student.layers[-1].spread(answers), answers.shape)


def check_parity(expected, got, form, spread=1.0):
    """Raise ExportError where answers of shape (n_rows, n_outputs) differ by 1e-5 of their spread.

    `spread` is as `spread_of` returns it.
    """
    got = np.asarray(got)
    if got.shape != expected.shape:
        raise ExportError(f"{form} gave answers of shape {got.shape}, not {expected.shape}.")
    difference = np.abs(got - expected)
    share = difference / (TOLERANCE * spread + ROUNDING * np.abs(expected))
    if not share.max(initial=0) <= 1:
        row = int(np.argmax(np.nan_to_num(share, nan=np.inf).max(axis=1)))
        raise ExportError(
            f"{form} answers a row with {got[row]}, the student with {expected[row]}: they differ "
            f"by {difference[row].max():.2g}. Nothing was written. Please report this with the "
            "student's file."
        )
