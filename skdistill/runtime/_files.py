"""Student files: safetensors with a JSON header. Reading one never executes code."""

import hashlib
import json
import os
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from skdistill._plumbing.files import whole_file
from skdistill.exceptions import StudentFileError
from skdistill.layers import LAYERS, from_plain, to_plain
from skdistill.runtime._reader import ColumnReader

if TYPE_CHECKING:  # students save themselves by this module
    from skdistill.runtime._classifier_student import ClassifierStudent
    from skdistill.runtime._multilabel_student import MultilabelStudent
    from skdistill.runtime._quantile_student import QuantileStudent
    from skdistill.runtime._regressor_student import RegressorStudent

FORMATS = 1, 2, 3, 4  # the second has offsets and buckets, the third says outputs, not classes
OF_NUMBERS = {"Affine", "Ascending", "AverageOfMembers", "Exponential", "Numbers", "Quantiles"}
OF_FORMAT_4 = {*OF_NUMBERS, "Labels", "Sigmoid"}  # others are written as 3
LABELS = re.compile(r"object|[<>|][biuf]\d{1,2}|[<>]U\d+")


def save(student, path):
    """Write `student` to `path`: to a temporary file beside it, then renamed."""
    data = _to_bytes(student)
    with whole_file(path) as temporary:
        temporary.write_bytes(data)


def size_of(student):
    """Return the bytes of a student's file; None where it has none."""
    try:
        return len(_to_bytes(student))
    except TypeError:
        return None


def _to_bytes(student):
    arrays, layers = {}, []
    for i, layer in enumerate(student.layers):
        described = to_plain(layer)
        if described is layer:
            raise TypeError(
                f"A student with a {type(layer).__name__} cannot be saved to a student file: it "
                "holds arrays and no code. Pickle it, or use skdistill.export.to_torch."
            )
        plain = {}
        for name, value in described.items():
            if isinstance(value, np.ndarray):
                arrays[f"{i}.{name}"] = _compact(np.ascontiguousarray(value))
            else:
                plain[name] = value
        layers.append(plain)
    outputs = _outputs_to_json(student.outputs)
    kinds = {part["kind"] for part in (*layers, outputs)}
    header = {"format": 4 if kinds & OF_FORMAT_4 else 3, "layers": layers, "outputs": outputs}
    text = json.dumps({**header, **student.reader.given()})
    metadata = {"skdistill": text, "sha256": digest(text, arrays)}
    return _in_order(to_bytes(arrays, metadata))


def load(
    path: str | os.PathLike[str],
) -> "ClassifierStudent | MultilabelStudent | QuantileStudent | RegressorStudent":
    """Read a student from a file written by `Student.save`.

    Needs NumPy and safetensors only, and never executes code from the file.

    Parameters
    ----------
    path : str or path-like
        Where the file is.

    Returns
    -------
    student : ClassifierStudent, MultilabelStudent, QuantileStudent or RegressorStudent
        Ready to answer.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    StudentFileError
        If the file is truncated, damaged, of another kind or of a newer format.
    """
    metadata, arrays = _contents(path)
    try:
        return _student_from(metadata, arrays, path)
    except (StudentFileError, MemoryError):
        raise
    except Exception as e:  # whatever is made of what the file says
        raise StudentFileError(
            f"{path} holds a damaged student ({type(e).__name__}: {e!s:.300}): "
            "save the student again."
        ) from e


def format_of(path):
    """Return the format of a student's file, which `load` has read."""
    metadata, _ = _contents(path)
    return json.loads(metadata["skdistill"])["format"]


def _contents(path):
    """Return a file's metadata and arrays."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"No student file at {path}.")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, TypeError, AttributeError) as error:  # the latter: bfloat16, float8
        raise StudentFileError(
            f"{path} is not a readable student file ({error!s:.300}). "
            "It may be half-written or damaged: save the student again."
        ) from error
    if "skdistill" not in metadata:
        raise StudentFileError(f"{path} is a safetensors file, but holds no skdistill student.")
    return metadata, arrays


def digest(text, arrays):
    """Return the SHA-256 of a header and its arrays."""
    sha = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        sha.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        sha.update(arrays[name].tobytes())
    return sha.hexdigest()


def _in_order(data):
    """Return safetensors bytes with sorted metadata: a student always has the same bytes."""
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # arrays are aligned
    return len(text).to_bytes(8, "little") + text + data[end:]


def _student_from(metadata, arrays, path):
    from skdistill.runtime._students import make_student

    header = json.loads(metadata["skdistill"])
    if header["format"] not in FORMATS:
        raise StudentFileError(
            f"{path} has student format {header['format']!s:.40}; this skdistill reads formats "
            f"{FORMATS}. Upgrade skdistill, or save the student with this version."
        )
    if metadata["sha256"] != digest(metadata["skdistill"], arrays):
        raise ValueError("its checksum does not match")
    if header["format"] == 1:  # the second added both
        header |= {"offsets": {}, "buckets": {}}
    layers = []
    for i, plain in enumerate(header["layers"]):
        names = [f.name for f in fields(LAYERS[plain["kind"]]) if f.init and f.name not in plain]
        named = {name: _as_given(arrays[f"{i}.{name}"]) for name in names}
        layers.append(from_plain({**plain, **named}))
    reader = ColumnReader(
        kinds=tuple(header["kinds"]),
        levels={int(j): tuple(levels) for j, levels in header["levels"].items()},
        origins={int(j): float(origin) for j, origin in header["origins"].items()},
        names=None if header["names"] is None else tuple(header["names"]),
        sparse=bool(header["sparse"]),
        familiar=tuple(header.get("familiar", ())),
        offsets={int(j): tuple(pair) for j, pair in header["offsets"].items()},
        buckets={int(j): n for j, n in header["buckets"].items()},
    )
    student = make_student(reader, tuple(layers), _outputs_from_json(header))
    _check_answer(student)
    return student


def _compact(array):
    """Return float32 numbers as float16 where none of them changes."""
    if array.dtype != np.float32:
        return array
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.array_equal(half, array, equal_nan=True) else array


def _as_given(array):
    return array.astype(np.float32) if array.dtype == np.float16 else array


def _check_answer(student):
    """Run one row of missing values through, so that a damaged file fails here, not in use."""
    if student.reader.sparse:
        rows = np.zeros((1, student.n_features_in_), dtype=np.float32)
    else:
        rows = np.full((1, student.n_features_in_), np.nan, dtype=np.float32)
        for j in student.reader.levels:
            rows[0, j] = student.reader.n_codes(j) - 1
    with np.errstate(all="ignore"):
        if not np.isfinite(student._forward(rows)).all():
            raise ValueError("a row of missing values has no finite answer")


def _outputs_to_json(outputs):
    given = to_plain(outputs).items()
    return {k: _labels_to_json(v) if isinstance(v, np.ndarray) else v for k, v in given}


def _outputs_from_json(header):
    """Return the outputs; at first files had classes alone."""
    first = {"kind": "Classes", "labels": header.get("classes")}
    given = header.get("outputs", first).items()
    return from_plain({k: _labels_from_json(v) if isinstance(v, dict) else v for k, v in given})


def _labels_to_json(labels):
    kind = "object" if labels.dtype == object else labels.dtype.str
    values = labels.tolist()
    if not _are_plain(values):
        raise TypeError(
            f"Class labels of dtype {labels.dtype} cannot be saved. "
            "Use strings, integers, booleans or floats as labels."
        )
    return {"dtype": kind, "values": values}


def _labels_from_json(labels):
    dtype, values = labels["dtype"], labels["values"]
    if not LABELS.fullmatch(dtype):
        raise ValueError(f"class labels of dtype {dtype}")
    if not _are_plain(values):
        raise ValueError("class labels that are no plain values")
    return np.array(values, dtype=str if "U" in dtype else dtype)  # as wide as the longest


def _are_plain(values):
    return all(isinstance(value, str | bool | int | float) for value in values)
