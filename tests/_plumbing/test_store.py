"""Arrays that grow: in memory, in files, and on a disk that is full."""

import errno
import gc
import os
import resource
import subprocess
import sys
import tempfile

import numpy as np
import pytest
import scipy.sparse

from skdistill._plumbing import store as _store
from skdistill._plumbing.store import RowStore

LIMIT = 10_000


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr(_store, "SPILL_BYTES", LIMIT)


def parts(n_parts, n=100):
    rng = np.random.default_rng(0)
    return [
        {"rows": rng.random((n, 3), dtype=np.float32), "labels": rng.integers(0, 9, n)}
        for _ in range(n_parts)
    ]


def filled(appended):
    store = RowStore()
    for arrays in appended:
        store.append(**arrays)
    return store.finish()


@pytest.mark.parametrize("n_parts", [1, 2, 4, 5, 6, 40])
def test_all_rows_come_back_in_order_from_memory_and_from_files(small_limit, n_parts):
    appended = parts(n_parts)
    arrays = filled(appended)
    for name in ("rows", "labels"):
        expected = np.concatenate([part[name] for part in appended])
        assert arrays[name].dtype == expected.dtype
        np.testing.assert_array_equal(arrays[name], expected)
        assert isinstance(arrays[name], np.memmap) == (n_parts * 2000 > LIMIT)


def test_sparse_rows_stay_in_memory(small_limit):
    dense = np.random.default_rng(0).normal(size=(2000, 30))
    matrix = scipy.sparse.csr_array(np.where(dense > 1, dense, 0))
    stacked = filled([{"rows": matrix}] * 3)["rows"]
    assert stacked.format == "csr"
    np.testing.assert_array_equal(stacked.toarray(), np.tile(matrix.toarray(), (3, 1)))


def test_files_have_no_name_and_their_space_is_free_when_the_arrays_are_gone(
    small_limit, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    arrays = filled(parts(20))
    assert list(tmp_path.iterdir()) == []
    mapped = f"{tmp_path}/"
    with open("/proc/self/maps") as maps:
        assert mapped in maps.read()
    del arrays
    gc.collect()
    with open("/proc/self/maps") as maps:
        assert mapped not in maps.read()


def test_a_full_disk_is_named_and_nothing_is_left_behind(small_limit, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(
        tempfile, "TemporaryFile", lambda buffering: open("/dev/full", "wb", buffering)
    )
    with pytest.raises(OSError, match=r"No space left.*600 rows.*TMPDIR") as caught:
        filled(parts(6))
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_a_limit_on_file_sizes_met_in_the_middle_is_named():
    code = f"""
import signal, resource, numpy as np
from skdistill._plumbing import store as _store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
_store.SPILL_BYTES = {LIMIT}
store = _store.RowStore()
try:
    for _ in range(100):
        store.append(rows=np.zeros((100, 3), np.float32))
except OSError as error:
    print(error)
"""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert os.strerror(errno.EFBIG) in done.stdout
    assert "did not fit" in done.stdout
