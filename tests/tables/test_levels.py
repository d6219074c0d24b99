"""The levels of a category column, and what rare ones look like."""

import uuid

import pandas as pd
import pytest

from skdistill.tables import Levels


def test_levels_of_few_rows_are_rare_and_missing_ones_are_none():
    levels = Levels.of(pd.Series(["a"] * 5 + ["b"] * 2 + [None, 3, 3.0, "3"]), min_rows=3)
    assert levels.kept == ("3", "a")
    assert levels.rare == {"b": 2}
    assert (levels.n_rows, levels.n_rare_rows) == (10, 2)


@pytest.mark.parametrize(
    "fields",
    [
        (["a"], {}, 1),
        (("a", 3), {}, 1),
        (("a",), ["b"], 1),
        (("a",), {"b": 1.5}, 1),
        (("a",), {3: 1}, 1),
        (("a",), {"b": -1}, 1),
        (("a",), {}, None),
    ],
    ids=str,
)
def test_levels_of_other_types_are_refused(fields):
    with pytest.raises(ValueError, match="Levels are"):
        Levels(*fields)


@pytest.mark.parametrize(
    ("values", "looks"),
    [
        (["1.5", "2", "?", *(str(i) for i in range(20))], "numbers"),
        ([f"{i},{i:03d}.50" for i in range(1, 20)], "numbers"),
        ([f"{i},88" for i in range(20)], "numbers"),
        ([f"$ {i}" for i in range(20)], "numbers"),
        ([f"{i} %" for i in range(20)], "numbers"),
        ([f"EUR {i}" for i in range(20)], "numbers"),
        ([f"BIO {i}" for i in range(20)] * 2, None),
        ([f"{i} {street}" for i in range(20) for street in ("Oak", "Elm")], "an identifier"),
        ([f"-{i} kg" for i in range(20)], "numbers"),
        ([f"2020-01-{i:02d}" for i in range(1, 20)], "dates"),
        ([f"{i}/12/2020 10:30" for i in range(1, 20)], "dates"),
        ([f"{i}.12.2020" for i in range(1, 20)], "dates"),
        ([f"2020-01-01T{i:02d}:00:00Z" for i in range(1, 20)], "dates"),
        ([uuid.UUID(int=i).hex for i in range(20)], "an identifier"),
        ([f"C{i:04d}" for i in range(20)], "an identifier"),
        ([f"{i:05d}" for i in range(20)] * 2, None),
        (["Oslo", "Rome", "Bonn"] * 3, None),
        ([], None),
    ],
)
def test_what_levels_look_like_is_told_from_their_texts(values, looks):
    assert Levels.of(pd.Series(values, dtype=object), min_rows=10).looks == looks
