"""`skdistill predict`: a student's answers to the rows of a table, a chunk at a time."""

from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from skdistill._plumbing.files import whole_file
from skdistill.cli._console import InputError, check_output, note, print_json, stdout
from skdistill.cli._options import add_general
from skdistill.cli._tables import read_chunks
from skdistill.runtime import load

STDOUT = Path("-")
SUMMARY = "let a student answer the rows of a CSV or Parquet file"
DESCRIPTION = "Write labels and probabilities for the rows of a CSV or Parquet file."
EPILOG = """\
examples:
  skdistill predict churn.safetensors new.csv > predictions.csv
  skdistill predict churn.safetensors new.parquet --output predictions.parquet
  skdistill predict churn.safetensors new.csv --only labels | sort | uniq -c

Predictions have the rows of the table in its order, a column `label` and a column
`probability_CLASS` for each class. Files may be larger than memory. Columns are found by name;
those that the student does not read are left out.
"""


def add_options(parser):
    """Add the options of the subcommand."""
    parser.add_argument("student", type=Path, help="the student's file")
    parser.add_argument("table", type=Path, help="a CSV or Parquet file")
    output = parser.add_argument_group("output")
    output.add_argument(
        "--output",
        type=Path,
        default=STDOUT,
        metavar="FILE",
        help="a CSV or Parquet file; - (default) writes CSV to stdout",
    )
    output.add_argument("--only", choices=("labels", "probabilities"), help="default: both")
    output.add_argument("--force", action="store_true", help="overwrite FILE")
    add_general(parser, what="how many rows had which label, once FILE is written,")
    parser.set_defaults(run=_predict)


def _predict(options):
    to_stdout = options.output == STDOUT
    if to_stdout and options.json:
        raise InputError("--json prints to stdout: write the predictions to a file by --output.")
    if not to_stdout:
        check_output(options.output, force=options.force)
        if options.output.suffix not in (".csv", ".parquet"):
            raise InputError(f"{options.output}: predictions end with .csv or .parquet.")
    student = load(options.student)
    counts = np.zeros(len(student.outputs.labels), dtype=np.int64)
    with _writer(options.output) as write:
        for where, frame in read_chunks(options.table, student.reader):
            try:
                proba = student.predict_proba(frame)
            except ValueError as error:
                raise InputError(f"{where}: {error}") from error
            best = proba.argmax(axis=1)
            counts += np.bincount(best, minlength=len(counts))
            write(_answers(student.outputs.labels, proba, best, options.only))
    if options.json:
        labels = dict(zip(map(str, student.outputs.labels), counts.tolist(), strict=True))
        print_json({"n_rows": int(counts.sum()), "labels": labels})
    elif not to_stdout:
        note(f"Wrote {counts.sum():,} rows to {options.output}.")


def _answers(classes, proba, best, only):
    import pandas as pd

    columns = {}
    if only != "probabilities":
        columns["label"] = classes[best]
    if only != "labels":
        columns |= {f"probability_{label}": proba[:, k] for k, label in enumerate(classes)}
    return pd.DataFrame(columns)


@contextmanager
def _writer(path):
    """Give a function that appends a frame to a file, or to stdout."""
    if path == STDOUT:
        with stdout() as stream:
            yield _csv_rows(stream)
        return
    with whole_file(path) as temporary:
        if path.suffix == ".parquet":
            with _parquet_rows(temporary) as write:
                yield write
        else:
            with open(temporary, "w", encoding="utf-8", newline="") as stream:
                yield _csv_rows(stream)


def _csv_rows(stream):
    has_header = False

    def write(frame):
        nonlocal has_header
        frame.to_csv(stream, index=False, header=not has_header, lineterminator="\n")
        has_header = True

    return write


@contextmanager
def _parquet_rows(path):
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    writer = None
    with ExitStack() as stack:

        def write(frame):
            nonlocal writer
            table = pyarrow.Table.from_pandas(frame, preserve_index=False)
            writer = writer or stack.enter_context(ParquetWriter(path, table.schema))
            writer.write_table(table)

        yield write
