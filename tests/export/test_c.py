"""C headers, compiled and run against the student."""

import re
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from skdistill import ClassifierStudent
from skdistill.export import _c, to_c
from skdistill.export._c_layers import as_rounded
from skdistill.export._common import probe_rows, spread_of
from skdistill.layers import (
    Activation,
    Classes,
    EncodeTable,
    Linear,
    LinearOfMembers,
    MeanOfMembers,
    Periodic,
    Scale,
    Softmax,
)
from skdistill.runtime._reader import ColumnReader

STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"]
PICKY = [*STRICT, "-O2", "-Wconversion", "-Wshadow", "-Wdouble-promotion"]
SANITIZED = [*STRICT, "-g", "-fsanitize=undefined,address", "-fno-sanitize-recover"]
LARGEST = np.finfo(np.float32).max
FIRST = pd.DataFrame(
    {"x": [0.0], "pay": 0.0, "town": "Rome", "code": "c0", "day": "", "plan": "a"}
)

ANSWER_ROWS = """
#include <stdio.h>
#include "m.h"

int main(void)
{
    float x[M_N_FEATURES], answer[M_N_CLASSES + 1];
    while (fread(x, sizeof x, 1, stdin) == 1) {
        m_predict_proba(x, answer);
        answer[M_N_CLASSES] = (float)m_predict(x);
        fwrite(answer, sizeof answer, 1, stdout);
    }
    return 0;
}
"""


ANSWER_NUMBERS = """
#include <stdio.h>
#include "m.h"

int main(void)
{
    float x[M_N_FEATURES];
    double answers[M_N_OUTPUTS];
    while (fread(x, sizeof x, 1, stdin) == 1) {
        m_predict(x, answers);
        fwrite(answers, sizeof answers, 1, stdout);
    }
    return 0;
}
"""


def compiled(source, folder, flags=STRICT):
    """Compile a program in `folder` and return its path."""
    (folder / "main.c").write_text(source)
    program = folder / "main"
    subprocess.run(["gcc", *flags, folder / "main.c", "-o", program, "-lm"], check=True)
    return program


def answers(student, rows, folder, flags=STRICT, dtype="float32"):
    """Return what the header of a student answers: probabilities and positions of labels."""
    to_c(student, folder / "m.h", dtype=dtype)
    run = subprocess.run(
        [compiled(ANSWER_ROWS, folder, flags)], input=rows.tobytes(), capture_output=True
    )
    assert (run.returncode, run.stderr) == (0, b"")
    n_classes = len(student.classes_)
    out = np.frombuffer(run.stdout, dtype=np.float32).reshape(len(rows), n_classes + 1)
    return out[:, :-1], out[:, -1]


@pytest.mark.parametrize("flags", [PICKY, SANITIZED], ids=["picky", "sanitized"])
def test_a_header_answers_like_its_student(student, flags, tmp_path):
    rows = probe_rows(student)
    expected = student._forward(rows)
    proba, best = answers(student, rows, tmp_path, flags)
    np.testing.assert_allclose(proba, expected, rtol=0, atol=1e-5)
    assert np.ptp(expected[:, 0]) > 0.3
    np.testing.assert_array_equal(best, proba.argmax(axis=1))


def numbers(student, rows, folder, flags=STRICT, dtype="float32"):
    """Return what the header of a student of numbers answers."""
    to_c(student, folder / "m.h", dtype=dtype)
    program = compiled(ANSWER_NUMBERS, folder, flags)
    run = subprocess.run([program], input=rows.tobytes(), capture_output=True)
    assert (run.returncode, run.stderr) == (0, b"")
    return np.frombuffer(run.stdout).reshape(len(rows), -1)


ANSWER_LABELS = """
#include <stdio.h>
#include "m.h"

int main(void)
{
    float x[M_N_FEATURES], proba[M_N_LABELS];
    int labels[M_N_LABELS];
    while (fread(x, sizeof x, 1, stdin) == 1) {
        m_predict_proba(x, proba);
        m_predict(x, labels);
        fwrite(proba, sizeof proba, 1, stdout);
        for (int k = 0; k < M_N_LABELS; ++k)
            proba[k] = (float)labels[k];
        fwrite(proba, sizeof proba, 1, stdout);
    }
    return 0;
}
"""


@pytest.mark.parametrize("flags", [PICKY, SANITIZED], ids=["picky", "sanitized"])
def test_a_header_answers_by_the_labels_of_its_student(multilabel, flags, tmp_path):
    rows = probe_rows(multilabel)
    to_c(multilabel, tmp_path / "m.h")
    program = compiled(ANSWER_LABELS, tmp_path, flags)
    run = subprocess.run([program], input=rows.tobytes(), capture_output=True)
    assert (run.returncode, run.stderr) == (0, b"")
    proba, labels = np.frombuffer(run.stdout, np.float32).reshape(len(rows), 2, -1).swapaxes(0, 1)
    np.testing.assert_allclose(proba, multilabel._forward(rows), atol=1e-5)
    np.testing.assert_array_equal(labels, proba > 0.5)


def test_the_comment_of_a_header_of_labels_compiles_and_answers(
    make_student, as_multilabel, tmp_path
):
    student = as_multilabel(make_student("relu"))
    to_c(student, tmp_path / "m.h")
    comment = (tmp_path / "m.h").read_text().split("*/")[0]
    lines = [line[3:] for line in comment.splitlines() if line.startswith(" *     ")]
    out = subprocess.run([compiled("\n".join(lines), tmp_path)], capture_output=True, check=True)
    label, proba = map(float, out.stdout.split(b","))
    assert label == (proba > 0.5)


@pytest.mark.parametrize("flags", [PICKY, SANITIZED], ids=["picky", "sanitized"])
def test_a_header_answers_by_the_numbers_of_its_student(regressor, flags, tmp_path):
    rows = probe_rows(regressor)
    expected = regressor._forward(rows)
    off = np.abs(numbers(regressor, rows, tmp_path, flags) - expected)
    assert (off <= 1e-5 * np.ptp(expected, axis=0)).all()


def test_one_number_is_an_array_of_one(make_regressor, head, tmp_path):
    student = make_regressor("tabm", n_outputs=1, **head)
    rows = probe_rows(student)
    expected = student._forward(rows)
    off = np.abs(numbers(student, rows, tmp_path) - expected)
    assert off.max() <= 1e-5 * np.ptp(expected)


def test_numbers_of_eight_bits_are_as_far_off_as_the_header_says(regressor, tmp_path):
    rows = probe_rows(regressor)
    got = numbers(regressor, rows, tmp_path, PICKY, dtype="int8")
    expected = regressor._forward(rows)
    error = np.abs(got - expected) / spread_of(regressor, expected)
    header = (tmp_path / "m.h").read_text()
    worst = float(re.search(r"by up to\s[\s*]*(\S+)", header)[1])
    assert error.max() == pytest.approx(worst, rel=0.1)


def test_the_comment_of_a_header_of_numbers_compiles_and_answers(make_regressor, tmp_path):
    student = make_regressor("relu", n_outputs=1)
    to_c(student, tmp_path / "m.h")
    comment = (tmp_path / "m.h").read_text().split("*/")[0]
    lines = [line[3:] for line in comment.splitlines() if line.startswith(" *     ")]
    out = subprocess.run([compiled("\n".join(lines), tmp_path)], capture_output=True, check=True)
    row = np.zeros((1, 6), np.float32)
    row[0, 2] = student.reader.read(FIRST.assign(town="a level"))[0, 2]
    spread = np.ptp(student._forward(probe_rows(student)))
    assert float(out.stdout) == pytest.approx(student._forward(row)[0, 0], abs=1e-5 * spread)


def every_layer(temperature):
    """Return a student of two numbers with steep waves, and scores far apart."""
    rng = np.random.default_rng(0)

    def normal(*shape, spread=1.0):
        return rng.normal(0, spread, shape).astype(np.float32)

    none = np.zeros(0, np.float32)
    encoding = EncodeTable(
        number_columns=np.array([1, 0]),
        center=np.float32([1, -3e38]),
        inverse_scale=np.float32([0.5, 0]),
        missing=np.array([1]),
        bin_numbers=np.array([0, 1]),
        bin_low=np.float32([0, -3e38]),
        bin_inverse_width=np.float32([1, 1e-38]),
        category_columns=none.astype(int),
        table_rows=none.astype(int),
        table_widths=none.astype(int),
        tables=none,
    )
    layers = (
        *(encoding, Periodic(normal(2, 9, spread=5), normal(2, 9, spread=99))),
        *(Linear(normal(23, 8), normal(8)), Activation("tanh")),
        *(Scale(normal(70, 8), normal(70, 8)), Linear(normal(8, 5), normal(5))),
        *(Scale(normal(70, 5), normal(70, 5)), Activation("silu")),
        *(LinearOfMembers(normal(70, 5, 9, spread=300), normal(70, 9)), MeanOfMembers()),
        Softmax(temperature),
    )
    reader = ColumnReader(("number",) * 2, {}, {})
    return ClassifierStudent(reader, layers, Classes(np.arange(9)))


@pytest.mark.parametrize("flags", [PICKY, SANITIZED], ids=["picky", "sanitized"])
@pytest.mark.parametrize("temperature", [1.0, 0.01])
def test_steep_waves_and_scores_far_apart_are_kept(flags, temperature, tmp_path):
    student = every_layer(temperature)
    rows = probe_rows(student)
    proba, _ = answers(student, rows, tmp_path, flags)
    tolerance = 1e-5 if temperature < 1 else 1e-4  # of scores in the thousands
    np.testing.assert_allclose(proba, student._forward(rows), rtol=0, atol=tolerance)


def test_a_column_may_say_nothing(tmp_path):
    none, no_numbers = np.zeros(0, int), np.zeros(0, np.float32)
    encoding = EncodeTable(
        *(none, no_numbers, no_numbers, none, none, no_numbers, no_numbers),
        *(np.array([0]), np.array([2]), np.array([0]), no_numbers),
    )
    linear = Linear(np.zeros((0, 2), np.float32), np.float32([0, 1]))
    reader = ColumnReader(("category",), {0: ()}, {})
    layers = (encoding, linear, Softmax(1.0))
    student = ClassifierStudent(reader, layers, Classes(np.arange(2)))
    proba, _ = answers(student, np.float32([[0], [1]]), tmp_path, PICKY)
    np.testing.assert_allclose(proba, student._forward(np.zeros((2, 1))), atol=1e-6)


def test_values_that_no_reader_gives_are_answered_too(make_student, tmp_path):
    student = make_student("relu")
    rows = np.tile(np.float32([0, 3e4, 0, 0, 0, 0]), (8, 1))
    same = rows.copy()
    rows[0, :2], same[0, :2] = [np.inf, -np.inf], [LARGEST, -LARGEST]
    for row, code in enumerate([-1, 99, 1e30, -np.inf], start=1):
        rows[row, 3], same[row, 3] = code, 13
    rows[5, 2:4], same[5, 2:4] = np.nan, [2, 12]
    rows[6, 4], same[6, 4] = -0.0, 0.0
    proba, _ = answers(student, rows, tmp_path, SANITIZED)
    np.testing.assert_allclose(proba, student._forward(same), rtol=0, atol=1e-5)


def test_a_row_for_a_student_of_sparse_rows_may_hold_anything(make_student, tmp_path):
    student = make_student("sparse")
    rows = np.zeros((4, 40), np.float32)
    rows[0], rows[1, ::2], rows[2] = np.nan, np.inf, -LARGEST
    proba, _ = answers(student, rows, tmp_path, SANITIZED)
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(proba[0], proba[3])


def test_eight_bits_are_smaller_and_as_far_off_as_the_header_says(student, tmp_path):
    to_c(student, tmp_path / "m.h")
    size = (tmp_path / "m.h").stat().st_size
    rows = probe_rows(student)
    proba, _ = answers(student, rows, tmp_path, PICKY, dtype="int8")
    rounded = replace(student, layers=tuple(map(as_rounded, student.layers)))
    np.testing.assert_allclose(proba, rounded._forward(rows), rtol=0, atol=1e-5)

    header = (tmp_path / "m.h").read_text()
    assert len(header) < size
    worst = float(re.search(r"by up to\s[\s*]*(\S+)", header)[1])
    error = np.abs(proba - student._forward(rows)).max()
    assert error == pytest.approx(worst, rel=0.1)
    assert error < 0.1


def test_weights_of_one_output_share_a_scale():
    weight = np.float32([[1, 0, 1e-30], [-127, 0, 0]])
    rounded = as_rounded(Linear(weight, np.zeros(3, np.float32)))
    np.testing.assert_allclose(rounded.weight, weight, rtol=1e-6)


HOSTILE = [
    'a"b',
    "c\\",
    "*/ int x;",
    "??/",
    "line\nline",
    "%s",
    "@CODE @x",
    "é漢\udcff",
    "",
    "\t",
    "??=",
]


@pytest.fixture
def hostile(make_student):
    """Return a student whose labels, columns and levels are made to break C."""
    student = make_student("relu")
    levels = {**student.reader.levels, 3: (*HOSTILE, "last")}
    reader = replace(student.reader, names=tuple(HOSTILE[:6]), levels=levels)
    labels = np.array(HOSTILE[4:7], dtype=object)
    return replace(student, reader=reader, outputs=Classes(labels))


def as_bytes(text):
    return text.encode("utf-8", "surrogatepass")


def test_hostile_names_arrive_unharmed(hostile, tmp_path):
    to_c(hostile, tmp_path / "m.h")
    program = compiled(
        """
        #include <stdio.h>
        #include "m.h"
        int main(int argc, char **argv)
        {
            for (int k = 0; k < M_N_CLASSES; ++k)
                printf("%s%c", m_labels[k], 0);
            for (int j = 0; j < M_N_FEATURES; ++j)
                printf("%s%c", m_features[j], 0);
            for (int i = 1; i < argc; ++i)
                printf("%g%c", (double)m_code(3, argv[i]), 0);
            printf("%g %g ", (double)m_code(3, NULL), (double)m_code(5, "c"));
            printf("%g", (double)m_code(0, "c"));
            return 0;
        }
        """,
        tmp_path,
        SANITIZED,
    )
    levels = [as_bytes(text) for text in (*HOSTILE, "last", "unknown")]
    out = subprocess.run([program, *levels], capture_output=True, check=True).stdout
    *texts, last = out.split(b"\0")
    names = [*map(as_bytes, hostile.classes_), *map(as_bytes, hostile.reader.names)]
    codes = [*(str(k).encode() for k in range(12)), b"13"]
    assert texts == [*names, *codes]
    assert last == b"12 2 -1"


def test_the_example_in_the_header_runs(make_student, tmp_path):
    for kind in ("relu", "sparse"):
        to_c(make_student(kind), tmp_path / "wine.h")
        header = (tmp_path / "wine.h").read_text()
        example = re.search(r"^ \*     #include.*?^ \*     }$", header, re.DOTALL | re.MULTILINE)
        source = re.sub(r"^ \* {0,5}", "", example[0], flags=re.MULTILINE)
        program = compiled(source + "\n", tmp_path)
        out = subprocess.run([program], capture_output=True, check=True, text=True).stdout
        assert re.fullmatch(r"(no|perhaps|yes), (1|0\.\d+)\n", out)


def test_a_date_counts_from_the_day_in_the_header(make_student, tmp_path):
    student = make_student("relu")
    to_c(student, tmp_path / "m.h")
    day = re.search(r'"day", /\* 4: days since (\S+) \*/', (tmp_path / "m.h").read_text())[1]
    rows = student.reader.read(FIRST.assign(day=pd.Timestamp(day) + pd.Timedelta("36h")))
    assert rows[0, 4] == 1.5


def test_expf_is_all_the_mathematics_that_a_header_needs(student, tmp_path):
    to_c(student, tmp_path / "m.h")
    (tmp_path / "m.c").write_text(
        '#include "m.h"\nint f(const float *x) { return m_predict(x); }\n'
    )
    flags = [*STRICT, "-O0", "-fno-pic", "-fno-builtin"]
    subprocess.run(["gcc", *flags, "-c", "m.c", "-o", "m.o"], cwd=tmp_path, check=True)
    symbols = subprocess.run(
        ["nm", "-u", "m.o"], cwd=tmp_path, capture_output=True, check=True, text=True
    ).stdout
    assert set(re.findall(r"U (\w+)", symbols)) <= {"expf", "memcpy"}
    assert "no mathematical function but expf.\n" in (tmp_path / "m.h").read_text()


def test_a_header_has_no_place_for_a_torch_module(make_student, tmp_path):
    with pytest.raises(
        ValueError, match=r"TorchModule runs in torch .* skdistill.export.to_torch"
    ):
        to_c(make_student("own"), tmp_path / "m.h")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["1st", "my-model", "", "_x", "é", "a b", "x\n"])
def test_a_name_must_begin_c_names(name, make_student, tmp_path):
    with pytest.raises(ValueError, match="cannot begin C names"):
        to_c(make_student("linear"), tmp_path / "m.h", name=name)
    to_c(make_student("linear"), tmp_path / "my-model.h", name="fine_2")
    assert "fine_2_predict" in (tmp_path / "my-model.h").read_text()


def test_what_c_cannot_hold_is_refused(make_student, tmp_path):
    student = make_student("linear")
    with pytest.raises(ValueError, match=r"dtype='float16'"):
        to_c(student, tmp_path / "m.h", dtype="float16")
    names = np.array(["a\0", "b", "c"], dtype=object)
    labels = replace(student, outputs=Classes(names))
    with pytest.raises(ValueError, match="the character NUL"):
        to_c(labels, tmp_path / "m.h")
    *layers, last = student.layers
    layers[-1] = replace(layers[-1], bias=np.zeros(3, np.float32))
    layers[-1].bias[1] = np.nan
    with pytest.raises(ValueError, match=r"bias_2 holds NaN or infinity"):
        to_c(replace(student, layers=(*layers, last)), tmp_path / "m.h")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        to_c(student, tmp_path / "nowhere" / "m.h")
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_header(make_student, tmp_path, monkeypatch):
    to_c(make_student("linear"), tmp_path / "m.h")
    before = (tmp_path / "m.h").read_bytes()

    def full_disk(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(_c.Path, "write_text", full_disk)
    with pytest.raises(OSError, match="No space left"):
        to_c(make_student("relu"), tmp_path / "m.h")
    assert (tmp_path / "m.h").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m.h"]
