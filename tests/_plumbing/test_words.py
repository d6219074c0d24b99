"""Figures as people read them."""

import pytest

from skdistill._plumbing.words import in_figures


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.5, 12.25], ["0.5000", "12.2500"]),
        ([0.0005, 0.5], ["0.0005", "0.5000"]),
        ([0.0], ["0.0000"]),
        ([float("nan")], ["nan"]),
        ([123456.7, 1.0], ["123,457", "1"]),
        ([1234.5, float("inf")], ["1,234", "inf"]),
        ([0.00012345, -0.00001], ["0.0001234", "-0.0000100"]),
    ],
)
def test_numbers_have_equally_many_decimals(values, texts):
    assert in_figures(values) == texts
