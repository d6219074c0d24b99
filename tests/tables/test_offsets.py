"""Numbers that float32 would merge."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from skdistill.tables import find_offset, merged_columns
from skdistill.tables._offsets import merged_share

RNG = np.random.default_rng(0)
SECONDS = RNG.integers(0, 3600, 3000)
MERGED = {
    "Unix time": 1_700_000_000 + SECONDS,
    "with fractions": 1.7e9 + SECONDS + RNG.random(3000),
    "days as numbers": 20_220_000 + 100 * RNG.integers(1, 13, 3000) + RNG.integers(1, 28, 3000),
    "two values": np.array([1_700_000_001, 1_700_000_002]),
    "a stray zero": np.where(RNG.random(3000) < 0.1, 0, 1_700_000_000 + SECONDS),
    "missing": np.where(RNG.random(3000) < 0.1, np.nan, 1_700_000_000.0 + SECONDS),
    "negative": -1_700_000_000 - SECONDS,
    "tiny": RNG.normal(size=3000) * 1e-50,
    "narrow": 1 + RNG.normal(size=3000) * 1e-12,
}
KEPT = {
    "counts": SECONDS,
    "cents": RNG.integers(0, 10**6, 3000) / 100,
    "normal": RNG.normal(size=100_000),
    "float32": RNG.normal(size=3000).astype(np.float32),
    "booleans": np.array([True, False]),
    "small integers": np.arange(-100, 100, dtype=np.int8),
    "identifiers": RNG.integers(0, 10**10, 3000),
    "constant": np.full(9, 1.7e9 + 1),
    "huge": RNG.normal(size=100) * 1e300,
    "empty": np.array([]),
    "unknown": np.full(3, np.nan),
    "both ends": np.array([-3.3e38, 3.3e38, 1], dtype=np.float32),
    "body temperature": RNG.normal(37, 1, 1_000_000),
    "round-off": sum(RNG.integers(1, 11, (3, 3000)) / 3),
}


@pytest.mark.parametrize("values", MERGED.values(), ids=MERGED)
def test_an_offset_keeps_apart_what_float32_merges(values):
    (offset, scale), merged = find_offset(values)
    known = np.unique(values[np.isfinite(values)])
    placed = ((known.astype(np.float64) - offset) * scale).astype(np.float32)
    assert merged <= 0.1
    assert len(np.unique(placed)) >= 0.9 * len(known)


@pytest.mark.parametrize("values", KEPT.values(), ids=KEPT)
def test_what_float32_keeps_apart_has_no_offset(values):
    place, merged = find_offset(values)
    assert place is None
    assert merged == 0


def test_numbers_of_little_spread_get_a_scale_though_float32_keeps_them_apart():
    values = RNG.normal(size=3000) * 1e-36
    (_, scale), _ = find_offset(values)
    assert 0.1 < np.std(values * scale) < 10


def test_what_no_offset_helps_is_told_by_its_share():
    place, merged = find_offset(2**62 + SECONDS)
    assert place is None
    assert merged > 0.9


@given(st.lists(st.floats(allow_infinity=True) | st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_any_numbers_can_be_asked(values):
    place, merged = find_offset(np.array(values, dtype=np.float64))
    assert 0 <= merged <= 1
    assert place is None or np.isfinite(place).all()


def test_the_share_that_merges_without_an_offset_is_told():
    assert merged_share(MERGED["Unix time"]) > 0.9
    for values in (SECONDS, KEPT["round-off"], SECONDS[:0]):
        assert merged_share(values) == 0


def test_columns_of_a_sparse_matrix_that_merge_are_told_by_position():
    X = scipy.sparse.csr_array(np.column_stack([SECONDS, MERGED["Unix time"], 0 * SECONDS]))
    ((column, share),) = merged_columns(X)
    assert (column, share) == (1, merged_share(MERGED["Unix time"]))
    assert list(merged_columns(X[:0])) == list(merged_columns(X[:, :1])) == []
