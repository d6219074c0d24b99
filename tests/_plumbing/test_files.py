"""Files appear whole or not at all, whoever else writes at the same time."""

import os
import stat
import threading

import pytest

from skdistill._plumbing.files import whole_file


def test_until_it_is_whole_there_is_the_old_file_or_none(tmp_path):
    path = tmp_path / "s"
    for text in ("first", "second"):
        with whole_file(path) as temporary:
            temporary.write_text(text)
            assert (path.read_text() if path.exists() else None) == {"second": "first"}.get(text)
        assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_raised_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "s"
    path.write_text("old")

    def fail():
        with whole_file(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_threads_leave_the_umask_as_it_is(tmp_path):
    def write(name):
        for _ in range(200):
            with whole_file(tmp_path / name) as temporary:
                temporary.write_text(name)

    old = os.umask(0o027)
    try:
        threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        left = os.umask(old)
    assert left == 0o027
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o640}


def test_a_missing_folder_is_named(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match=r"folder .*nowhere does not exist"),
        whole_file(tmp_path / "nowhere" / "s"),
    ):
        pass
