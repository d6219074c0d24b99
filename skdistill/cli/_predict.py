"""`skdistill predict`: a student's answers to the rows of a table, a chunk at a time."""

from pathlib import Path
from tempfile import TemporaryDirectory

from skdistill._plumbing.files import whole_file
from skdistill.cli._answered import answered_by
from skdistill.cli._console import InputError, check_output, note, print_json, stdout
from skdistill.cli._files import quoted
from skdistill.cli._options import add_general, add_output, add_reading, reading_of
from skdistill.cli._tables import open_rows
from skdistill.runtime import load

STDOUT = Path("-")
SUMMARY = "let a student answer the rows of a table"
DESCRIPTION = "Write labels and probabilities, or numbers, for the rows of a table."
EPILOG = """\
examples:
  skdistill predict churn.safetensors new.csv > predictions.csv
  skdistill predict churn.safetensors new.parquet --output predictions.parquet
  skdistill predict churn.safetensors new.csv --only labels | sort | uniq -c

Predictions have the rows of the table in its order, a column `label` and a column
`probability_CLASS` for each class; of a student of numbers a column `prediction`, or of several
numbers `prediction_0`, `prediction_1` and so on. Files may be larger than memory. Columns are
found by name; those that the student does not read are left out.
"""


def add_options(parser):
    """Add the options of the subcommand."""
    parser.add_argument("student", type=Path, help="the student's file")
    parser.add_argument("table", type=Path, help="a table: CSV, TSV, Parquet or JSON lines")
    add_reading(parser.add_argument_group("reading the table"))
    output = parser.add_argument_group("output")
    text = "a CSV or Parquet file; - (default) writes CSV to stdout"
    add_output(output, text, default=STDOUT)
    text = "a column of the table that travels through, such as a key (repeatable)"
    output.add_argument("--keep", action="append", default=[], metavar="COLUMN", help=text)
    output.add_argument(
        "--only", choices=("labels", "probabilities"), help="of classes; default: both"
    )
    add_general(
        parser, what="how many rows had which label, or bounds of numbers, once FILE is written,"
    )
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
    reader, answered = student.reader, answered_by(student, options.only)
    table = options.table, reader.names, reader.kinds, reading_of(options)
    with open_rows(*table, keep=options.keep) as rows:
        _write(options.output, _answers(answered, rows), rows.kept_types)
    summary = answered.summary()
    if options.json:
        print_json(summary)
    elif not to_stdout:
        note(f"Wrote {summary['n_rows']:,} rows to {options.output}.")


def _answers(answered, rows):
    """Yield a frame of answers for each chunk of the table."""
    for where, frame, kept in rows.chunks():
        try:
            columns = answered.columns(frame)
        except ValueError as error:
            raise InputError(f"{where}: {error}") from error
        if twice := set(columns).intersection(kept):
            raise InputError(f"--keep {' '.join(twice)}: the predictions have such a column.")
        yield kept.assign(**columns)


def _write(path, frames, kept_types):
    """Write frames, one below the other, to a file or to stdout."""
    if path == STDOUT:
        with stdout() as stream:
            _write_csv(stream, frames)
        return
    with whole_file(path) as temporary:
        if path.suffix == ".parquet":
            _write_parquet(temporary, frames, kept_types)
        else:
            with open(temporary, "w", encoding="utf-8", newline="") as stream:
                _write_csv(stream, frames)


def _write_csv(stream, frames):
    for i, frame in enumerate(frames):
        frame.to_csv(stream, index=False, header=i == 0, lineterminator="\n")


def _write_parquet(path, frames, kept_types):
    import duckdb

    with TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.") as folder:
        with duckdb.connect(f"{folder}/answers") as connection:
            kept = [f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in kept_types.items()]
            replace = f" REPLACE ({', '.join(kept)})" if kept else ""
            verb = "CREATE TABLE answers AS"
            for frame in frames:
                connection.register("chunk", frame)
                connection.execute(f"{verb} SELECT *{replace} FROM chunk").fetchall()
                verb = "INSERT INTO answers"
            connection.execute(f"COPY answers TO {quoted(str(path))} (FORMAT parquet)").fetchall()
