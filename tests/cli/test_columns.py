"""What a column is taken for: a table of counts."""

import pytest

from skdistill.cli._cells import COMMA, DAYS, ISO, POINT, TRUTH
from skdistill.cli._columns import Counts, refit, take
from skdistill.tables import CATEGORY, DATE, NUMBER

DMY, MDY = DAYS[:2]


def counts(n_filled=1000, n_distinct=400, n_rows=1000, *, fits=None, **more):
    """Return the counts of text that can be read as `fits` says, and in no other way."""
    ways = dict.fromkeys((POINT, COMMA, TRUTH, ISO, *DAYS), (0, n_filled))
    return Counts(n_rows, n_filled, n_distinct, ways | (fits or {}), **more)


@pytest.mark.parametrize(
    ("fits", "kind", "how"),
    [
        ({POINT: (1000, 0)}, NUMBER, POINT),
        ({POINT: (300, 700), COMMA: (1000, 0)}, NUMBER, COMMA),
        ({POINT: (1000, 0), COMMA: (1000, 0)}, NUMBER, POINT),
        ({POINT: (900, 0)}, NUMBER, POINT),
        ({POINT: (899, 0)}, CATEGORY, None),
        ({POINT: (995, 5)}, NUMBER, POINT),
        ({POINT: (994, 6)}, CATEGORY, None),
        ({TRUTH: (1000, 0)}, NUMBER, TRUTH),
        ({TRUTH: (980, 0)}, NUMBER, TRUTH),
        ({ISO: (1000, 0)}, DATE, ISO),
        ({ISO: (950, 0)}, DATE, ISO),
        ({DMY: (1000, 0), MDY: (400, 600)}, DATE, DMY),
        ({DMY: (1000, 0), MDY: (1000, 0)}, CATEGORY, None),
        ({}, CATEGORY, None),
    ],
)
def test_text_is_read_as_most_cells_can_be(fits, kind, how):
    taken = take(None, counts(fits=fits))
    assert (taken.kind, taken.how) == (kind, how)
    assert not taken.useless
    assert taken.n_strays == (1000 - fits[how][0] if how else 0)


def test_digits_with_a_needless_zero_are_codes():
    assert take(None, counts(fits={POINT: (1000, 0)}, n_codes=400)).kind == CATEGORY
    assert take(None, counts(fits={POINT: (1000, 0)}, n_codes=5)).kind == NUMBER


def test_where_cells_do_not_tell_the_decimal_the_table_does_and_it_is_said():
    both = counts(fits={POINT: (1000, 0), COMMA: (1000, 0)}, n_unlike=30)
    for decimal in (POINT, COMMA):
        taken = take(None, both, decimal)
        assert taken.how == decimal
        assert any("--decimal" in words for words in taken.words)
    surely = counts(fits={POINT: (1000, 0), COMMA: (20, 0)}, n_unlike=20)
    assert not any("--decimal" in words for words in take(None, surely, COMMA).words)


def test_dates_whose_day_may_be_the_month_are_asked_for():
    either = counts(fits={DMY: (1000, 0), MDY: (1000, 0)})
    assert any("--dates '%d/%m/%Y' or" in words for words in take(None, either).words)
    assert "pass --dates" in refit(DATE, either).useless


@pytest.mark.parametrize(
    ("kind", "some", "why"),
    [
        (None, counts(0, 0), "it is empty"),
        (NUMBER, Counts(1000, 0, 0), "it is empty"),
        (NUMBER, Counts(1000, 1000, 1, n_whole=1000), "all its cells are equal"),
        (None, counts(n_distinct=901), "an identifier or free text"),
        (NUMBER, Counts(1000, 1000, 1000, n_whole=1000, span=999), "row numbers"),
        (NUMBER, Counts(1000, 1000, 1000, n_whole=1000, span=1050), "row numbers"),
        (NUMBER, Counts(1000, 1000, 1000, n_whole=1000, span=9e6), ""),
        (NUMBER, Counts(1000, 1000, 1000, n_whole=10, span=999), ""),
        (NUMBER, Counts(1000, 500, 1, n_whole=500), ""),
        (None, counts(19, 19, 19), ""),
    ],
)
def test_columns_that_cannot_teach(kind, some, why):
    taken = take(kind, some)
    assert taken.useless.startswith(why)
    assert bool(taken.useless) == bool(why)


def test_what_is_noteworthy_is_said():
    nearly = take(NUMBER, Counts(1000, 49, 40))
    assert nearly.words == ("nearly empty: 49 of 1,000 cells are filled",)
    assert take(NUMBER, Counts(1000, 900, 40)).words == ("100 empty",)
    identifier = take(NUMBER, Counts(1000, 1000, 1000, n_whole=1000, span=9e6))
    assert "--drop" in identifier.words[0]


@pytest.mark.parametrize(
    ("kind", "fits", "how", "useless"),
    [
        (NUMBER, {POINT: (1000, 0)}, POINT, ""),
        (NUMBER, {POINT: (500, 0)}, POINT, ""),
        (NUMBER, {POINT: (994, 6)}, POINT, "6 of 1,000 cells are none"),
        (NUMBER, {}, POINT, "1,000 of 1,000 cells are none"),
        (NUMBER, {TRUTH: (1000, 0)}, TRUTH, ""),
        (DATE, {DMY: (1000, 0), MDY: (10, 990)}, DMY, ""),
    ],
)
def test_a_column_of_a_known_kind_is_read_as_it_or_refused(kind, fits, how, useless):
    taken = refit(kind, counts(fits=fits))
    assert (taken.kind, taken.how, taken.useless) == (kind, how, useless)


def test_a_few_words_among_no_numbers_are_missing_and_many_are_an_error():
    of_words = dict.fromkeys((POINT, COMMA, TRUTH, ISO, *DAYS), (0, 0))
    assert not refit(NUMBER, Counts(19, 19, 1, of_words)).useless
    assert refit(NUMBER, Counts(20, 20, 1, of_words)).useless
    assert not refit(NUMBER, Counts(20, 0, 0, of_words)).useless
