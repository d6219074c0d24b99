"""A value is the same from every container and in every form: kinds x containers x forms."""

import datetime
import subprocess

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from skdistill.export import to_c, to_onnx

N = 400
ORIGIN = pd.Timestamp("2020-01-01")
SECOND = 1_700_000_000
SHOPS = [f"shop {i}" for i in range(60)]


def make_values():
    """Return a column of every kind, as lists of plain values."""
    rng = np.random.default_rng(0)
    blank = rng.random(N) < 0.1
    return {
        "size": [None if b else float(x) for b, x in zip(blank, rng.normal(size=N), strict=True)],
        "second": [SECOND + int(x) for x in rng.integers(0, 3600, N)],
        "zone": [None if b else int(x) for b, x in zip(blank, rng.integers(1, 6, N), strict=True)],
        "member": rng.choice(np.array([True, False], dtype=object), N).tolist(),
        "shop": rng.choice(SHOPS, N).tolist(),
        "day": [ORIGIN + pd.Timedelta(days=int(x)) for x in rng.integers(0, 300, N)],
    }


VALUES = make_values()
CATEGORIES = ("zone", "member", "shop")
FITTED = pd.DataFrame(VALUES).astype(dict.fromkeys(CATEGORIES, "category"))
Y = np.where([s > SECOND + 1800 for s in VALUES["second"]], "late", "early")
Y = np.where([z in (2, 4) for z in VALUES["zone"]], "odd", Y)


@pytest.fixture(scope="module")
def student(distil):
    student = distil(FITTED, Y, hidden_layer_sizes=(16,), max_epochs=30, lr=0.02).student_
    assert set(student.reader.offsets) == {1}
    assert set(student.reader.buckets) == {4}
    return student


@pytest.fixture(scope="module", params=[1, 2])
def of_numbers(request, student, as_regressor):
    """A student of one number beside a milliard, or two."""
    return as_regressor(student, n_outputs=request.param, center=1e9)


def texts(name):
    return [None if v is None else str(v) for v in VALUES[name]]


ROWS = list(zip(*VALUES.values(), strict=True))
CONTAINERS = {
    "categorical": FITTED,
    "as pandas reads them": pd.DataFrame(VALUES),
    "objects": pd.DataFrame({k: pd.Series(v, dtype=object) for k, v in VALUES.items()}),
    "nullable": pd.DataFrame(VALUES).convert_dtypes(),
    "arrow dtypes": pd.DataFrame(VALUES).convert_dtypes(dtype_backend="pyarrow"),
    "texts": pd.DataFrame(VALUES).assign(zone=texts("zone"), member=texts("member")),
    "texts of floats": pd.DataFrame(VALUES).assign(
        zone=[None if v is None else f"{v}.0" for v in VALUES["zone"]]
    ),
    "texts of days": pd.DataFrame(VALUES).assign(day=[f"{d:%Y-%m-%d}" for d in VALUES["day"]]),
    "UTC": pd.DataFrame(VALUES).assign(day=pd.Series(VALUES["day"]).dt.tz_localize("UTC")),
    "polars": pl.DataFrame({**VALUES, "day": [d.date() for d in VALUES["day"]]}),
    "pyarrow": pa.table(VALUES),
    "array": pd.DataFrame(VALUES).to_numpy(dtype=object),
    "list of dicts": [dict(zip(VALUES, row, strict=True)) for row in ROWS],
    "list of lists": [list(row) for row in ROWS],
}


@pytest.mark.parametrize("table", CONTAINERS.values(), ids=CONTAINERS)
def test_python_answers_every_container_alike(table, student):
    expected = student.predict_proba(FITTED)
    np.testing.assert_array_equal(student.predict_proba(table), expected)
    alone = [
        student.predict_proba(table[i : i + 1] if hasattr(table, "shape") else table[i])
        for i in range(20)
    ]
    np.testing.assert_array_equal(np.concatenate(alone), expected[:20])


@pytest.mark.parametrize("table", CONTAINERS.values(), ids=CONTAINERS)
def test_python_answers_every_container_by_the_same_numbers(table, of_numbers):
    np.testing.assert_array_equal(of_numbers.predict(table), of_numbers.predict(FITTED))


def test_a_row_that_pandas_made_floats_of_is_the_same(student):
    rows = [CONTAINERS["as pandas reads them"].iloc[i] for i in range(20)]
    expected = student.predict_proba(FITTED[:20])
    for i, row in enumerate(rows):
        np.testing.assert_array_equal(student.predict_proba(row.to_dict()), expected[[i]])
        np.testing.assert_array_equal(student.predict_proba(row), expected[[i]])


def days():
    return [(d - ORIGIN).days for d in VALUES["day"]]


def feed_of_values(end):
    """Return the inputs of a graph; whole numbers that are categories end with `end`."""
    feed = {
        "size": np.array(VALUES["size"], dtype=np.float32)[:, None],
        "second": np.array(VALUES["second"], dtype=np.float64)[:, None],
        "zone": ["" if v is None else f"{v}{end}" for v in VALUES["zone"]],
        "member": [str(v) for v in VALUES["member"]],
        "shop": VALUES["shop"],
        "day": np.array(days(), dtype=np.float32)[:, None],
    }
    return feed | {name: np.array(feed[name], dtype=object)[:, None] for name in CATEGORIES}


@pytest.mark.parametrize("end", ["", ".0"], ids=["integers", "floats"])
def test_onnx_answers_like_python(end, student, ask):
    _, proba = ask(to_onnx(student), feed_of_values(end))
    np.testing.assert_allclose(proba, student.predict_proba(FITTED), rtol=0, atol=1e-5)


@pytest.mark.parametrize("end", ["", ".0"], ids=["integers", "floats"])
def test_onnx_answers_by_the_numbers_of_python(end, of_numbers, ask):
    (got,) = ask(to_onnx(of_numbers), feed_of_values(end), ["variable"])
    expected = of_numbers.answers(FITTED)
    assert (np.abs(got - expected) <= 1e-5 * np.ptp(expected, axis=0)).all()


C_ROW = "{{{size}f, m_number(1, {second}.0), {codes}, {day}.0f}}"
PROGRAM = """
#include <stdio.h>
#include "m.h"

int main(void)
{{
    const float rows[][M_N_FEATURES] = {{
        {rows}
    }};
    {answers};
    for (int i = 0; i < {n}; ++i) {{
        {function}(rows[i], answers);
        fwrite(answers, sizeof answers, 1, stdout);
    }}
    return 0;
}}
"""


def answers_in_c(student, end, folder, answers, function):
    """Return the bytes of what the header of a student answers."""
    rows = []
    for size, second, zone, member, shop, day in list(
        zip(*(VALUES[k] for k in list(VALUES)[:5]), days(), strict=True)
    )[:60]:
        levels = [None if zone is None else f"{zone}{end}", str(member), shop]
        codes = [
            f"m_code({j}, {'0' if level is None else chr(34) + level + chr(34)})"
            for j, level in zip((2, 3, 4), levels, strict=True)
        ]
        size = "NAN" if size is None else f"{np.float32(size)!s}"
        row = C_ROW.format(size=size, second=second, codes=", ".join(codes), day=day)
        rows.append(row.replace("NANf", "NAN"))
    to_c(student, folder / "m.h")
    rows = {"rows": ",\n        ".join(rows), "n": len(rows)}
    (folder / "main.c").write_text(PROGRAM.format(answers=answers, function=function, **rows))
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsanitize=address"]
    program = folder / "main"
    subprocess.run(["gcc", *flags, folder / "main.c", "-o", program, "-lm"], check=True)
    return subprocess.run([program], capture_output=True, check=True).stdout


@pytest.mark.parametrize("end", ["", ".0"], ids=["integers", "floats"])
def test_c_answers_like_python(end, student, tmp_path):
    declared = "float answers[M_N_CLASSES]"
    out = answers_in_c(student, end, tmp_path, declared, "m_predict_proba")
    expected = student.predict_proba(FITTED[:60])
    got = np.frombuffer(out, dtype=np.float32).reshape(expected.shape)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("end", ["", ".0"], ids=["integers", "floats"])
def test_c_answers_by_the_numbers_of_python(end, of_numbers, tmp_path):
    out = answers_in_c(of_numbers, end, tmp_path, "double answers[M_N_OUTPUTS]", "m_predict")
    expected = of_numbers.answers(FITTED[:60])
    got = np.frombuffer(out).reshape(expected.shape)
    assert (np.abs(got - expected) <= 1e-5 * np.ptp(expected, axis=0)).all()


WRONG = {
    "epoch in a date": {"day": [1_600_000_000] * N},
    "a boolean in a date": {"day": [True] * N},
    "a span in a date": {"day": [datetime.timedelta(days=5)] * N},
    "a word in a number": {"size": ["much"] * N},
    "a date in a number": {"size": [ORIGIN] * N},
    "a date where doubles are": {"second": [ORIGIN] * N},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("convert", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_a_value_of_another_kind_is_refused_by_the_columns_name(change, convert, student):
    (name,) = change
    table = convert({**VALUES, **{name: list(change[name])}})
    for rows in (table, table[:1]):
        with pytest.raises(ValueError, match=f"Column '{name}' held"):
            student.predict_proba(rows)


def test_a_pipeline_whose_input_is_float32_is_no_form_of_doubles(student):
    from skdistill.export._onnx_encode import numbers
    from skdistill.export._onnx_graph import ModelGraph, Tensor

    with pytest.raises(ValueError, match=r"'second' is float32.*Declare it as doubles"):
        numbers(ModelGraph(17), [Tensor("second", 1, 1)], [0], {0: (1.7e9, 1.0)})
