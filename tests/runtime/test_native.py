"""The forward in C++: NumPy's numbers, and the same ones for a row wherever it stands."""

import os
import pickle
import resource
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from skdistill._plumbing.extension import instruction_sets, kernels
from skdistill.layers import (
    Activation,
    Affine,
    Ascending,
    Exponential,
    Layer,
    Linear,
    MeanOfMembers,
    Scale,
    Softmax,
)
from skdistill.runtime import ClassifierStudent
from skdistill.runtime._native import forward, prepare

pytestmark = pytest.mark.skipif(kernels is None, reason="the extension was not built")

SHAPES = {
    "linear": {},
    "mlp relu": {"hidden": (32, 17)},
    "mlp silu": {"hidden": (1, 31), "activation": "silu"},
    "mlp tanh": {"hidden": (128, 3), "activation": "tanh"},
    "mlp wide": {"hidden": (150, 150, 40)},
    "tabm": {"hidden": (33,), "n_members": 5},
    "tabm deep": {"hidden": (16, 48), "n_members": 16, "activation": "tanh"},
    "tabm shifted": {"hidden": (8,), "n_members": 2, "shift": 0.3},
    "periodic": {"hidden": (20,), "n_waves": 7},
    "periodic tabm": {"hidden": (20,), "n_waves": 3, "n_members": 4},
}
TABLES = {
    "numbers": {"n_bins": 0},
    "bins": {"n_numbers": 31, "n_bins": 16},
    "one column": {"n_numbers": 1},
    "mixed": {"n_numbers": 3, "levels": (3, 20)},
    "categories": {"n_numbers": 0, "levels": (2, 400, 5)},
    "silent": {"n_numbers": 2, "levels": (0, 3, 0)},  # no level is known: the code says nothing
}


HEADS = {
    "affine": {"head": Affine, "scale": 3.0, "center": -2.0},
    "affine far off": {"head": Affine, "scale": 0.5, "center": 1e9},
    "ascending": {"head": Ascending, "scale": 3.0, "center": -2.0},
    "ascending far off": {"head": Ascending, "scale": 0.5, "center": 1e9},
    "exponential": {"head": Exponential, "scale": 0.5, "center": 3.0},
    "exponential far off": {"head": Exponential, "scale": 1e-8, "center": np.log(1e9)},
}


@pytest.fixture(params=instruction_sets())
def instruction_set(request):
    kernels.use(request.param)
    yield request.param
    kernels.use(instruction_sets()[0])


@pytest.fixture(params=SHAPES)
def shape(request):
    return SHAPES[request.param]


def run(student, rows):
    answers = np.full((len(rows), student.outputs.n_outputs), np.nan)
    assert forward(student._net, rows, answers)
    return answers


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("n_classes", [2, 3, 17, 31])
def test_it_gives_numpys_numbers(instruction_set, shape, table, n_classes, random_students):
    student = random_students.student(n_classes=n_classes, **shape, **table)
    rows = random_students.rows(student, 67)
    proba = run(student, rows)
    np.testing.assert_allclose(proba, student._forward(rows), rtol=0, atol=1e-6)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-14)


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("n_outputs", [1, 2, 17])
def test_it_gives_numpys_answers_by_numbers(
    instruction_set, shape, head, n_outputs, random_students
):
    student = random_students.regressor(n_outputs=n_outputs, levels=(3,), **head, **shape)
    rows = random_students.rows(student, 67)
    expected = student._forward(rows)
    spread = np.ptp(expected, axis=0)
    assert (spread > 0.05).all()
    off = np.abs(run(student, rows) - expected) / spread
    assert off.max() < 1e-5


@pytest.mark.parametrize("n_labels", [2, 17])
def test_it_gives_numpys_answers_by_labels(instruction_set, shape, n_labels, random_students):
    student = random_students.multilabel(n_labels=n_labels, levels=(3,), **shape)
    rows = random_students.rows(student, 67)
    expected = student._forward(rows)
    assert (np.ptp(expected, axis=0) > 1e-3).all()
    np.testing.assert_allclose(run(student, rows), expected, rtol=0, atol=1e-5)


def test_exponentials_are_cut_where_they_would_not_be_finite(instruction_set, random_students):
    student = random_students.regressor(head=Exponential, scale=1e6)
    rows = random_students.rows(student, 67)
    answers = run(student, rows)
    assert (answers.min(), answers.max()) == (np.exp(-700.0), np.exp(700.0))
    np.testing.assert_array_equal(answers, student._forward(rows))


@pytest.mark.parametrize("kind", ["student", "multilabel", "regressor"])
def test_a_row_has_the_same_answer_alone_and_in_any_batch(
    kind, instruction_set, shape, random_students
):
    student = getattr(random_students, kind)(levels=(4,), **shape)
    rows = random_students.rows(student, 200)
    alone = np.concatenate([run(student, row[None]) for row in rows])
    for n in [*range(1, 71), 127, 200]:
        np.testing.assert_array_equal(run(student, rows[:n]), alone[:n])
    np.testing.assert_array_equal(run(student, rows[::-1]), alone[::-1])
    np.testing.assert_array_equal(run(student, np.asfortranarray(rows)), alone)
    np.testing.assert_array_equal(run(student, rows.astype(np.float64)), alone)


def test_tables_too_large_to_fold_give_the_same_numbers(random_students, monkeypatch):
    student = random_students.student(levels=(40, 40), hidden=(8,))
    rows = random_students.rows(student, 67)
    monkeypatch.setattr("skdistill.runtime._native.MOST_NUMBERS", 8 * 70)
    half = ClassifierStudent(student.reader, student.layers, student.outputs)
    np.testing.assert_allclose(run(half, rows), run(student, rows), rtol=0, atol=1e-6)


def test_the_numbers_beside_the_ends_of_bins_are_exact(instruction_set, random_students):
    student = random_students.student(n_numbers=1, n_bins=9, hidden=(16,))
    encoding = student.layers[0]
    ends = np.append(encoding.bin_low, encoding.bin_low + 1 / encoding.bin_inverse_width)
    rows = np.concatenate([np.nextafter(ends, -np.inf), ends, np.nextafter(ends, np.inf)])[:, None]
    np.testing.assert_allclose(run(student, rows), student._forward(rows), rtol=0, atol=1e-6)


def test_waves_of_high_frequency_keep_their_phase(instruction_set, random_students):
    student = random_students.student(n_waves=5, hidden=(16,))
    waves = replace(student.layers[1], frequency=student.layers[1].frequency * 100)
    student = replace(student, layers=(student.layers[0], waves, *student.layers[2:]))
    rows = random_students.rows(student, 67)
    np.testing.assert_allclose(run(student, rows), student._forward(rows), rtol=0, atol=1e-6)


def test_improbable_classes_keep_their_logarithm(instruction_set, random_students):
    student = random_students.student(hidden=(16,))
    *layers, softmax = student.layers
    sure = replace(student, layers=(*layers, Softmax(30.0)))
    rows = random_students.rows(student, 67)
    proba, expected = sure.predict_proba(rows), sure._forward(rows)
    assert expected.min() < 1e-50
    np.testing.assert_allclose(np.log(proba), np.log(expected), rtol=1e-4, atol=1e-4)
    assert softmax.inverse_temperature < 1


def test_no_rows_get_no_answers(random_students):
    student = random_students.student()
    assert student.predict_proba(np.empty((0, 5))).shape == (0, 3)


def test_threads_share_a_student(shape, random_students):
    student = random_students.student(**shape)
    rows = random_students.rows(student, 3000)
    parts = [rows[i : i + 1 + i % 700] for i in range(64)]
    expected = [run(student, part) for part in parts]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for got, wanted in zip(pool.map(student.predict_proba, parts), expected, strict=True):
                np.testing.assert_array_equal(got, wanted)


def as_frames(student, rows):
    """Rows one by one, as frames whose categories have one of several orders."""
    numbers, (column,) = student.layers[0].number_columns, student.layers[0].category_columns
    texts = np.array(["v0", "v1", "v2", None, "other"], dtype=object)
    orders = [
        pd.CategoricalDtype(order) for order in (texts[:3], texts[2::-1], texts[[4, 0, 1, 2]])
    ]
    for i, row in enumerate(rows):
        columns = {j: row[[j]] for j in numbers}
        code = texts[[int(row[column])]]
        columns[column] = pd.Categorical(code, dtype=orders[2 if code[0] == "other" else i % 2])
        yield pd.DataFrame({str(j): columns[j] for j in range(len(row))})


@pytest.mark.slow
@pytest.mark.parametrize("levels", [(), (3,)], ids=["arrays", "frames"])
def test_eight_threads_of_ten_thousand_calls_give_the_serial_answers(levels, random_students):
    names = tuple("012345"[: 5 + len(levels)])
    student = random_students.student(levels=levels, names=names, hidden=(32,), n_members=4)
    rows = random_students.rows(student, 200)
    tables = list(as_frames(student, rows)) if levels else rows[:, None]
    expected = run(student, rows)

    def all_same(first):
        calls = ((first + i) % len(rows) for i in range(10_000))
        return all(np.array_equal(student.predict_proba(tables[i]), expected[[i]]) for i in calls)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(all_same, range(0, 200, 25)))


class Mystery(Layer):
    def __post_init__(self):
        pass

    def forward(self, x):
        return x


def unsupported(student):
    """Yield lists of layers that only NumPy can run, or nobody."""
    encoding, *hidden, head, softmax = student.layers
    yield (*student.layers[:-1], Mystery(), softmax)
    yield (encoding, softmax)
    yield (*hidden, head, softmax)
    yield (encoding, *hidden, head)
    yield (encoding, Scale(*np.ones((2, 2, encoding.n_outputs), np.float32)), softmax)
    yield (encoding, Activation("relu"), *hidden, head, softmax)
    yield (encoding, *hidden, Scale(*np.ones((2, 1, 8), np.float32)), head, softmax)
    yield (encoding, *hidden, head, MeanOfMembers(), softmax)
    yield (encoding, *hidden, Linear(np.ones((9, 3), np.float32), np.ones(3, np.float32)), softmax)
    overlap = replace(encoding, bin_low=encoding.bin_low[::-1].copy())
    yield (overlap, *hidden, head, softmax)
    yield (replace(encoding, number_columns=encoding.number_columns + 1), *hidden, head, softmax)


def test_layers_that_it_does_not_know_are_left_to_numpy(random_students):
    student = random_students.student(hidden=(8,), n_bins=3)
    for layers in unsupported(student):
        assert prepare(layers, 5, 3) is None
    assert prepare(student.layers, 5, 4) is None
    assert prepare(student.layers, 5, 3) is not None


def test_a_head_of_other_outputs_is_left_to_numpy(random_students):
    student = random_students.regressor(n_outputs=2)
    assert prepare((*student.layers[:-1], Affine(np.ones(3), np.ones(3))), 5, 2) is None
    assert prepare(student.layers, 5, 2) is not None


def test_a_student_with_a_layer_that_it_does_not_know_still_predicts(random_students):
    student = random_students.student(hidden=(8,))
    mystery = ClassifierStudent(student.reader, next(unsupported(student)), student.outputs)
    rows = random_students.rows(student, 9)
    np.testing.assert_array_equal(mystery.predict_proba(rows), student._forward(rows))


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39])
def test_infinite_values_are_refused_with_numpys_words(value, random_students):
    student = random_students.student()
    rows = random_students.rows(student, 9).astype(np.float64)
    rows[7, 2] = value
    with pytest.raises(ValueError, match=r"contains infinity or .* in column 2, entry 7"):
        student.predict_proba(rows)


@pytest.mark.parametrize("value", [-1, 6, np.nan, 1e30])
def test_a_code_that_its_category_has_not_is_refused(value, random_students):
    student = random_students.student(levels=(4,))
    rows = random_students.rows(student, 3)
    rows[1, student.layers[0].category_columns] = value
    assert not forward(student._net, rows, np.empty((3, 3)))


@pytest.mark.parametrize(
    "rows",
    [
        np.zeros((2, 4)),
        np.zeros((2, 5), dtype=np.float16),
        np.zeros((2, 5), dtype=">f4"),
        np.zeros(5),
    ],
    ids=lambda rows: f"{rows.dtype.str} {rows.shape}",
)
def test_other_arrays_are_refused(rows, random_students):
    assert not forward(random_students.student()._net, rows, np.empty((2, 3)))


def test_what_is_no_array_or_net_is_an_error(random_students):
    net, proba = random_students.student()._net, np.empty((1, 3))
    with pytest.raises(TypeError, match="rows must be an array"):
        forward(net, [[1.0] * 5], proba)
    with pytest.raises(TypeError, match="net must come from prepare, got <class 'object'>"):
        forward(object(), np.zeros((1, 5)), proba)
    with pytest.raises(ValueError, match=r"answers must be writable float64 of shape \(2, 3\)"):
        forward(net, np.zeros((2, 5)), proba)


@pytest.mark.parametrize("dtype", [">f8", "f2", "i4", "bool", "longdouble"])
def test_numbers_of_any_type_are_answered_alike(dtype, random_students):
    student = random_students.student()
    rows = np.random.default_rng(0).integers(0, 2, (8, 5))
    np.testing.assert_array_equal(
        student.predict_proba(rows.astype(dtype)), student.predict_proba(rows.astype(float))
    )


def test_pickles_hold_the_description_alone(random_students):
    student = random_students.student(n_bins=16, hidden=(64,))
    rows, data = random_students.rows(student, 9), pickle.dumps(student)
    assert b"_net" not in data
    assert b"_codes" not in data
    again = pickle.loads(data)
    assert again._net is not None
    np.testing.assert_array_equal(again.predict_proba(rows), student.predict_proba(rows))


@pytest.mark.parametrize("n_calls", [5000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_memory_stays_flat(n_calls, random_students):
    student = random_students.student(hidden=(32,), n_members=4)
    row, many = np.zeros((1, 5)), np.zeros((100, 5))

    def peak_after(n):
        for i in range(n):
            student.predict_proba(row)
            student.predict_proba(many)
            if i % 50 == 0:
                prepare(student.layers, 5, 3)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes on Linux

    before = peak_after(n_calls // 10)
    assert peak_after(n_calls) - before < 1000


def test_without_the_extension_numpy_serves(random_students, tmp_path):
    student = random_students.student(hidden=(16,))
    rows = random_students.rows(student, 20)
    student.save(tmp_path / "s")
    np.save(tmp_path / "rows.npy", rows)
    code = f"""
        import numpy as np, skdistill
        from skdistill._plumbing.extension import instruction_sets
        assert instruction_sets() == []
        student = skdistill.load({str(tmp_path / "s")!r})
        proba = student.predict_proba(np.load({str(tmp_path / "rows.npy")!r}))
        np.save({str(tmp_path / "proba.npy")!r}, proba)
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SKDISTILL_NATIVE": "0"}
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, env=environment)
    proba = np.load(tmp_path / "proba.npy")
    np.testing.assert_array_equal(proba, student._forward(rows))
    np.testing.assert_allclose(proba, student.predict_proba(rows), rtol=0, atol=1e-6)
