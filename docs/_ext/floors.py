"""The directive `floors`: the package's parts and who imports whom, drawn from the code."""

import ast
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

PACKAGE = Path(__file__).parents[2] / "skdistill"
LEFT_OUT = ("exceptions", "_plumbing")  # everybody's
WIDTH, BOX, HEIGHT, FLOOR = 980, 148, 46, 84
STYLE = """
.floors { font-family: system-ui, sans-serif; min-width: 44rem; width: 100%; height: auto; }
.floors text { fill: var(--pst-color-text-base, currentColor); text-anchor: middle; }
.floors .name { font-size: 15px; font-weight: 600; }
.floors .note { font-size: 10.5px; fill: var(--pst-color-text-muted, currentColor); }
.floors rect { fill: var(--pst-color-surface, none); stroke: var(--pst-color-border, currentColor); }
.floors path { fill: none; stroke: var(--pst-color-primary, currentColor); opacity: .45; }
"""


def parts():
    """Return the files of each package, and of each estimator's module."""
    packages = {
        p.parent.name: sorted(p.parent.rglob("*.py")) for p in PACKAGE.glob("*/__init__.py")
    }
    estimators = {p.stem: [p] for p in (PACKAGE / "_distilled.py", PACKAGE / "_classifier.py")}
    return {
        name: files for name, files in {**packages, **estimators}.items() if name not in LEFT_OUT
    }


def imports(files, names):
    """Return which of the names the files import from skdistill."""
    found = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "skdistill":
                found |= {"_classifier"} if any(a.name[0].isupper() for a in node.names) else set()
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("skdistill."):
                found.add(node.module.split(".")[1])
    return found & set(names)


def floors(graph):
    """Return the names on each floor, the ground first: one above the highest that it imports."""
    height: dict = {}
    while len(height) < len(graph):
        ready = [n for n in graph if n not in height and all(m in height for m in graph[n])]
        height |= {n: 1 + max((height[m] for m in graph[n]), default=-1) for n in ready}
    return [[n for n in graph if height[n] == k] for k in range(1 + max(height.values()))]


def reduced(graph):
    """Leave out what is imported by way of another, too."""

    def reach(name):
        return {m for n in graph[name] for m in {n, *reach(n)}}

    return {n: {m for m in graph[n] if not any(m in reach(o) for o in graph[n])} for n in graph}


def draw():
    """Return the picture as SVG."""
    files = parts()
    graph = {name: imports(own, files) - {name} for name, own in sorted(files.items())}
    rows = floors(graph)
    place, drawn = {}, []
    for k, row in enumerate(reversed(rows)):
        for i, name in enumerate(row):
            place[name] = WIDTH * (i + 0.5) / len(row), 8 + k * FLOOR
    for name, imported in reduced(graph).items():
        (x, y) = place[name]
        drawn += [
            f'<path d="M{x:.0f} {y + HEIGHT}L{place[m][0]:.0f} {place[m][1]}"/>' for m in imported
        ]
    for name, (x, y) in place.items():
        home = files[name][0]
        about = ast.get_docstring(ast.parse(home.read_text(encoding="utf-8"))).splitlines()[0]
        note = about.removeprefix("DistilledClassifier: ").removeprefix("BaseDistilled: ")
        note = note.split(":")[0].split(",")[0].rstrip(".")
        drawn.append(
            f'<rect x="{x - BOX / 2:.0f}" y="{y}" width="{BOX}" height="{HEIGHT}" rx="6"/>'
            f'<text class="name" x="{x:.0f}" y="{y + 20}">{name}</text>'
            f'<text class="note" x="{x:.0f}" y="{y + 36}">{note[:34]}</text>'
        )
    size = 8 + FLOOR * len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="floors" viewBox="0 0 {WIDTH} {size}" '
        f'role="img" aria-label="The parts of skdistill, each above those that it imports">'
        f"<style>{STYLE}</style>{''.join(drawn)}</svg>"
    )


class Floors(SphinxDirective):
    """Draw the parts of the package, each above those that it imports."""

    def run(self):
        """Return the picture's node."""
        return [nodes.raw("", draw(), format="html")]


def setup(app):
    """Register the directive."""
    app.add_directive("floors", Floors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
