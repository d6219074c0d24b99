"""The examples run, each in a folder of its own."""

import runpy
from pathlib import Path

import matplotlib
import pytest
import torch

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("plot_*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    state = torch.get_rng_state()
    with matplotlib.rc_context({"backend": "agg"}):
        runpy.run_path(str(path))
        matplotlib.pyplot.close("all")
    torch.set_rng_state(state)  # examples may seed it; other tests are not to notice


def test_the_gallery_has_an_order_for_every_example(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES[0].parents[1] / "docs" / "_ext"))
    from gallery_order import EXAMPLES as ordered

    assert sorted(ordered) == [path.name for path in EXAMPLES]
