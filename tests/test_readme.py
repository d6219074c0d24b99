"""The code blocks of the README and the guides run, in order, in a folder of their own."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


PAGES = ["README.md", "docs/user_guide.md", "docs/deploying.md", "docs/onnx.md"]


@pytest.mark.parametrize("page", PAGES)
def test_code_blocks_run(page, tmp_path, monkeypatch):
    text = (ROOT / page).read_text(encoding="utf-8")  # a missing page fails
    blocks = list(BLOCK.finditer(text))
    assert blocks, f"{page} has no ```python block"
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    for block in blocks:
        lines_above = text.count("\n", 0, block.start(1))
        source = "\n" * lines_above + block[1]  # tracebacks name the line of the page
        exec(compile(source, ROOT / page, "exec"), namespace)
