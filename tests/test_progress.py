"""Long stages say how far they are."""

from skdistill import _progress
from skdistill._progress import Progress


def test_a_line_now_and_then(monkeypatch, capsys):
    clock = iter([0.0, 1.0, 6.0, 7.0, 12.0])
    monkeypatch.setattr(_progress.time, "monotonic", lambda: next(clock))
    progress = Progress("rows answered", 4000, 1)
    for _ in range(4):
        progress.add(1000)
    assert capsys.readouterr().out.splitlines() == [
        "2,000 of 4,000 rows answered (6 s)",
        "4,000 of 4,000 rows answered (12 s)",
    ]


def test_nothing_is_printed_unless_wanted_and_a_total_may_be_unknown(monkeypatch, capsys):
    monkeypatch.setattr(_progress, "INTERVAL", 0)
    Progress("rows", None, 0).add(5)
    assert capsys.readouterr().out == ""
    Progress("rows", None, 1).add(5)
    assert capsys.readouterr().out.startswith("5 rows (")
