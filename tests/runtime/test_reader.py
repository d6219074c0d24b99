"""The door through which every row enters a student."""

import datetime
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skdistill.exceptions import DistillationWarning
from skdistill.runtime._reader import ColumnReader
from skdistill.tables import replace_columns, take_rows

TEXT = ["Rome", "Oslo", None, "Rome"]
DAYS = [datetime.datetime(2021, 3, 4), None, datetime.datetime(2020, 7, 1), None]


def column(values, **kwargs):
    return pd.DataFrame({"x": pd.Series(values, **kwargs)})


NUMBERS = [
    column([1, 2, 3, 4]),
    column([1, None, 3, 4], dtype="Int64"),
    column([1.5, None, 3, 4], dtype="Float64"),
    column([True, None, False, True], dtype="boolean"),
    column([True, True, False, True]),
    column([1, 2.5, None, True], dtype=object),
    pl.DataFrame({"x": [1, None, 3, 4]}),
    pl.DataFrame({"x": [True, None, False, True]}),
    np.array([[1], [2.5], [None], [np.nan]], dtype=object),
    [[1], [2], [3], [4]],
]


@pytest.mark.parametrize("table", NUMBERS, ids=lambda t: type(t).__name__)
def test_numbers_of_any_type_are_numbers(table):
    reader = ColumnReader.learn(table)
    assert reader.kinds == ("number",)
    rows = reader.read(table)
    assert rows.dtype == np.float32
    values = np.asarray(table.to_numpy() if hasattr(table, "to_numpy") else table, dtype=object)
    for value, row in zip(values[:, 0], rows[:, 0], strict=True):
        assert np.isnan(row) if pd.isna(value) else row == float(value)


@pytest.mark.parametrize(
    "table",
    [
        column(TEXT),
        column(TEXT, dtype=object),
        column(TEXT, dtype="category"),
        pl.DataFrame({"x": TEXT}),
        pl.DataFrame({"x": pl.Series(TEXT, dtype=pl.Categorical)}),
        pl.DataFrame({"x": pl.Series(TEXT, dtype=pl.Enum(["Oslo", "Rome"]))}),
        np.array(TEXT, dtype=object)[:, None],
    ],
    ids=lambda t: type(t).__name__,
)
def test_text_of_any_type_becomes_codes(table):
    reader = ColumnReader.learn(table)
    assert reader.kinds == ("category",)
    assert reader.levels == {0: ("Oslo", "Rome")}
    assert reader.read(table).tolist() == [[1], [0], [2], [1]]


def test_levels_that_are_numbers_match_as_text_also_beside_missing_ones():
    table = column([3, 1, None, 3], dtype="category")
    reader = ColumnReader.learn(table)
    assert reader.kinds == ("category",)
    names = {str(level) for level in table.x.cat.categories}
    assert set(reader.levels[0]) == names
    assert reader.read(table)[:, 0].tolist() == [1, 0, 2, 1]


def test_unknown_and_rare_levels_are_other():
    table = column(["a"] * 10 + ["b"] * 9)
    reader = ColumnReader.learn(table, min_rows_per_level=10)
    assert reader.levels == {0: ("a",)}
    assert reader.read(column(["a", "b", "c", None])).tolist() == [[0], [2], [2], [1]]


@pytest.mark.parametrize(
    "table",
    [
        column(DAYS),
        column(DAYS, dtype=object),
        column(pd.to_datetime(DAYS).tz_localize("UTC")),
        pl.DataFrame({"x": DAYS}),
        pl.DataFrame({"x": pl.Series([d and d.date() for d in DAYS], dtype=pl.Date)}),
    ],
    ids=["datetime64", "object", "zone", "polars datetime", "polars date"],
)
def test_dates_become_days_since_new_year(table):
    reader = ColumnReader.learn(table)
    assert reader.kinds == ("date",)
    days = reader.read(table)[:, 0]
    assert days[0] == (DAYS[0] - datetime.datetime(2020, 1, 1)).days
    assert days[2] == (DAYS[2] - datetime.datetime(2020, 1, 1)).days
    assert np.isnan(days[1])
    assert reader.origins[0] not in {d and d.timestamp() / 86400 for d in DAYS}


def test_duplicate_column_names_are_read_by_position():
    frame = pd.DataFrame([[1.0, "a"], [2.0, "b"]], columns=["x", "x"])
    reader = ColumnReader.learn(frame)
    assert reader.kinds == ("number", "category")
    assert reader.read(frame).tolist() == [[1, 0], [2, 1]]


@pytest.mark.parametrize("make", [scipy.sparse.csr_array, scipy.sparse.csc_matrix])
def test_wide_sparse_rows_stay_sparse(make, keep_sparse):
    dense = np.array([[0, 1.5], [2, 0]])
    reader = ColumnReader.learn(make(dense))
    assert reader.sparse
    np.testing.assert_array_equal(reader.read(make(dense)).toarray(), dense)
    np.testing.assert_array_equal(reader.read(dense), dense)
    with pytest.raises(ValueError, match="contains NaN"):
        reader.read(np.full((1, 2), np.nan))


def test_a_dense_reader_takes_sparse_rows():
    dense = np.array([[0, 1.5], [2, 0]])
    reader = ColumnReader.learn(dense)
    np.testing.assert_array_equal(reader.read(scipy.sparse.csr_array(dense)), dense)


def test_a_frame_of_numbers_reads_as_its_array():
    frame = pd.DataFrame({"a": [1, 2], "b": [0.1, np.nan], "c": np.float32([1, 2])})
    np.testing.assert_array_equal(
        ColumnReader.learn(frame).read(frame), frame.to_numpy().astype(np.float32)
    )


def test_timedeltas_are_refused_by_name():
    frame = pd.DataFrame({"wait": pd.to_timedelta([1, 2], "D")})
    with pytest.raises(TypeError, match="Column 'wait' has dtype timedelta64"):
        ColumnReader.learn(frame, names=["wait"])


@pytest.mark.parametrize(
    "fields",
    [
        {"kinds": ("number", "colour"), "levels": {}, "origins": {}},
        {"kinds": ("category",), "levels": {}, "origins": {}},
        {"kinds": ("number",), "levels": {}, "origins": {0: 1.0}},
        {"kinds": ("number",), "levels": {}, "origins": {}, "names": ("a", "b")},
        {"kinds": ("number",), "levels": {}, "origins": {}, "names": (1,)},
        {"kinds": ("category",), "levels": {0: ("a", None)}, "origins": {}},
        {"kinds": ("date",), "levels": {}, "origins": {0: np.nan}},
        {"kinds": ("date",), "levels": {}, "origins": {0: 0.0}, "sparse": True},
        {"kinds": (), "levels": {}, "origins": {}},
    ],
)
def test_an_inconsistent_reader_cannot_be_made(fields):
    with pytest.raises(
        ValueError, match=r"Unknown|do not match|names for|texts|finite|only|at least one"
    ):
        ColumnReader(**fields)


@given(
    hnp.arrays(
        object,
        st.tuples(st.integers(1, 6), st.integers(1, 4)),
        elements=st.none()
        | st.text(max_size=3)
        | st.integers(-9, 9)
        | st.floats(-9, 9)
        | st.booleans(),
    )
)
def test_what_was_learnt_can_be_read(table):
    reader = ColumnReader.learn(table)
    rows = reader.read(table)
    for j, levels in reader.levels.items():
        assert set(rows[:, j]) <= set(range(len(levels) + 1))
    again = reader.read(pd.DataFrame(table))
    np.testing.assert_array_equal(again, rows)


@pytest.mark.parametrize(
    "make", [lambda d: np.column_stack(list(d.values())), pd.DataFrame, pl.DataFrame]
)
def test_columns_are_replaced_in_the_tables_own_form(make):
    table = make({"a": np.array([1, 2, 3]), "b": np.array([4, 5, 6])})
    new = replace_columns(table, [np.array([2, 0]), np.array([1, 1])], {1: np.array([7.0, 8.0])})
    assert type(new) is type(table)
    assert np.asarray(new).tolist() == [[3, 7], [1, 8]]
    assert np.asarray(new).dtype.kind == "i"
    assert np.asarray(take_rows(table, np.array([1]))).tolist() == [[2, 5]]


MIXED = pd.DataFrame(
    {
        "x": [1.5, np.nan, 3e38, 0.1],
        "n": pd.array([1, None, 2**53 + 1, 4], dtype="Int64"),
        "town": ["Rome", None, "Rome", "Paris"],
        "size": pd.Categorical([3, 5, None, 3]),
        "day": DAYS,
        "flag": [True, False, True, True],
    }
)


@pytest.fixture
def mixed_reader():
    return ColumnReader.learn(MIXED, names=list(MIXED.columns))


def forms_of_row(i):
    frame = MIXED.iloc[[i]]
    row = {name: frame[name].array[0] for name in MIXED.columns}
    yield frame
    yield frame.astype(object)
    sizes = [None if pd.isna(size) else str(size) for size in frame["size"]]
    yield pl.DataFrame({**frame, "size": sizes})
    yield row
    yield [row]
    yield list(row.values())
    yield [list(row.values())]
    yield pd.Series(row, dtype=object)
    yield np.array([list(row.values())], dtype=object)


@pytest.mark.parametrize("i", [0, 2, 3])
def test_a_row_is_read_alike_in_every_form_alone_and_in_a_table(i, mixed_reader):
    expected = mixed_reader.read(MIXED)[[i]]
    for X in forms_of_row(i):
        np.testing.assert_array_equal(mixed_reader.read(X), expected)
        np.testing.assert_array_equal(mixed_reader.gather(X).astype(np.float32), expected)
    np.testing.assert_array_equal(mixed_reader.gather(MIXED)[[i]].astype(np.float32), expected)


def test_rows_of_one_form_are_read_as_the_table(mixed_reader):
    expected = mixed_reader.read(MIXED)
    rows = MIXED.astype(object).where(MIXED.notna(), None).to_dict("records")
    for X in (rows, [list(row.values()) for row in rows]):
        np.testing.assert_array_equal(mixed_reader.read(X), expected)
        np.testing.assert_array_equal(mixed_reader.gather(X).astype(np.float32), expected)


def test_a_list_keeps_the_type_of_its_levels():
    reader = ColumnReader.learn(pd.DataFrame({"x": [0.5, 1], "size": pd.Categorical([3, 5])}))
    assert reader.read([[0.5, 5]]).tolist() == [[0.5, 1]]
    assert reader.read([[0.5, 5], [1, 3]]).tolist() == [[0.5, 1], [1, 0]]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ({"x": 1.0}, r"Row 0 has no value for \['n', 'town', 'size', 'day', 'flag'\]"),
        ([1, 2, 3], "Expected 2D array, got 1D array"),
        ([[1, 2, 3]], "X has 3 features, but the student is expecting 6"),
        ([["much", 1, "Rome", 3, None, 1]], "'x' held numbers in fit, but row 0 holds 'much'"),
        ([[1, 1, ["Rome"], 3, None, 1]], "'town' held categories|inhomogeneous"),
        ([[1, 1, "Rome", 3, "soon", 1]], "'day' held dates in fit, but row 0 holds 'soon'"),
        (
            [[1, 1, "Rome", 3, 2**64, 1]],
            "'day' held dates in fit, but row 0 holds 18446744",
        ),
        (MIXED.iloc[:1, ::-1], "the order must be"),
        (MIXED.iloc[:1, 1:], r"missing \['x'\]"),
        (MIXED.iloc[:1].rename(columns={"x": "y"}), r"missing \['x'\], unexpected \['y'\]"),
    ],
)
def test_rows_that_do_not_fit_are_refused(X, message, mixed_reader):
    mixed_reader.read(MIXED)
    for read in (mixed_reader.read, mixed_reader.gather):
        with pytest.raises(ValueError, match=message):
            read(X)


def test_names_are_compared_anew_for_every_index(mixed_reader):
    frame = MIXED.head(1).copy()
    assert mixed_reader.knows(frame)
    columns = list(frame.columns)
    frame.columns = [*columns[:-1], "flags"]
    assert not mixed_reader.knows(frame)
    with pytest.raises(ValueError, match="unexpected"):
        mixed_reader.gather(frame)
    frame.columns = columns
    assert mixed_reader.knows(frame)


def test_it_knows_what_needs_no_further_check(mixed_reader):
    plain = ColumnReader.learn(np.zeros((2, 3)))
    assert plain.knows(np.zeros((1, 3)))
    assert plain.knows([1, 2, 3])
    assert not plain.knows(np.zeros((1, 2)))
    assert not plain.knows(np.zeros(3))
    assert not plain.knows([[1, 2, 3]])
    assert not plain.knows(pd.DataFrame(np.zeros((1, 3)), columns=list("abc")))
    assert mixed_reader.knows({})  # what a dict lacks is told when it is read
    assert not mixed_reader.knows([1, 2, 3, 4, 5, 6])
    assert not mixed_reader.knows(MIXED.to_numpy())


class Frame:
    """What any library's frame of pandas' manner offers."""

    def __init__(self, frame):
        self.columns, self.shape, self.iloc = frame.columns, frame.shape, frame.iloc

    def __len__(self):
        return self.shape[0]


def test_frames_are_read_through_iloc_where_there_is_nothing_faster(mixed_reader):
    for frame in (MIXED, MIXED.head(1)):
        np.testing.assert_array_equal(mixed_reader.read(Frame(frame)), mixed_reader.read(frame))
        rows = mixed_reader.gather(Frame(frame))
        np.testing.assert_array_equal(rows.astype(np.float32), mixed_reader.read(frame))


def test_numbers_are_not_copied(random_students):
    reader = random_students.student().reader
    for dtype in (np.float32, np.float64):
        rows = np.zeros((3, 5), dtype=dtype)
        assert reader.gather(rows) is rows
        assert not np.shares_memory(reader.read(rows), rows)


def test_pickles_of_a_reader_hold_the_description_alone(mixed_reader):
    mixed_reader.read(MIXED)
    again = pickle.loads(pickle.dumps(mixed_reader))
    assert again == mixed_reader
    assert b"_known_columns" not in pickle.dumps(mixed_reader)
    np.testing.assert_array_equal(again.read(MIXED), mixed_reader.read(MIXED))


def test_numbers_that_float32_merges_are_read_behind_an_offset():
    table = column(1_700_000_000 + np.arange(600) * 5)
    reader = ColumnReader.learn(table)
    assert reader.offsets == {0: (1.7e9, 1.0)}
    assert reader.read(table)[:, 0].tolist() == (np.arange(600) * 5).tolist()
    assert reader.gather(table[:1]).tolist() == [[0]]
    assert reader.gather([1_700_000_007]).tolist() == [[7]]
    assert np.isnan(reader.read([[None]])).all()
    assert pickle.loads(pickle.dumps(reader)) == reader


def test_numbers_that_came_as_float32_are_merged_before_anyone_reads_them():
    rows = 1_700_000_000 + np.arange(600)[:, None] * 5
    reader = ColumnReader.learn(rows)
    with pytest.warns(DistillationWarning, match="Column 0 has numbers that float32 merges"):
        reader.read(rows.astype(np.float32))
    reader.read(rows.astype(np.float32))  # it is said once


def test_rare_levels_share_codes_by_hash_where_that_is_wanted():
    table = column(["a"] * 10 + ["b", "c"] * 3)
    reader = ColumnReader.learn(table, min_rows_per_level=9, on_rare=lambda *_: 4)
    assert (reader.levels, reader.buckets, reader.n_codes(0)) == ({0: ("a",)}, {0: 4}, 7)
    codes = reader.read(column(["a", "b", "c", "new", None]))[:, 0]
    assert codes[[0, 4]].tolist() == [0, 5]
    assert ((codes[1:4] >= 1) & (codes[1:4] < 5)).all()


def test_dates_that_float32_merges_are_read_behind_an_offset():
    moments = pd.Timestamp("2024-11-05 12:00") + pd.to_timedelta(np.arange(1000), unit="ms")
    table = column(moments)
    reader = ColumnReader.learn(table)
    rows = reader.read(table)[:, 0]
    assert len(np.unique(rows)) == 1000
    np.testing.assert_allclose(np.diff(rows) * 86_400, 0.001, rtol=1e-2)
    texts = column(moments.strftime("%Y-%m-%dT%H:%M:%S.%f"), dtype=object)
    for other in (texts, pl.from_pandas(table), table.astype(object)):
        assert reader.read(other)[:, 0].tolist() == rows.tolist()
    for row in (table[5:6], [moments[5]], [[moments[5]]]):
        assert reader.gather(row).astype(np.float32)[0, 0] == rows[5]


def test_columns_of_which_fit_knew_little_have_no_strangers():
    for kept in (5, 400):
        table = column(["a"] * kept + [f"id {i}" for i in range(95)])
        reader = ColumnReader.learn(table, min_rows_per_level=5)
        assert reader.familiar == ((0,) if kept == 400 else ())
        if kept == 5:
            reader.warn_of_strangers(reader.read(table[50:80]))


def test_a_column_of_strangers_is_told_once():
    reader = ColumnReader.learn(column(["a", "b"] * 10))
    assert reader.familiar == (0,)
    few, many = reader.read(column(["x"] * 19)), reader.read(column(["x"] * 20))
    reader.warn_of_strangers(few)
    reader.warn_of_strangers(reader.read(column([None] * 20)))
    reader.warn_of_strangers(reader.read(column(["a"] + ["x"] * 19)))
    with pytest.warns(DistillationWarning, match=r"Column 0 holds in 20 rows not one.*'a'"):
        reader.warn_of_strangers(many)
    reader.warn_of_strangers(many)


@pytest.mark.parametrize(
    "more",
    [{"offsets": {1: (0.0, 1.0)}}, {"offsets": {0: (np.inf, 1.0)}}, {"offsets": {0: (0.0, 0.0)}},
        {"offsets": {-1: (0.0, 1.0)}}, {"offsets": {7: (0.0, 1.0)}}, {"familiar": (0,)},
     {"buckets": {0: 4}}, {"buckets": {1: 0}}],
)  # fmt: skip
def test_a_reader_that_contradicts_itself_is_refused(more):
    with pytest.raises(ValueError, match=r"finite|Only"):
        ColumnReader(("number", "category"), {1: ("a",)}, {}, **more)


FIELDS = {
    "kinds": ("number", "category", "date"),
    "levels": {1: ("a",)},
    "origins": {2: 0.0},
    "names": ("x", "town", "day"),
    "sparse": False,
    "offsets": {0: (1.0, 2.0)},
    "buckets": {1: 4},
    "familiar": (1,),
}
SPOILED = [
    ("kinds", [*FIELDS["kinds"]]),
    ("kinds", None),
    ("kinds", ("number", "category", 3)),
    ("kinds", ("number", "category", ["date"])),
    ("levels", (("a",),)),
    ("levels", {1: "a"}),
    ("levels", {1: ["a"]}),
    ("levels", {1.0: ("a",)}),
    ("levels", {1: (3,)}),
    ("origins", {2: "2020-01-01"}),
    ("origins", {2: None}),
    ("origins", [0.0]),
    ("names", "abc"),
    ("names", ["x", "town", "day"]),
    ("names", ("x", "town", None)),
    ("sparse", None),
    ("sparse", 0),
    ("offsets", {0: [1.0, 2.0]}),
    ("offsets", {0: (1.0,)}),
    ("offsets", {0: (1.0, 2.0, 3.0)}),
    ("offsets", {0: (1.0, "2")}),
    ("offsets", {0: 1.0}),
    ("offsets", {"0": (1.0, 2.0)}),
    ("offsets", None),
    ("buckets", {1: 4.0}),
    ("buckets", {1: "4"}),
    ("buckets", [4]),
    ("familiar", [1]),
    ("familiar", (1.0,)),
    ("familiar", 1),
]


@pytest.mark.parametrize(("field", "value"), SPOILED, ids=str)
def test_a_field_of_another_type_is_refused(field, value):
    ColumnReader(**FIELDS)
    with pytest.raises(ValueError, match=r"by column position|tuples|texts|floats|counts"):
        ColumnReader(**{**FIELDS, field: value})


def test_a_narrow_sparse_matrix_is_read_like_the_same_array():
    dense = np.array([[0, 1.7e9], [2, 1.7e9 + 5], [0, 1.7e9 + 9]])
    reader = ColumnReader.learn(scipy.sparse.csr_array(dense))
    assert reader == ColumnReader.learn(dense)
    assert not reader.sparse
    rows = [reader.read(X).tolist() for X in (dense, scipy.sparse.csr_array(dense))]
    assert rows[0] == rows[1] == [[0, 0], [2, 5], [0, 9]]


def test_wide_sparse_rows_whose_numbers_merge_are_told(keep_sparse):
    told = []
    X = scipy.sparse.csr_array([[0, 1.7e9 + i] for i in range(9)])
    assert ColumnReader.learn(X, on_merged=lambda *column: told.append(column)).sparse
    assert told == [("1", pytest.approx(8 / 9))]
