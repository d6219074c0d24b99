"""A student in a notebook: what it is, and the columns it reads."""

from html import escape

from skdistill.runtime._described_columns import describe_columns, holds

N_COLUMNS = 100  # that are shown


def as_html(student):
    """Return a student's repr with a table of its columns, folded up."""
    columns = describe_columns(student.reader)
    cells = [
        (str(j) if column["name"] is None else column["name"], column["kind"], holds(column))
        for j, column in enumerate(columns[:N_COLUMNS])
    ]
    if len(columns) > N_COLUMNS:
        cells.append((f"and {len(columns) - N_COLUMNS:,} more", "", ""))
    rows = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in cells)
    return (
        f"<details><summary><code>{escape(repr(student))}</code></summary>"
        f"<p>{escape(student.outputs.described)}</p>"
        f"<table><thead><tr><th>column</th><th>kind</th><th>holds</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )
