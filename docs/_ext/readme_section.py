"""The directive `readme`: a section of the README, so that no text stands twice."""

import re
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

README = Path(__file__).parents[2] / "README.md"
# a link leads from docs/ to where it led from the root
LINKS = [
    (re.compile(r"\]\(docs/"), "]("),
    (re.compile(r"\]\(benchmarks/results\)"), "](benchmarks.md)"),
    (re.compile(r"\]\(benchmarks/"), "](../benchmarks/"),
]


def section(heading):
    """Return the text below a heading of the second level; that before the first, for none."""
    parts = re.split(r"^## (.*)\n", README.read_text(encoding="utf-8"), flags=re.MULTILINE)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    texts[""] = parts[0].split("\n", 1)[1]
    if heading not in texts:
        raise ValueError(f"README.md has no section {heading!r}; it has {sorted(texts)}.")
    text = texts[heading]
    for pattern, target in LINKS:
        text = pattern.sub(target, text)
    return text


class Readme(SphinxDirective):
    """Include the section of the README that has the heading; without one, its introduction."""

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self):
        """Return the section's nodes."""
        self.env.note_dependency(str(README))
        try:
            text = section(self.arguments[0] if self.arguments else "")
        except ValueError as error:
            raise self.error(str(error)) from error
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def setup(app):
    """Register the directive."""
    app.add_directive("readme", Readme)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
