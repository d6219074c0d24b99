"""The forms in which a student and its teachers answer: native, ONNX, C, torch.

Every form is made by a function of its own, since any converter may be missing or fail.
"""

import ctypes
import resource
import subprocess
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.utils import check_array

from benchmarks.predict import bare_forward
from skdistill.export import to_c, to_onnx, to_torch

MOST_LEAVES, COMPILE_SECONDS = 20_000, 600  # of a forest: gcc takes a minute for 10,000

LOAD_STUDENT = "from skdistill.runtime import load; load(path).predict_proba(row)"
LOAD_JOBLIB = "import joblib; joblib.load(path).predict_proba(row)"
OPEN_ONNX = """\
import onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.log_severity_level = 3
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
"""
LOAD_ONNX = OPEN_ONNX + 'session.run(["probabilities"], row)'
LOAD_C = """\
import ctypes, numpy
out = numpy.empty(1000)
ctypes.CDLL(path).answer(*map(ctypes.c_void_p, (row.ctypes.data, 1, out.ctypes.data)))"""
STUDENT_IN_C = """\
#include "{name}.h"
const int n_outputs = sizeof({name}_labels) / sizeof({name}_labels[0]);
void answer(const float *x, long n, float *out)
{{
    for (long i = 0; i < n; ++i)
        {name}_predict_proba(x + i * {n_columns}, out + i * n_outputs);
}}
"""
TREES_IN_C = """\
#include "header.h"
void answer(union Entry *x, long n, {type} *out)
{{
    memset(out, 0, n * {n_outputs} * sizeof *out); /* which trees add to */
    for (long i = 0; i < n; ++i)
        predict(x + i * {n_columns}, 0, out + i * {n_outputs});
}}
"""


@dataclass
class Form:
    """One way to a model's answers: `call(prepare(some rows of X))`."""

    call: Callable
    X: object
    prepare: Callable = lambda X: X
    path: Path | None = None
    load: str | None = None  # what a new process runs
    row: Callable | None = None  # from a table of one row to what that process answers
    batch: bool = True
    answers: bool = True

    def bind(self, rows):
        """Return what answers these rows."""
        return partial(self.call, self.prepare(take(self.X, rows)))


def take(X, rows):
    return X[rows] if isinstance(X, np.ndarray) else X.iloc[rows]


def compile_c(path, sources):
    """Make a shared library of C files, within the limit of CPU time."""
    start = cpu_of_children()
    for source in sources:
        subprocess.run(["gcc", "-O2", "-fPIC", "-c", source, "-o", f"{source}.o"], check=True)
        if cpu_of_children() - start > COMPILE_SECONDS:
            raise TimeoutError(f"gcc takes more than {COMPILE_SECONDS} s")
    subprocess.run(["gcc", "-shared", *(f"{s}.o" for s in sources), "-lm", "-o", path], check=True)
    seconds = cpu_of_children() - start
    if seconds > 1:
        print(f"{path.name}: {seconds:.0f} CPU seconds of gcc", flush=True)


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def c_form(path, X, rows_of, dtype, n_outputs):
    """Return the form of a shared library with a function `answer(rows, n, out)`."""
    answer = ctypes.CDLL(str(path.absolute())).answer
    answer.restype = None

    def prepare(X):
        rows = np.ascontiguousarray(rows_of(X))
        out = np.empty((len(X), n_outputs), dtype)
        return [ctypes.c_void_p(v) for v in (rows.ctypes.data, len(X), out.ctypes.data)], rows, out

    def call(prepared):
        answer(*prepared[0])
        return prepared[2]

    return Form(call, X, prepare, path, LOAD_C, rows_of)


def onnx_form(path, X, rows_of):
    names = {"path": path}
    exec(OPEN_ONNX, names)
    run = names["session"].run
    return Form(lambda rows: run(["probabilities"], rows)[0], X, rows_of, path, LOAD_ONNX, rows_of)


def onnx_rows(X):
    """Return rows as a student's graph takes them."""
    if isinstance(X, np.ndarray):
        return {"X": X}
    is_text = {name: isinstance(t, pd.CategoricalDtype) for name, t in X.dtypes.items()}
    texts = X.astype(object).where(X.notna(), "")
    return {n: (texts[[n]] if is_text[n] else X[[n]].astype("f4")).to_numpy() for n in X}


def student_in_c(student, X, cache, dtype="float32"):
    name = f"student_{dtype}"
    to_c(student, cache / f"{name}.h", dtype=dtype)
    source, library = cache / f"{name}.c", cache / f"{name}.so"
    source.write_text(STUDENT_IN_C.format(name=name, n_columns=student.n_features_in_))
    compile_c(library, [source])
    return c_form(library, X, student.reader.read, np.float32, len(student.classes_))


def student_forms(clf, X, frame, some_rows, cache):
    """Return functions that each make a form."""
    student = clf.student_
    read, path = student.reader.read, cache / "student.safetensors"
    student.save(path)
    in_numpy = replace(student)
    in_numpy._prepare(_net=None)
    framed = copy(clf)
    framed.student_ = replace(student, reader=replace(student.reader, names=tuple(frame.columns)))

    def encode(X):
        return student.layers[0].forward(read(X)).astype(np.float32)

    def onnx(name, **settings):
        to_onnx(student, cache / f"{name}.onnx", **settings)
        return onnx_form(cache / f"{name}.onnx", X, onnx_rows)

    def eager():
        run = torch.inference_mode()(to_torch(student))
        return Form(lambda x: run(x).numpy(), X, lambda X: torch.from_numpy(read(X)))

    def row(X):  # a frame would make the process import pandas
        return X if isinstance(X, np.ndarray) else X.iloc[0].to_dict()

    check = partial(check_array, dtype=None, ensure_all_finite=False)
    int8 = {"quantize": "int8", "calibration_rows": some_rows}
    forms = {
        "runtime": lambda: Form(student.predict_proba, X, path=path, load=LOAD_STUDENT, row=row),
        "dict": lambda: Form(student.predict_proba, X, row, batch=False, answers=False),
        "NumPy": lambda: Form(in_numpy.predict_proba, X),
        "bare": lambda: Form(bare_forward(student), X, encode),
        "clf on array": lambda: Form(clf.predict_proba, X),
        "clf on frame": lambda: Form(framed.predict_proba, frame),
        "check_array": lambda: Form(check, frame, batch=False, answers=False),
        "ONNX": partial(onnx, "student"),
        "ONNX int8": partial(onnx, "student_int8", **int8),
        "C": partial(student_in_c, student, X, cache),
        "C int8": partial(student_in_c, student, X, cache, "int8"),
        "torch": eager,
    }
    del forms["dict" if isinstance(X, np.ndarray) else "clf on array"]
    return forms


def trees_in_onnx(kind, trees):
    if kind in ("forest", "boosting"):
        import skl2onnx

        row = np.zeros((1, trees.n_features_in_), np.float32)
        return skl2onnx.to_onnx(trees, row, options={"zipmap": False})
    import onnxmltools
    from onnxmltools.convert.common.data_types import FloatTensorType

    types = [("X", FloatTensorType([None, trees.n_features_in_]))]
    if kind == "lightgbm":
        return onnxmltools.convert_lightgbm(trees, initial_types=types, zipmap=False)
    return onnxmltools.convert_xgboost(trees, initial_types=types)


def trees_in_c(kind, trees, path, **of_loop):
    import tl2cgen
    import treelite

    if kind == "lightgbm":
        parsed = treelite.frontend.from_lightgbm(trees.booster_)
    elif kind == "xgboost":
        parsed = treelite.frontend.from_xgboost(trees.get_booster())
    else:
        parsed = treelite.sklearn.import_model(trees)
    folder = path.with_suffix("")
    tl2cgen.generate_c_code(parsed, folder, {"parallel_comp": 1 + parsed.num_tree // 50})
    (folder / "answer.c").write_text(TREES_IN_C.format(**of_loop))
    compile_c(path, sorted(folder.glob("*.c")))


def teacher_forms(kind, model, X, cache):
    """Return functions that each make a form."""
    is_array = isinstance(X, np.ndarray)
    trees = model if is_array else model[-1]
    n_outputs = len(trees.classes_)
    n_of_trees = 1 if n_outputs == 2 and kind != "forest" else n_outputs
    path = cache / f"{kind}.joblib"

    def codes(X):
        return X if is_array else model[0].transform(X).astype(np.float32)

    def check_size():
        n = sum(tree.get_n_leaves() for tree in trees.estimators_) if kind == "forest" else 0
        if n > MOST_LEAVES:
            raise RuntimeError(f"not tried: {n:,} leaves")

    def onnx():
        path = cache / f"{kind}.onnx"
        if not path.exists():
            path.write_bytes(trees_in_onnx(kind, trees).SerializeToString())
        return onnx_form(path, X, lambda X: {"X": codes(X)})

    def c():
        check_size()
        path, dtype = cache / f"{kind}.so", np.dtype("f4" if kind == "xgboost" else "f8")
        of_loop = {"n_columns": trees.n_features_in_, "n_outputs": n_of_trees}
        if not path.exists():
            type_ = "float" if kind == "xgboost" else "double"
            trees_in_c(kind, trees, path, type=type_, **of_loop)

        def entries(X):  # a missing value has -1 in its first four bytes
            rows = np.array(codes(X), dtype, order="C")
            rows.view(np.int32).reshape(*rows.shape, -1)[np.isnan(rows), 0] = -1
            return rows

        return c_form(path, X, entries, dtype, n_of_trees)

    def hummingbird():
        check_size()
        from hummingbird.ml import convert

        one_thread = {"n_threads": 1}  # else it gives torch and OpenMP more for everyone
        found = convert(
            trees, "torch.jit", codes(take(X, np.arange(100))), extra_config=one_thread
        )
        return Form(found.predict_proba, X, codes)

    def single_row_fast():  # the Python package has no other way to it
        from lightgbm.basic import _LIB

        config, n_written = ctypes.c_void_p(), ctypes.c_int64()
        sizes = 0, 0, -1, 0, trees.n_features_in_  # probabilities; all trees; float32
        init = _LIB.LGBM_BoosterPredictForMatSingleRowFastInit
        init(trees.booster_._handle, *sizes, b"num_threads=1", ctypes.byref(config))
        answer = _LIB.LGBM_BoosterPredictForMatSingleRowFast

        def prepare(X):
            row, out = codes(X), np.empty(n_of_trees)
            to_row, to_out = map(ctypes.c_void_p, (row.ctypes.data, out.ctypes.data))
            return (config, to_row, ctypes.byref(n_written), to_out), row, out

        return Form(lambda p: answer(*p[0]), X, prepare, batch=False, answers=False)

    forms = {
        "native": lambda: Form(
            model.predict_proba, X, path=path, load=LOAD_JOBLIB, row=lambda X: X
        ),
        "ONNX": onnx,
        "C": c,
        "hummingbird": hummingbird,
    }
    if kind == "lightgbm":
        forms["C API"] = single_row_fast
    if kind == "xgboost":
        forms["inplace_predict"] = lambda: Form(trees.get_booster().inplace_predict, X, codes)
    return forms
