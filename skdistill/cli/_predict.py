"""`skdistill predict`: a student's answers to the rows of a table, a chunk at a time."""

from itertools import chain
from pathlib import Path

import numpy as np

from skdistill._plumbing.files import whole_file
from skdistill.cli._console import InputError, check_output, note, print_json, stdout
from skdistill.cli._options import add_general, add_output
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
    text = "a CSV or Parquet file; - (default) writes CSV to stdout"
    add_output(output, text, default=STDOUT)
    output.add_argument("--only", choices=("labels", "probabilities"), help="default: both")
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
    _write(options.output, _answers(student, options, counts))
    if options.json:
        labels = dict(zip(map(str, student.outputs.labels), counts.tolist(), strict=True))
        print_json({"n_rows": int(counts.sum()), "labels": labels})
    elif not to_stdout:
        note(f"Wrote {counts.sum():,} rows to {options.output}.")


def _answers(student, options, counts):
    """Yield a frame of answers for each chunk of the table, and count its labels."""
    classes = student.outputs.labels
    for where, frame in read_chunks(options.table, student.reader):
        try:
            proba = student.predict_proba(frame)
        except ValueError as error:
            raise InputError(f"{where}: {error}") from error
        best = proba.argmax(axis=1)
        counts += np.bincount(best, minlength=len(counts))
        columns = {} if options.only == "probabilities" else {"label": classes[best]}
        if options.only != "labels":
            columns |= {f"probability_{label}": proba[:, k] for k, label in enumerate(classes)}
        yield type(frame)(columns)


def _write(path, frames):
    """Write frames, one below the other, to a file or to stdout."""
    if path == STDOUT:
        with stdout() as stream:
            _write_csv(stream, frames)
        return
    with whole_file(path) as temporary:
        if path.suffix == ".parquet":
            _write_parquet(temporary, frames)
        else:
            with open(temporary, "w", encoding="utf-8", newline="") as stream:
                _write_csv(stream, frames)


def _write_csv(stream, frames):
    for i, frame in enumerate(frames):
        frame.to_csv(stream, index=False, header=i == 0, lineterminator="\n")


def _write_parquet(path, frames):
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    tables = (pyarrow.Table.from_pandas(frame, preserve_index=False) for frame in frames)
    first = next(tables)
    with ParquetWriter(path, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)
