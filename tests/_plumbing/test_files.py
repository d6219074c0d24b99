"""Files appear whole or not at all, whoever else writes at the same time."""

import os
import stat

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


def test_it_is_readable_as_the_umask_says(tmp_path):
    old = os.umask(0o027)
    try:
        with whole_file(tmp_path / "s") as temporary:
            temporary.write_text("x")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o640


def test_a_missing_folder_is_named(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match=r"folder .*nowhere does not exist"),
        whole_file(tmp_path / "nowhere" / "s"),
    ):
        pass
