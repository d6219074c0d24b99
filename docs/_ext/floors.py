"""The directive `floors`: the package's parts and who imports whom, drawn from the code."""

import ast
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

PACKAGE = Path(__file__).parents[2] / "skdistill"
LEFT_OUT = ("exceptions", "_plumbing")  # everybody's
WIDTH, BOX, HEIGHT, FLOOR = 980, 190, 46, 76
LETTERS = 30  # of a note
SWEEPS = 8  # of the order within floors, so that few lines cross
STYLE = """
.floors { font-family: system-ui, sans-serif; }
.floors text { fill: var(--pst-color-text-base, currentColor); text-anchor: middle; }
.floors .name { font-size: 15px; font-weight: 600; }
.floors .note { font-size: 10.5px; fill: var(--pst-color-text-muted, currentColor); }
.floors rect { fill: var(--pst-color-surface, white); }
.floors rect { stroke: var(--pst-color-border, currentColor); }
.floors path { fill: none; stroke: var(--pst-color-primary, currentColor); opacity: .5; }
"""


def parts():
    """Return the files of each package, and of each estimator's module."""
    found = {p.parent.name: sorted(p.parent.rglob("*.py")) for p in PACKAGE.glob("*/__init__.py")}
    found |= {name: [PACKAGE / f"{name}.py"] for name in ("_distilled", "_classifier")}
    return {name: files for name, files in found.items() if name not in LEFT_OUT}


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


def places(rows, graph):
    """Return the middle of each part's upper edge; parts stand near those that they import."""
    near: dict = {n: set(graph[n]) for n in graph}
    for name, imported in graph.items():
        for other in imported:
            near[other] |= {name}
    place: dict = {}
    for _ in range(SWEEPS):
        for k, row in enumerate(reversed(rows)):
            known = {n: [place[m][0] for m in near[n] if m in place] for n in row}
            row.sort(key=lambda n: (sum(known[n]) / len(known[n]) if known[n] else WIDTH / 2, n))
            gap = WIDTH / len(row)
            place |= {n: (gap * (i + 0.5), 8 + k * FLOOR) for i, n in enumerate(row)}
    return place


def about(path):
    """Return the first words of a module's docstring, as many as fit into a box."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))).splitlines()[0]
    text = text.split(": ", 1)[1] if text.split(":")[0].isidentifier() else text
    text = text.split(":")[0].rstrip(".").replace("`", "")
    return text if len(text) <= LETTERS else text[:LETTERS].rsplit(" ", 1)[0].rstrip(",") + " …"


def draw():
    """Return the picture as SVG."""
    files = parts()
    graph = {name: imports(own, files) - {name} for name, own in sorted(files.items())}
    graph = reduced(graph)
    rows = floors(graph)
    place, drawn = places(rows, graph), []
    for name, imported in graph.items():
        (x, y) = place[name]
        ends = [place[other] for other in sorted(imported)]
        drawn += [f'<path d="M{x:.0f} {y + HEIGHT}L{a:.0f} {b}"/>' for a, b in ends]
    for name, (x, y) in place.items():
        drawn.append(
            f'<rect x="{x - BOX / 2:.0f}" y="{y}" width="{BOX}" height="{HEIGHT}" rx="6"/>'
            f'<text class="name" x="{x:.0f}" y="{y + 20}">{name}</text>'
            f'<text class="note" x="{x:.0f}" y="{y + 36}">{about(files[name][0])}</text>'
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
