"""Cells of text, read as numbers and moments."""

from datetime import datetime

import duckdb
import pytest

from skdistill.cli._cells import COMMA, ISO, POINT, TRUTH, read_as


@pytest.fixture(scope="module")
def read():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'").fetchall()

    def value_of(text, how):
        query = f"SELECT {read_as('x', how)} FROM (SELECT ? AS x)"
        ((value,),) = connection.execute(query, [text]).fetchall()
        return value

    return value_of


@pytest.mark.parametrize(
    ("text", "by_point", "by_comma"),
    [
        *[("12", 12, 12), (" 12 ", 12, 12), ("\u00a012", 12, 12), ("1e5", 1e5, 1e5)],
        *[("1.5", 1.5, None), ("1,5", None, 1.5), ("1650,88", None, 1650.88)],
        *[("1,234.50", 1234.5, None), ("1.234,50", None, 1234.5), ("1,234", 1234, 1.234)],
        *[("1 234", 1234, 1234), ("1'234", 1234, 1234), ("1\u202f234", 1234, 1234)],
        *[("$12", 12, 12), ("-€ 12", -12, -12), ("12 %", 12, 12), ("0,123", None, 0.123)],
        *[("inf", float("inf"), float("inf")), ("nan", None, None), ("", None, None)],
        *[("1_000", None, None), ("V27", None, None), ("12 kg", None, None), ("-", None, None)],
    ],
)
def test_numbers_as_people_write_them(text, by_point, by_comma, read):
    assert read(text, POINT) == by_point
    assert read(text, COMMA) == by_comma


@pytest.mark.parametrize(
    ("text", "value"), [("True", 1), ("FALSE ", 0), ("yes", None), ("1", None), ("", None)]
)
def test_truth_in_any_case(text, value, read):
    assert read(text, TRUTH) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2020-01-02", datetime(2020, 1, 2)),
        ("2020-01", datetime(2020, 1, 1)),
        ("2020/1/2", datetime(2020, 1, 2)),
        ("2020-01-02 03:04", datetime(2020, 1, 2, 3, 4)),
        ("2020-01-02T03:04:05Z", datetime(2020, 1, 2, 3, 4, 5)),
        ("2020-01-02T03:04:05+02:00", datetime(2020, 1, 2, 1, 4, 5)),
        *[("2020", None), ("epoch", None), ("infinity", None), ("12:30", None)],
        *[("2020-13-02", None), ("2020-01-02 at noon", None), ("", None)],
    ],
)
def test_moments_of_iso_8601_are_in_utc(text, value, read):
    assert read(text, ISO) == value


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("03/04/2021", "%d/%m/%Y", datetime(2021, 4, 3)),
        ("03/04/2021", "%m/%d/%Y", datetime(2021, 3, 4)),
        ("3.4.2021 10:11", "%d.%m.%Y", datetime(2021, 4, 3, 10, 11)),
        ("03/04/21", "%d/%m/%Y", None),
        ("03/04/21", "%d/%m/%y", datetime(2021, 4, 3)),
        ("3 Apr 2021", "%d %b %Y", datetime(2021, 4, 3)),
        ("epoch", "%d %b %Y", None),
    ],
)
def test_dates_by_a_form(text, form, value, read):
    assert read(text, form) == value
