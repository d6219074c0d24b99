"""What a caller of an exported student must know, in C: columns and levels."""

import numpy as np

from skdistill.export._c_text import strings

BY_COLUMN = """\
static inline float @{name}(int column, {given})
{{
    switch (column) {{
{cases}
    default:
        return {otherwise};
    }}
}}
"""
CODE = {"name": "code", "given": "const char *level", "otherwise": "-1.0f"}
NUMBER = {"name": "number", "given": "double value", "otherwise": "(float)value"}


def describe_columns(reader):
    """Return definitions of column names and levels."""
    texts = []
    if reader.names or reader.levels or reader.origins or reader.offsets:
        names = reader.names or [str(j) for j in range(len(reader.kinds))]
        texts.append(strings("@features", names, [_remark(reader, j) for j in range(len(names))]))
    levels = sorted(reader.levels.items())
    return texts + [strings(f"@levels_{j}", known) for j, known in levels if known]


def code_function(reader):
    """Return the function that codes a level, if any column has levels."""
    cases = "\n".join(_case(reader, j) for j in sorted(reader.levels))
    return [BY_COLUMN.format(cases=cases, **CODE)] if cases else []


def number_function(reader):
    """Return the function that makes floats of numbers that need doubles, if any column does."""
    cases = "\n".join(
        f"    case {j}:\n        return (float)((value - {offset!r}) * {scale!r});"
        for j, (offset, scale) in sorted(reader.offsets.items())
    )
    return [BY_COLUMN.format(cases=cases, **NUMBER)] if cases else []


def _remark(reader, j):
    doubles = ", by @number" if j in reader.offsets else ""
    if j in reader.origins:
        return f"{j}: days since {np.datetime64(int(reader.origins[j]), 'D')}{doubles}"
    if doubles:
        return f"{j}: number{doubles}"
    if j not in reader.levels:
        return f"{j}: number"
    n = len(reader.levels[j])
    where = f"position in @levels_{j}, " if n else ""
    hashed = f"by hash {n} and more, " if j in reader.buckets else ""
    last = reader.n_codes(j) - 1
    return f"{j}: category, {where}{hashed}missing {last - 1}, other {last}"


def _case(reader, j):
    levels = reader.levels[j]
    known = f"@levels_{j}" if levels else "0"
    sizes = f"{len(levels)}, {reader.buckets.get(j, 0)}"
    return f"    case {j}:\n        return @find(level, {known}, {sizes});"
