"""`skdistill compress`: from a table to a student's file, and the comparison with its teacher."""

import filecmp
import os
from pathlib import Path

from skdistill.cli._closing import closing
from skdistill.cli._comparison import PRIOR, STUDENT, TEACHER, TWIN, print_comparison
from skdistill.cli._console import InputError, check_output, note, print_data, print_json
from skdistill.cli._export import SUFFIXES
from skdistill.cli._options import add_distillation, add_general, add_output
from skdistill.cli._run import describe, open_run, remove
from skdistill.cli._work import at_work, prepare

SUMMARY = "fit a teacher, distil it, write the student, compare them on held-out rows"
DESCRIPTION = (
    "Fit a teacher (or take one from a file), distil it into a student, write the student "
    "to a file, and compare teacher, hard-label twin (the same student, trained on labels "
    "alone), student and prior (who knows labels and no column) on held-out rows."
)
EPILOG = """\
examples:
  skdistill compress customers.csv --target churned --output churn.safetensors
  skdistill compress customers.csv --target churned --teacher-file forest.skops
  skdistill compress houses.parquet --target price --task numbers
  skdistill compress --data digits --teacher boosting --json > digits.json
  skdistill compress customers.csv --config churn.toml --resume

A killed run leaves what it finished in student.safetensors.run, beside the student's file:
the same words and --resume go on with it. No teacher is fitted twice, and the student is the
one that the run would have given. The folder holds pickles: resume only your own runs.
"""


def add_options(parser):
    """Add the options of the subcommand."""
    add_distillation(parser, table="a table: CSV, TSV, Parquet or JSON lines")
    output = parser.add_argument_group("output")
    add_output(
        output,
        "the student's file, .safetensors (default student.safetensors)",
        default=Path("student.safetensors"),
        force="overwrite the student's file, or a run not finished",
    )
    output.add_argument("--resume", action="store_true", help="go on with a run not finished")
    text = "leave the folder of the run, for: skdistill report FOLDER"
    output.add_argument("--keep-run", action="store_true", help=text)
    add_general(parser, what="the comparison")
    parser.set_defaults(run=_compress)


def _compress(options):
    folder = options.output.with_name(f"{options.output.name}.run")
    _check_outputs(options, folder)
    work = prepare(options)

    from skdistill.measures import compare, fit_twin

    with open_run(folder, describe(options), resume=options.resume, force=options.force) as cache:
        fitted = cache.get("distilled", lambda: work.fit(memory=folder))
        with at_work():
            note("Fitting the hard-label twin.")
            rows = work.X_train, work.y_train
            twin = cache.get("twin", lambda: fit_twin(fitted, *rows).student_)
            _save(fitted.student_, options.output, folder, force=options.force)
            note(f"Measuring on {work.X_test.shape[0]:,} held-out rows.")
            prior = fitted.task_.prior(work.y_train)
            figures = compare(
                {TEACHER: fitted.teacher_, TWIN: twin, STUDENT: fitted.student_, PRIOR: prior},
                work.X_test,
                work.y_test,
                reference=TEACHER,
                student=STUDENT,
                task=fitted.task_,
            )
    if not options.keep_run:
        remove(folder)
    if options.json:
        print_json(figures)
    else:
        print_comparison(fitted.task_, figures)
        print_data("\n" + "\n".join(closing(figures, len(work.y_test), options.output)))


def _check_outputs(options, folder):
    """Raise unless student and run can be written."""
    path = options.output
    if path.suffix in SUFFIXES.values():
        student = path.with_suffix(".safetensors")
        raise InputError(
            f"{path}: compress writes a student's file, such as {student}; then "
            f'`skdistill export "{student}" --output "{path}"` writes that.'
        )
    if path.suffix not in (".safetensors", ""):
        raise InputError(f"{path}: a student's file ends with .safetensors.")
    check_output(path, force=options.force or (options.resume and folder.is_dir()))
    if folder.exists() and not folder.is_dir():
        raise InputError(
            f"{folder}, the folder of the run, is a file: move it, or rename --output."
        )


def _save(student, path, folder, *, force):
    """Write the student; a file that is there already may only be the same one, without force."""
    made = folder / "student"
    student.save(made)
    if path.exists() and not force and not filecmp.cmp(made, path, shallow=False):
        raise InputError(f"{path} exists and is not of this run: pass --force to overwrite it.")
    os.replace(made, path)
