"""What `show_versions` prints."""

from importlib.metadata import version

import skdistill
from skdistill._plumbing.extension import instruction_sets


def test_versions_and_the_serving_implementation_are_printed(capsys):
    skdistill.show_versions()
    printed = capsys.readouterr().out
    assert f"torch: {version('torch')}" in printed
    sets = instruction_sets()
    assert (f"students: C++ ({sets[0]})" if sets else "students: NumPy") in printed
    assert (f"losses: C++ ({sets[0]}, " if sets else "losses: torch operators") in printed
