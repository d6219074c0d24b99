"""Tables and charts of benchmarks/results, made when the site is built.

The directive `benchmark-table` shows a file as it is; `benchmark-plot` draws it as its script
does; `quality-summary` says what `quality.csv` amounts to, and draws it.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import matplotlib
import pandas as pd
from docutils.parsers.rst import directives
from matplotlib.figure import Figure
from sphinx.util.docutils import SphinxDirective

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
RESULTS = BENCHMARKS / "results"
TEACHER = "vote"  # the teacher of the README's table; others are asides
WIDEST = 1.6  # ratio at which the chart ends: beyond, the figure is written at the edge
THEMES = {"light": ("#1f2328", "#0969da", "#8c959f"), "dark": ("#e6edf3", "#6cb6ff", "#768390")}


def read(name):
    """Return a file of results as a frame."""
    path = RESULTS / name
    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_json(path, lines=True)


def loss_ratios():
    """Return log losses relative to the calibrated teacher's: a row a set, a column a model."""
    rows = read("quality.csv").query("teacher == @TEACHER")
    losses = rows.groupby(["set", "model"])["log_loss"].mean().unstack()
    ratios = losses.div(losses["calibrated"], axis=0)
    return ratios.sort_values("student", ascending=False)


def summary(ratios):
    """Return what the ratios amount to, in Markdown."""
    student, n = ratios["student"], len(ratios)
    wins = {name: int((student < ratios[name]).sum()) for name in ("twin", "boosting")}
    worst = student.index[0]
    return (
        f"On {n} real data sets the student's log loss is {student.median():.3f} of its "
        f"calibrated teacher's at the median, {student.min():.2f} at best and "
        f"{student.max():.2f} at worst ({worst}). It is lower than that of the same net trained "
        f"on labels alone on {wins['twin']} of {n}, and than that of gradient boosting of the "
        f"student's size on {wins['boosting']} of {n}. In the chart, figures at the right are "
        "ratios beyond its scale."
    )


def draw(ratios, path, theme):
    """Draw the ratios to an SVG file with a transparent ground."""
    ink, accent, faint = THEMES[theme]
    # glyphs as paths and fixed names of elements: the file is the same in every build
    with matplotlib.rc_context({"svg.hashsalt": "skdistill", "text.color": ink}):
        figure = Figure(figsize=(5.4, 5), layout="constrained")
        ax = figure.add_subplot()
        places = range(len(ratios))
        ax.axvline(1, color=faint, linewidth=1)
        models = {
            "student": ("o", accent, "student"),
            "twin": ("o", faint, "the same net, labels alone"),
            "boosting": ("x", faint, "gradient boosting of its size"),
        }
        beyond = dict.fromkeys(ratios.index, "")
        for name, (marker, color, label) in models.items():
            near = ratios[name].where(ratios[name] < WIDEST)
            ax.plot(near, places, marker, color=color, label=label, zorder=2 + (name == "student"))
            for dataset, ratio in ratios[name][near.isna()].items():
                beyond[dataset] += f"  {'●' if marker == 'o' else '✕'} {ratio:.2g}"
        for place, text in zip(places, beyond.values(), strict=True):
            ax.text(WIDEST, place, text, color=faint, va="center", ha="right")
        ax.set_yticks(places, ratios.index)
        ax.invert_yaxis()
        ax.set_xlim(0.78, WIDEST)
        ax.set_xlabel("log loss relative to the calibrated teacher's (left is better)", color=ink)
        ax.tick_params(colors=ink)
        # among sets whose models all lie on the left
        ax.legend(loc="center right", bbox_to_anchor=(1, 0.44), framealpha=0, labelcolor=ink)
        for name, spine in ax.spines.items():
            spine.set(visible=name == "bottom", color=faint)
        figure.savefig(path, transparent=True, metadata={"Date": None})


class QualitySummary(SphinxDirective):
    """Say what `quality.csv` amounts to, and draw it for light and dark."""

    def run(self):
        """Return the paragraph and the images."""
        self.env.note_dependency(str(RESULTS / "quality.csv"))
        ratios = loss_ratios()
        folder = Path(self.env.srcdir) / "generated"
        folder.mkdir(exist_ok=True)
        text = summary(ratios) + "\n"
        for theme in THEMES:
            draw(ratios, folder / f"quality-{theme}.svg", theme)
            text += (
                f"\n```{{image}} /generated/quality-{theme}.svg\n"
                ":alt: Log loss of student, twin and boosting relative to the teacher's, by set\n"
                f":class: only-{theme}\n:width: 640px\n```\n"
            )
        return self.parse_text_to_nodes(text)


class BenchmarkTable(SphinxDirective):
    """Show columns of a file of results as a table; names are separated by semicolons."""

    required_arguments = 1
    option_spec: ClassVar = dict.fromkeys(("columns", "sort"), directives.unchanged_required)

    def run(self):
        """Return the table."""
        name = self.arguments[0]
        self.env.note_dependency(str(RESULTS / name))
        rows = read(name)
        columns = self.options.get("columns", "; ".join(rows.columns)).split("; ")
        rows = rows.dropna(subset=columns, how="any", axis="index")
        if "sort" in self.options:
            rows = rows.sort_values(self.options["sort"].split("; "))
        lines = [columns, ["---"] * len(columns)]
        lines += [[_cell(value) for value in row] for row in rows[columns].itertuples(index=False)]
        text = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
        return self.parse_text_to_nodes(f"{text}\n\n[{name}](../benchmarks/results/{name})\n")


class BenchmarkPlot(SphinxDirective):
    """Draw a file of results by the function `plot` of a script; the text says what is seen."""

    required_arguments = 2
    has_content = True

    def run(self):
        """Return the image."""
        script, name = self.arguments
        for path in (BENCHMARKS / script, RESULTS / name):
            self.env.note_dependency(str(path))
        file = f"generated/{Path(name).stem}.png"
        (Path(self.env.srcdir) / "generated").mkdir(exist_ok=True)
        load_script(script).plot(read(name), Path(self.env.srcdir) / file)
        text = f"```{{image}} /{file}\n:alt: {' '.join(self.content)}\n```\n"
        return self.parse_text_to_nodes(text)


def load_script(name):
    """Return a script of benchmarks as a module."""
    if str(BENCHMARKS.parent) not in sys.path:
        sys.path.insert(0, str(BENCHMARKS.parent))
    return import_module(".".join(("benchmarks", *Path(name).with_suffix("").parts)))


def _cell(value):
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value).replace("|", r"\|").replace("_", r"\_")


def setup(app):
    """Register the directives."""
    app.add_directive("benchmark-plot", BenchmarkPlot)
    app.add_directive("benchmark-table", BenchmarkTable)
    app.add_directive("quality-summary", QualitySummary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
