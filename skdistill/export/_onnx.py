"""The public way to ONNX; the packages it needs are imported when it is taken."""

import os
from importlib.util import find_spec
from typing import Any, Literal

from skdistill._plumbing.files import whole_file
from skdistill.tables import Table

OLDEST_OPSET = 13


def to_onnx(
    model: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    opset: int = 18,
    zipmap: bool = False,
    quantize: Literal["int8"] | None = None,
    calibration_rows: Table | None = None,
    sample_rows: Table | None = None,
) -> Any:
    """Turn a student, with its preprocessing, into an ONNX model.

    The model is read again in ONNX Runtime and compared with the student before it is returned
    or written: many and extreme rows, one row, no rows, missing values and unknown categories.

    Rows fitted as a frame, or as an array that holds strings or dates, are one input a column, of
    shape (n, 1), named after the column (``x0``, ``x1``, … in an array); an array of numbers is
    one input ``X`` of shape (n, d). Numbers are float32, missing is NaN. Categories are strings,
    whatever they were in fit: ``str(level)``; missing is ``""``, or the text that the metadata
    name where ``""`` is a level itself; any other string is an unknown level. Dates are float32
    days since the origin that the metadata name. The outputs are ``label``, int64 or string of
    shape (n,), and ``probabilities``, float32 of shape (n, n_outputs). Of
    several labels a row, ``label`` is int64 of shape (n, n_outputs); of a student of numbers, the
    one output is ``variable``, float64 of shape (n, n_outputs).

    Parameters
    ----------
    model : fitted distilled estimator, Pipeline that ends in one, or Student
        What to export.
    path : str or path-like, optional
        Where to write the model too; the file appears whole or not at all.
    opset : int, default=18
        Version of ONNX's operators, 13 or newer.
    zipmap : bool, default=False
        Whether `probabilities` is a sequence of dictionaries, from class to probability. Numbers
        and several labels a row have none.
    quantize : {None, "int8"}, default=None
        "int8": linear layers compute in eight bits, with ranges measured on `calibration_rows`.
        The file is about a third as large and batches are faster; one row takes as long.
    calibration_rows : table like X, optional
        Needed with `quantize`. A thousand rows are plenty; training rows will do.
    sample_rows : table like X, optional
        Needed by a pipeline that has other steps before the student, where `calibration_rows`
        are not given: the inputs get the types of its columns, and its answers are compared.

    Returns
    -------
    onnx_model : onnx.ModelProto
        Its metadata hold JSON: `classes`, or `n_outputs` of others, `inputs` (name, kind, number
        of columns, and what a missing category or a date is written as), and with `quantize`
        `int8`, the difference that it makes on `calibration_rows`, as a share of the spread of
        numbers.

    Raises
    ------
    ExportError
        If the ONNX model does not answer like the student; with `quantize`, if more than 2 % of
        labels or the mean probability by more than .01 differ on `calibration_rows`, or numbers
        by more than .05 of their spread, the mean distance from their mean, on average.
    ImportError
        If a package of the extra ``skdistill[onnx]`` is missing.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdistill import DistilledClassifier
    >>> from skdistill.export import to_onnx
    >>> X, y = load_iris(return_X_y=True)
    >>> onnx_model = to_onnx(DistilledClassifier(random_state=0).fit(X, y))
    >>> [output.name for output in onnx_model.graph.output]
    ['label', 'probabilities']
    """
    _require("onnx", "onnxruntime", "skl2onnx")
    from onnx.defs import onnx_opset_version

    from skdistill.export._onnx_model import make_model

    if quantize not in (None, "int8"):
        raise ValueError(f'quantize={quantize!r} is not known. Use None or "int8".')
    if quantize is not None and calibration_rows is None:
        raise ValueError(
            'quantize="int8" measures ranges on rows. Pass calibration_rows=, a table like X.'
        )
    newest = onnx_opset_version()
    if not OLDEST_OPSET <= opset <= newest:
        raise ValueError(f"opset={opset} is not known: use one from {OLDEST_OPSET} to {newest}.")
    sample = calibration_rows if sample_rows is None else sample_rows
    ranges = None if quantize is None else calibration_rows
    onnx_model = make_model(model, opset, zipmap, ranges, sample)
    if path is not None:
        with whole_file(path) as temporary, open(temporary, "wb") as file:
            file.write(onnx_model.SerializeToString())
    return onnx_model


def register_onnx_converter() -> None:
    """Make `skl2onnx.to_onnx` convert whatever holds a distilled estimator.

    Needed once a process, before skl2onnx is used itself; `to_onnx` does it on its own.

    Raises
    ------
    ImportError
        If a package of the extra ``skdistill[onnx]`` is missing.
    """
    _require("onnx", "skl2onnx")
    from skdistill.export._onnx_sklearn import register

    register()


def _require(*packages):
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise ImportError(
            f'ONNX needs {" and ".join(missing)}, which is missing: pip install "skdistill[onnx]"'
        )
