"""`skdistill export`: a student's file as ONNX, C or a torch program."""

from pathlib import Path

from skdistill._plumbing.files import whole_file
from skdistill.cli._console import InputError, check_output, note, print_json
from skdistill.cli._options import add_general, add_output, add_reading, reading_of
from skdistill.cli._tables import open_rows
from skdistill.runtime import load

SUFFIXES = {"onnx": ".onnx", "c": ".h", "torch": ".pt2"}
SUMMARY = "write a student as ONNX, as a C header or as a torch program"
DESCRIPTION = (
    "Write a student for where there is no Python: an ONNX model with its preprocessing, a "
    "C99 header, or a program of torch.export."
)
EPILOG = """\
examples:
  skdistill export churn.safetensors --format onnx        # churn.onnx
  skdistill export churn.safetensors --output churn.onnx --int8 --calibration customers.csv
  skdistill export churn.safetensors --format c --int8    # churn.h, for a small device
  skdistill export churn.safetensors --format torch       # churn.pt2: torch.export.load

Each form is compared with the student before it is written, except C, which is not compiled here.
"""


def add_options(parser):
    """Add the options of the subcommand."""
    parser.add_argument("student", type=Path, help="the student's file")
    text = "default: what the suffix of --output says"
    parser.add_argument("--format", choices=SUFFIXES, help=text)
    add_output(parser, "default: beside the student's file, with the suffix .onnx, .h or .pt2")
    parser.add_argument("--int8", action="store_true", help="onnx, c: weights of eight bits")
    onnx = parser.add_argument_group("ONNX")
    onnx.add_argument(
        "--calibration",
        type=Path,
        metavar="TABLE",
        help="a table, such as that of training, on which --int8 measures ranges",
    )
    add_reading(onnx)
    onnx.add_argument("--opset", type=int, metavar="N", help="version of operators (default 18)")
    onnx.add_argument(
        "--zipmap", action="store_true", help="probabilities are dictionaries by label"
    )
    c = parser.add_argument_group("C")
    c.add_argument("--name", help="first part of all names in the header (default: that of FILE)")
    add_general(parser, what="format, file and size")
    parser.set_defaults(run=_export)


def _export(options):
    form, path = _destination(options)
    _check_options(options, form)
    check_output(path, force=options.force)
    student = load(options.student)
    {"onnx": _onnx, "c": _c, "torch": _torch}[form](student, path, options)
    n_bytes = path.stat().st_size
    if options.json:
        print_json({"format": form, "path": str(path), "n_bytes": n_bytes})
    else:
        note(f"Wrote {path} ({n_bytes:,} bytes).")


def _destination(options):
    form, path = options.format, options.output
    if form is None and path is not None:
        form = {suffix: name for name, suffix in SUFFIXES.items()}.get(path.suffix)
    if form is None:
        raise InputError(
            f"Pass --format {', '.join(SUFFIXES)}, or an --output that ends with "
            f"{', '.join(SUFFIXES.values())}."
        )
    if path is None:
        path = options.student.with_suffix(SUFFIXES[form])
    if path.suffix != SUFFIXES[form]:
        raise InputError(f"{path}: what --format {form} writes ends with {SUFFIXES[form]}.")
    return form, path


def _check_options(options, form):
    """Raise if an option has no meaning for the format."""
    of_others = {
        "--int8": options.int8 and form == "torch",
        "--calibration": options.calibration is not None and form != "onnx",
        "--opset": options.opset is not None and form != "onnx",
        "--zipmap": options.zipmap and form != "onnx",
        "--name": options.name is not None and form != "c",
    }
    for flag, given in of_others.items():
        if given:
            raise InputError(f"{flag} has no meaning for --format {form}: leave it out.")
    if form == "onnx" and options.int8 != (options.calibration is not None):
        raise InputError(
            "--int8 and --calibration TABLE belong together: eight bits need ranges, which are "
            "measured on rows."
        )


def _onnx(student, path, options):
    from skdistill.export import to_onnx

    quantization = {}
    if options.int8:
        reader = student.reader
        table = options.calibration, reader.names, reader.kinds, reading_of(options)
        with open_rows(*table) as opened:
            _, rows, _ = next(opened.chunks())  # thousands are plenty
        if reader.names is None:
            rows = rows.to_numpy()
        quantization = {"quantize": "int8", "calibration_rows": rows}
    opset = {} if options.opset is None else {"opset": options.opset}
    to_onnx(student, path, zipmap=options.zipmap, **opset, **quantization)


def _c(student, path, options):
    from skdistill.export import to_c

    to_c(student, path, dtype="int8" if options.int8 else "float32", name=options.name)


def _torch(student, path, options):
    import torch

    from skdistill.export import probe_rows, to_torch

    any_number = ({0: torch.export.Dim("n_rows")},)
    rows = torch.from_numpy(probe_rows(student))
    program = torch.export.export(to_torch(student), (rows,), dynamic_shapes=any_number)
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        torch.export.save(program, file)
