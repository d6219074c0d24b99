"""`skdistill info`: what a student's file holds."""

from pathlib import Path

import numpy as np

from skdistill import __version__
from skdistill.cli._console import print_data, print_json, print_table
from skdistill.cli._options import add_general
from skdistill.layers import Classes, Quantiles, to_plain
from skdistill.runtime import describe_columns, format_of, holds, load

SUMMARY = "say what a student's file holds"
DESCRIPTION = "Print classes, columns, levels, layers and size of a student's file."
EPILOG = """\
examples:
  skdistill info churn.safetensors
  skdistill info churn.safetensors --json | jq '.columns[].name'
"""


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
        **_names(student.outputs),
        "columns": describe_columns(student.reader),
        "layers": [_layer(layer) for layer in student.layers],
    }
    if options.json:
        print_json(described)
    else:
        _print(described, student.outputs)


def _names(outputs):
    """Return the labels of classes, or how many numbers there are, and levels of quantiles."""
    if isinstance(outputs, Classes):
        return {"classes": outputs.labels.tolist()}
    levels = {"quantiles": outputs.levels.tolist()} if isinstance(outputs, Quantiles) else {}
    return {"n_outputs": outputs.n_outputs, **levels}


def _layer(layer):
    """Return a layer's kind and settings, arrays by their shape."""
    return {
        name: list(value.shape) if isinstance(value, np.ndarray) else value
        for name, value in to_plain(layer).items()
    }


def _arrays(layer):
    return [value for value in to_plain(layer).values() if isinstance(value, np.ndarray)]


def _print(described, outputs):
    form = "sparse" if described["sparse"] else "dense"
    print_data(f"{described['file']}: {described['summary']}")
    print_data(
        f"{described['n_bytes']:,} bytes, {described['n_weights']:,} numbers, {form} rows, "
        f"format {described['format']}, read by skdistill {described['skdistill']}"
    )
    print_data(f"\n{outputs.described}\n")
    columns = enumerate(described["columns"])
    rows = [(str(j) if c["name"] is None else c["name"], c["kind"], holds(c)) for j, c in columns]
    print_table(("column", "kind", "holds"), rows, n_left=3)
    print_data("")
    for layer in described["layers"]:
        settings = ", ".join(f"{k} {v}" for k, v in layer.items() if k != "kind")
        print_data(f"{layer['kind']}: {settings}" if settings else layer["kind"])
