"""
Deploy a student: ONNX and C
============================

A student runs in three ways without the library: as an ONNX graph, as one C header, and as a file
that NumPy reads. All give the same answers, preprocessing included.
"""

# %%
# A small student for a small device: few units, few bins.

from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from skdistill import DistilledClassifier

X, y = load_wine(return_X_y=True, as_frame=True)
y = y.map({0: "barolo", 1: "grignolino", 2: "barbera"})
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
clf = DistilledClassifier(
    RandomForestClassifier(100), hidden_layer_sizes=(16,), n_bins=8, random_state=0
).fit(X_train, y_train)
proba = clf.predict_proba(X_test)

# %%
# **ONNX.** ``to_onnx`` compares the graph with the student before it hands it over. The graph has
# one input a column.

from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import onnxruntime

from skdistill.export import to_onnx

folder = Path(mkdtemp())
to_onnx(clf, folder / "wine.onnx")
session = onnxruntime.InferenceSession(folder / "wine.onnx", providers=["CPUExecutionProvider"])
columns = {name: X_test[[name]].to_numpy(np.float32) for name in X_test}
labels, answers = session.run(["label", "probabilities"], columns)
print(labels[:3], "differs by", abs(answers - proba).max())

# %%
# **C.** ``to_c`` writes one header, which needs nothing but the mathematical library.

import ctypes
import subprocess

from skdistill.export import to_c

to_c(clf, folder / "wine.h")
(folder / "wine.c").write_text(
    '#include "wine.h"\n'
    "void answer(const float *row, float *proba) { wine_predict_proba(row, proba); }\n"
)
compile_it = ["cc", "-std=c99", "-O2", "-shared", "-fPIC", "wine.c", "-o", "wine.so", "-lm"]
subprocess.run(compile_it, check=True, cwd=folder)

library = ctypes.CDLL(str(folder / "wine.so"))
row = X_test.to_numpy(np.float32)[0]
in_c = np.empty(3, dtype=np.float32)
pointer = ctypes.POINTER(ctypes.c_float)
library.answer(row.ctypes.data_as(pointer), in_c.ctypes.data_as(pointer))
print(in_c, "differs by", abs(in_c - proba[0]).max())

# %%
# Eight-bit weights make the program smaller, and the answers not much worse. A comment in the
# header says by how much they move on hard rows.

to_c(clf, folder / "wine8.h", dtype="int8")
print((folder / "wine8.h").read_text().split("*/")[0])

# %%
# **NumPy.** On a server ``skdistill.load`` needs NumPy and safetensors alone.

import skdistill

clf.student_.save(folder / "wine.safetensors")
print(skdistill.load(folder / "wine.safetensors").predict(X_test.head(3)))

# %%
# What each takes on disk, beside the pickled teacher:

import matplotlib.pyplot as plt

from skdistill.report import serialized_bytes

files = [folder / name for name in ("wine.safetensors", "wine.onnx", "wine.so")]
sizes = {file.name: file.stat().st_size for file in files}
sizes["teacher, pickled"] = serialized_bytes(clf.teacher_)
figure, ax = plt.subplots(figsize=(6, 2.2), layout="constrained")
bars = ax.barh(list(sizes), [size / 1000 for size in sizes.values()])
ax.bar_label(bars, fmt="%.0f kB", padding=3)
ax.set(xscale="log", xlabel="kB")
ax.margins(x=0.15)
ax.invert_yaxis()
