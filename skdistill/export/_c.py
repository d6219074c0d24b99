"""A student as one C header."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from skdistill._plumbing.files import whole_file
from skdistill.export._c_columns import code_function, describe_columns, number_function
from skdistill.export._c_helpers import helpers_of
from skdistill.export._c_layers import READERS, Forward, as_rounded
from skdistill.export._c_outputs import WRITERS
from skdistill.export._c_text import with_prefix
from skdistill.export._common import probe_rows, spread_of, student_of
from skdistill.layers import EncodeTable

DTYPES = ("float32", "int8")

USE = """\
/*
 * A distilled student, in C99: no allocation, and no mathematical function but {mathematics}.
 * Include it in one file: each that does so gets its own copy of the weights.
 *
{about}
 *
 * x has a float for every column, in the order of fit. {numbers}
 * Do not compile with -ffast-math, which knows no NAN.{notes}
 *
 *     #include <stdio.h>
 *     #include "{name}.h"
 *
 *     int main(void)
 *     {{
{declared}{example}
{asked}
 *         return 0;
 *     }}
 */
"""

TABLE = "A missing number is NAN; an infinite one\n * counts as the largest float."
SPARSE = "NAN counts as 0, and numbers are\n * cut at 1e30 on either side."

CATEGORIES = """
 * A category is the code that @code(column, level) returns: level is UTF-8, NULL is missing, and
 * what fit did not know counts as other. The code of another column is -1."""

DOUBLES = """
 * Some numbers need a double, of which @number(column, value) makes the float: {columns}."""

EXAMPLE = """
 *         x[{column}] = @code({column}, "a level");"""

ROUNDED = """
 * Weights have eight bits: {answers} differ from the student's by up to {error:.2g} on 64
 * probing rows, by {mean:.2g} on average."""


def to_c(
    model: Any,
    path: str | os.PathLike[str],
    *,
    dtype: Literal["float32", "int8"] = "float32",
    name: str | None = None,
) -> None:
    """Write a student as one C99 header that needs nothing but the C library.

    The header has static arrays and the functions ``NAME_predict_proba(x, proba)`` and
    ``NAME_predict(x)``, the macros ``NAME_N_FEATURES`` and ``NAME_N_CLASSES``, the labels, the
    column names and, if there are categories, ``NAME_code(column, level)``; and
    ``NAME_number(column, value)`` if there are numbers that need doubles. A student of several
    labels a row has ``NAME_predict(x, labels)`` and ``NAME_N_LABELS``, one of numbers
    ``NAME_predict(x, answers)``, whose answers are doubles, and ``NAME_N_OUTPUTS``; one of
    quantiles has ``NAME_levels`` as well. A comment shows their use. Arithmetic is float32, but
    for the last step to numbers, and stays within 1e-5 of the student's probabilities, or of the
    spread of its numbers, unless scores are in the thousands, of which float32 holds too few
    digits. Nothing is compiled here: compare some answers on your device.

    Parameters
    ----------
    model : Student, fitted distilled estimator, or Pipeline that has no other step than that
        A student of sparse rows reads dense ones in C, NaN as 0, values cut at ±1e30.
    path : str or path-like
        The header appears whole or not at all.
    dtype : {"float32", "int8"}, default="float32"
        "int8" stores each weight of linear layers in a byte, with a scale for each output: about
        a quarter of the size. A weight is then off by up to 1/254 of the largest that leads to
        the same output; the header says by how much answers differ.
    name : str, default=None
        First part of all names in the header. None: the file's name without its suffix.

    Raises
    ------
    ValueError
        If the student holds a torch module of your own, a number that is not finite, or a text
        with the character NUL; if `name` is no C identifier, or `dtype` is another.
    FileNotFoundError
        If the folder of `path` does not exist.
    """
    student = student_of(model)
    name = Path(path).stem if name is None else name
    if dtype not in DTYPES:
        raise ValueError(f"dtype={dtype!r}, but C headers are written in one of {DTYPES}.")
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name):
        raise ValueError(
            f"{name!r} cannot begin C names. Pass name=, of ASCII letters, digits and _, which "
            "begins with a letter."
        )
    odd = [type(layer).__name__ for layer in student.layers if type(layer) not in READERS]
    if odd:
        raise ValueError(
            f"The student's {odd[0]} runs in torch alone and cannot be written in C. Distil into "
            "student='mlp', 'tabm' or 'linear', or use skdistill.export.to_torch."
        )
    text = with_prefix(_header(student, name, int8=dtype == "int8"), name)
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="ascii", newline="\n")


def _header(student, name, *, int8):
    forward = Forward(student.n_features_in_, int8=int8)
    if not isinstance(student.layers[0], EncodeTable):
        forward.read()
    for layer in student.layers:
        forward.add(layer)
    outputs = WRITERS[type(student.outputs)](student.outputs)
    functions = [
        *code_function(student.reader),
        *number_function(student.reader),
        outputs.functions.format(code=forward.code, where=forward.where),
    ]
    parts = [
        _use(student, name, outputs, int8),
        "#ifndef @H\n#define @H\n",
        "#include <float.h>\n#include <math.h>\n#include <stdint.h>\n#include <string.h>\n",
        f"#define @N_FEATURES {student.n_features_in_}",
        *(*outputs.definitions, *describe_columns(student.reader), *forward.arrays),
        *(*helpers_of("".join(functions)), *functions),
        "#endif\n",
    ]
    return "\n".join(parts)


def _use(student, name, outputs, int8):
    notes = example = ""
    if levels := student.reader.levels:
        notes, example = CATEGORIES, EXAMPLE.format(column=min(levels))
    if offsets := student.reader.offsets:
        notes += DOUBLES.format(columns=f"columns {', '.join(map(str, sorted(offsets)))}")
    if int8:
        rows = probe_rows(student)
        rounded = replace(student, layers=tuple(as_rounded(layer) for layer in student.layers))
        expected = student._forward(rows)
        spread = spread_of(student, expected)
        error = np.abs(rounded._forward(rows) - expected) / spread
        notes += ROUNDED.format(answers=outputs.answers, error=error.max(), mean=error.mean())
    return USE.format(
        name=name,
        about=outputs.about,
        mathematics=outputs.mathematics,
        numbers=SPARSE if student.reader.sparse else TABLE,
        notes=notes,
        declared=outputs.declared,
        example=example,
        asked=outputs.asked,
    )
