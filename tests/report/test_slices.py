"""The worst slice is the one in which student and teacher were made to differ."""

import datetime

import numpy as np
import pandas as pd
import pytest

from skdistill.report._slices import worst_slices
from skdistill.runtime._reader import ColumnReader

N = 400


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    days = pd.to_datetime(datetime.date(2020, 1, 1)) + pd.to_timedelta(
        rng.integers(0, 400, N), "D"
    )
    return pd.DataFrame(
        {
            "number": np.where(rng.random(N) < 0.2, np.nan, rng.normal(size=N)),
            "city": rng.choice(["Bern", "Rome", None], N),
            "day": days,
            "constant": np.ones(N),
            "flag": rng.random(N) < 0.3,
        }
    )


def worst(table, rows):
    """Name the worst slice when student and teacher differ in these rows alone."""
    reader = ColumnReader.learn(table, names=table.columns)
    found = worst_slices(
        reader.read(table),
        reader,
        likeness=lambda inside: {"agreement": (~rows)[inside].mean(), "kl": rows[inside].mean()},
        unlike="kl",
        excess_loss=rows * 0.25,
    )
    first = found[0]
    assert first.likeness == {"agreement": 0, "kl": 1}
    assert first.excess_loss == 0.25
    assert first.n_rows == rows.sum()
    assert all(part.column != "constant" for part in found)
    return first.column, first.values


def test_a_category_is_found(table):
    assert worst(table, (table["city"] == "Rome").to_numpy()) == ("city", "Rome")


def test_missing_values_are_found(table):
    assert worst(table, table["city"].isna().to_numpy()) == ("city", "missing")
    assert worst(table, table["number"].isna().to_numpy()) == ("number", "missing")


def test_a_range_between_quartiles_is_found(table):
    number = table["number"].astype("float32")
    edges = np.nanquantile(number, [0.25, 0.5], method="lower")
    rows = ((number > edges[0]) & (number <= edges[1])).to_numpy()
    assert worst(table, rows) == ("number", f"({edges[0]:.4g}, {edges[1]:.4g}]")


def test_one_of_few_numbers_is_found(table):
    assert worst(table, table["flag"].to_numpy()) == ("flag", "1")


def test_a_range_of_dates_is_found_and_written_as_dates(table):
    edge = table["day"].quantile(0.25, interpolation="lower")
    column, values = worst(table, (table["day"] <= edge).to_numpy())
    assert (column, values) == ("day", f"[{table['day'].min():%Y-%m-%d}, {edge:%Y-%m-%d}]")


def test_few_rows_are_no_slice():
    X = np.arange(30.0)[:, None]
    reader = ColumnReader.learn(X)
    how = {"likeness": lambda inside: {"kl": 1.0}, "unlike": "kl", "excess_loss": np.ones(30)}
    assert worst_slices(X, reader, **how) == ()
