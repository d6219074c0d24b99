"""A report as HTML: one file, without any request, for phones and dark mode."""

from html import escape

from skdistill.report._glossary import glossary
from skdistill.report._panels import as_svg

# Colours are those of the page: a notebook keeps its theme, a browser its dark mode.
STYLE = """
.skdistill-report {max-width: 72rem; margin: auto; line-height: 1.45; text-align: left}
.skdistill-report .verdict {border-left: .4rem solid #3b82c4; background: #3b82c422;
  padding: .8rem 1rem}
.skdistill-report .verdict h2 {margin: 0; font-size: 1.6rem}
.skdistill-report ul {margin: .6rem 0 0; padding-left: 1.2rem}
.skdistill-report .wide {overflow-x: auto}
.skdistill-report table {border-collapse: collapse; font-size: .875rem;
  font-variant-numeric: tabular-nums}
.skdistill-report th, .skdistill-report td {padding: .25rem .5rem; text-align: right;
  white-space: nowrap; border-bottom: 1px solid #8884}
.skdistill-report :is(th, td):first-child {text-align: left}
.skdistill-report .note {opacity: .75; font-size: .85rem}
.skdistill-report dt {font-weight: 600; margin-top: .4rem}
.skdistill-report dd {margin-left: 1.2rem}
.skdistill-report .plots {display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr))}
.skdistill-report svg {width: 100%; height: auto}
"""
# What a page of its own adds: names of rows stay in sight while a table scrolls on a phone.
PAGE_STYLE = """
:root {color-scheme: light dark}
body {background: Canvas; color: CanvasText; font-family: system-ui, sans-serif}
.skdistill-report :is(th, td):first-child {position: sticky; left: 0; background: Canvas}
@media (max-width: 40rem) {.skdistill-report th[scope=row] {white-space: normal}}
"""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Fidelity report</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def make_page(report, tables, panels):
    """Return a whole HTML page."""
    return PAGE.format(style=PAGE_STYLE, body=make_fragment(report, tables, panels))


def make_fragment(report, tables, panels):
    """Return an HTML element, for pages and notebooks alike.

    Parameters
    ----------
    report : FidelityReport
    tables : list of Table
    panels : tuple of Panel
        Those to draw, which needs matplotlib.
    """
    verdict = report.verdict
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in verdict.reasons)
    plots = "".join(as_svg(panel, f"skdistill-{k}") for k, panel in enumerate(panels))
    words = "".join(
        f"<dt>{escape(word)}</dt><dd>{escape(text)}</dd>"
        for word, text in glossary(report).items()
    )
    parts = [
        f"<style>{STYLE}</style>",
        f"<h1>Fidelity report</h1><p>{report.n_rows:,} held-out rows</p>",
        f'<div class="verdict"><h2>Verdict: {escape(verdict.choice)}</h2>',
        f"<ul>{reasons}</ul></div>",
        *(_table(table) for table in tables),
        f'<h2>Plots</h2><div class="plots">{plots}</div>' if plots else "",
        f"<h2>Glossary</h2><dl>{words}</dl>",
    ]
    return '<div class="skdistill-report">' + "\n".join(parts) + "</div>"


def _table(table):
    header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    rows = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in table.rows
    )
    return (
        f'<h2>{table.title}</h2><div class="wide" tabindex="0"><table>'
        f"<thead><tr>{header}</tr></thead>\n<tbody>{rows}</tbody></table></div>"
        f'<p class="note">{escape(table.note)}</p>'
    )
