"""`skdistill info`: what a student's file holds."""

from pathlib import Path

import numpy as np

from skdistill import __version__
from skdistill.cli._console import print_data, print_json, print_table
from skdistill.cli._options import add_general
from skdistill.layers import to_plain
from skdistill.runtime import format_of, load

SUMMARY = "say what a student's file holds"
DESCRIPTION = "Print classes, columns, levels, layers and size of a student's file."
EPILOG = """\
examples:
  skdistill info churn.safetensors
  skdistill info churn.safetensors --json | jq '.columns[].name'
"""
N_LEVELS = 5  # that the table shows of each column


def add_options(parser):
    """Add the options of the subcommand."""
    parser.add_argument("student", type=Path, help="the student's file")
    add_general(parser, what="everything, all levels included,")
    parser.set_defaults(run=_info)


def _info(options):
    student = load(options.student)
    described = {
        "file": str(options.student),
        "n_bytes": options.student.stat().st_size,
        "format": format_of(options.student),
        "skdistill": __version__,
        "summary": repr(student),
        "n_weights": sum(array.size for layer in student.layers for array in _arrays(layer)),
        "sparse": student.reader.sparse,
        "classes": student.outputs.labels.tolist(),
        "columns": _columns(student.reader),
        "layers": [_layer(layer) for layer in student.layers],
    }
    if options.json:
        print_json(described)
    else:
        _print(described)


def _columns(reader):
    columns = []
    for j, kind in enumerate(reader.kinds):
        column = {"name": reader.names[j] if reader.names else None, "kind": kind}
        if j in reader.levels:
            column["levels"] = list(reader.levels[j])
        if j in reader.buckets:
            column["hashed"] = reader.buckets[j]
        if j in reader.origins:
            column["origin"] = str(np.datetime64(int(reader.origins[j]), "D"))
        if j in reader.offsets:
            column["offset"], column["scale"] = reader.offsets[j]
        columns.append(column)
    return columns


def _layer(layer):
    """Return a layer's kind and settings, arrays by their shape."""
    return {
        name: list(value.shape) if isinstance(value, np.ndarray) else value
        for name, value in to_plain(layer).items()
    }


def _arrays(layer):
    return [value for value in to_plain(layer).values() if isinstance(value, np.ndarray)]


def _print(described):
    form = "sparse" if described["sparse"] else "dense"
    print_data(f"{described['file']}: {described['summary']}")
    print_data(
        f"{described['n_bytes']:,} bytes, {described['n_weights']:,} numbers, {form} rows, "
        f"format {described['format']}, read by skdistill {described['skdistill']}"
    )
    print_data(f"\nclasses: {', '.join(map(str, described['classes']))}\n")
    columns = enumerate(described["columns"])
    rows = [(str(j) if c["name"] is None else c["name"], c["kind"], _holds(c)) for j, c in columns]
    print_table(("column", "kind", "holds"), rows, n_left=3)
    print_data("")
    for layer in described["layers"]:
        settings = ", ".join(f"{k} {v}" for k, v in layer.items() if k != "kind")
        print_data(f"{layer['kind']}: {settings}" if settings else layer["kind"])


def _holds(column):
    if "origin" in column:
        return f"days since {column['origin']}"
    if "offset" in column:
        return f"doubles, less {column['offset']:,.10g}"
    if "levels" not in column:
        return ""
    levels = column["levels"]
    more = f" and {len(levels) - N_LEVELS} more" if len(levels) > N_LEVELS else ""
    hashed = f"; rare ones hashed into {column['hashed']}" if "hashed" in column else ""
    return ", ".join(levels[:N_LEVELS]) + more + hashed
