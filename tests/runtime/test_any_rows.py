"""Whatever is passed as rows is answered, or refused in words."""

import datetime
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skdistill.layers import Classes, EncodeTable, Linear, Softmax
from skdistill.runtime import ClassifierStudent
from skdistill.runtime._reader import ColumnReader

NAMES = ("x", "town", "day", "n")

HUGE = st.sampled_from([2**63, -(2**64), 10**400, 1e308, -1e39, 5e-324])
NUMBERS = st.integers() | st.floats() | HUGE | st.booleans() | st.complex_numbers()
ODD_NUMBERS = st.decimals() | st.fractions() | st.sampled_from([np.float32(1), np.int8(-1), 1j])
MOMENTS = st.dates() | st.datetimes() | st.times() | st.timedeltas()
ZONED = st.datetimes(timezones=st.just(datetime.UTC))
ABSENT = st.sampled_from(
    [None, np.nan, pd.NA, pd.NaT, np.datetime64("NaT"), np.timedelta64("NaT")]
)
TEXTS = (
    st.text(max_size=5) | st.binary(max_size=5) | st.sampled_from(["Oslo", "2021-05-01", "1e9"])
)
OBJECTS = st.sampled_from([object(), type, len, ..., NAMES, range(3), {1}, frozenset(), {"x": 1}])
PLAIN = ABSENT | NUMBERS | TEXTS | MOMENTS
CELLS = PLAIN | ODD_NUMBERS | ZONED | OBJECTS | st.lists(PLAIN, max_size=3)

LISTS = st.lists(CELLS, max_size=5) | st.tuples(CELLS, CELLS, CELLS, CELLS)
FITTING = st.fixed_dictionaries(dict.fromkeys(NAMES, CELLS))
DICTS = FITTING | st.dictionaries(st.sampled_from([*NAMES, "id", 3, None]), CELLS, max_size=5)
ROWS = LISTS | DICTS | CELLS
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
FOUR = st.tuples(st.integers(0, 3), st.just(4))
ARRAYS = hnp.arrays(hnp.scalar_dtypes() | hnp.array_dtypes(), SHAPES | FOUR)
OBJECT_ARRAYS = hnp.arrays(object, SHAPES | FOUR, elements=CELLS)


def as_series(values):
    try:
        return pd.Series(values)
    except OverflowError:  # pandas 2.2 fails at integers beyond float64
        return pd.Series(values, dtype=object)


@st.composite
def pandas_frames(draw):
    names = draw(st.sampled_from([NAMES, NAMES, NAMES[::-1], NAMES[:2], (*NAMES, "x"), range(4)]))
    n = draw(st.integers(0, 3))
    columns = []
    for _ in names:
        cells = draw(st.sampled_from([CELLS, PLAIN, NUMBERS, TEXTS, ABSENT, st.dates(), ZONED]))
        values = draw(st.lists(cells, min_size=n, max_size=n))
        make = draw(st.sampled_from([as_series, partial(pd.Series, dtype=object)]))
        columns.append(make(values))
    return pd.concat(columns, axis=1, keys=names)


@st.composite
def polars_frames(draw):
    n = draw(st.integers(0, 3))
    kinds = [
        *(st.integers(-9, 9), st.floats(), st.booleans(), st.text(max_size=5), st.binary()),
        *(st.dates(), st.datetimes(), st.lists(st.integers(0, 9)), st.nothing()),
        st.timedeltas(datetime.timedelta(0), datetime.timedelta(9)),
    ]
    columns = {}
    for name in draw(st.sampled_from([NAMES, NAMES, NAMES[::-1], NAMES[:2]])):
        cells = st.none() | draw(st.sampled_from(kinds))
        columns[name] = pl.Series(draw(st.lists(cells, min_size=n, max_size=n)))
    return pl.DataFrame(columns)


def sparse_matrices():
    dense = hnp.arrays(st.sampled_from([bool, int, float, np.float32, complex]), FOUR)
    makers = [scipy.sparse.csr_array, scipy.sparse.coo_matrix, scipy.sparse.dok_array]
    return st.builds(lambda make, X: make(X), st.sampled_from(makers), dense)


TABLES = {
    "rows": ROWS | st.lists(ROWS, max_size=3) | st.lists(LISTS, max_size=3),
    "fitting": FITTING | st.lists(FITTING, max_size=3) | st.builds(as_series, FITTING),
    "arrays": ARRAYS | OBJECT_ARRAYS,
    "pandas": pandas_frames(),
    "polars": polars_frames(),
    "sparse": sparse_matrices(),
}


def mixed_student():
    """Columns of every kind, as NAMES says."""
    kinds = ("number", "category", "date", "number")
    reader = ColumnReader(kinds, {1: ("Oslo", "Rome")}, {2: 18262.0}, NAMES)
    rng = np.random.default_rng(0)
    columns = [np.array(some, dtype=np.int32) for some in ([0, 2, 3], [1])]
    floats = [rng.normal(size=n).astype(np.float32) for n in (3, 3, 2, 2, 8)]
    integers = [np.array(some, dtype=np.int32) for some in ([0, 2], [0, 2], [4], [2])]
    encoding = EncodeTable(
        *(columns[0], floats[0], floats[1], integers[0], integers[1], floats[2], floats[3] ** 2),
        *(columns[1], integers[2], integers[3], floats[4]),
    )
    weight = rng.normal(size=(encoding.n_outputs, 3)).astype(np.float32)
    layers = (encoding, Linear(weight, np.zeros(3, np.float32)), Softmax(1.0))
    return ClassifierStudent(reader, layers, Classes(np.arange(3)))


def sparse_student():
    linear = Linear(np.eye(4, 3, dtype=np.float32), np.zeros(3, np.float32))
    reader = ColumnReader(("number",) * 4, {}, {}, sparse=True)
    return ClassifierStudent(reader, (linear, Softmax(1.0)), Classes(np.arange(3)))


@pytest.fixture(scope="module")
def students(random_students):
    return {
        "numbers": random_students.student(n_numbers=4),
        "mixed": mixed_student(),
        "sparse": sparse_student(),
    }


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # NumPy 2.0 takes [1] for a number
@pytest.mark.parametrize("tables", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("name", ["numbers", "mixed", "sparse"])
@given(data=st.data())
def test_any_rows_are_answered_or_refused_in_words(name, tables, data, students):
    X = data.draw(tables)
    try:
        proba = students[name].predict_proba(X)
    except (TypeError, ValueError) as error:
        said = str(error)
    else:
        assert proba.shape[1:] == (3,)
        assert np.isfinite(proba).all()
        np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-6)
        return
    assert said
