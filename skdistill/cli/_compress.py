"""`skdistill compress`: from a table to a student's file, and the comparison with its teacher."""

import filecmp
import os
from pathlib import Path

from skdistill._plumbing.words import duration, size
from skdistill.cli._console import (
    InputError,
    check_output,
    note,
    print_data,
    print_json,
    print_table,
)
from skdistill.cli._options import add_distillation, add_general, add_output
from skdistill.cli._run import describe, open_run, remove
from skdistill.cli._work import at_work, prepare

SUMMARY = "fit a teacher, distil it, write the student, compare them on held-out rows"
DESCRIPTION = (
    "Fit a teacher (or take one from a file), distil it into a student, write the student "
    "to a file, and compare teacher, hard-label twin (the same student, trained on labels "
    "alone) and student on held-out rows."
)
EPILOG = """\
examples:
  skdistill compress customers.csv --target churned --output churn.safetensors
  skdistill compress customers.csv --target churned --teacher-file forest.skops
  skdistill compress --data digits --teacher boosting --json > digits.json
  skdistill compress customers.csv --config churn.toml --resume

A killed run leaves what it finished in student.safetensors.run, beside the student's file:
the same words and --resume go on with it. No teacher is fitted twice, and the student is the
one that the run would have given. The folder holds pickles: resume only your own runs.
"""


def add_options(parser):
    """Add the options of the subcommand."""
    add_distillation(parser, table="a CSV or Parquet file")
    output = parser.add_argument_group("output")
    add_output(
        output,
        "the student's file (default student.safetensors)",
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
    resumes = options.resume and folder.is_dir()
    check_output(options.output, force=options.force or resumes)
    work = prepare(options)

    from skdistill.measures import compare, fit_twin

    with open_run(folder, describe(options), resume=options.resume, force=options.force) as cache:
        clf = cache.get("classifier", lambda: work.fit(memory=folder))
        with at_work():
            note("Fitting the hard-label twin.")
            twin = cache.get("twin", lambda: fit_twin(clf, work.X_train, work.y_train).student_)
            _save(clf.student_, options.output, folder, force=options.force)
            note(f"Measuring on {work.X_test.shape[0]:,} held-out rows.")
            figures = compare(
                {"teacher": clf.teacher_, "hard-label twin": twin, "student": clf.student_},
                work.X_test,
                work.y_test,
                reference="teacher",
                task=clf.task_,
            )
    if not options.keep_run:
        remove(folder)
    if options.json:
        print_json(figures)
    else:
        _print(clf.task_, figures, options.output)


def _save(student, path, folder, *, force):
    """Write the student; a file that is there already may only be the same one, without force."""
    made = folder / "student"
    student.save(made)
    if path.exists() and not force and not filecmp.cmp(made, path, shallow=False):
        raise InputError(f"{path} exists and is not of this run: pass --force to overwrite it.")
    os.replace(made, path)


def _print(task, figures, path):
    """Print the comparison, and how to use the student."""
    brief = [measure for measure in task.measures if measure.brief]
    header = ("", *(measure.words for measure in brief), "size", "one row")
    rows = [
        (
            name,
            *(f"{row[measure.name]:.4f}" for measure in brief),
            *(size(row["n_bytes"]), duration(row["latency"])),
        )
        for name, row in figures.items()
    ]
    print_table(header, rows)
    teacher, student = figures["teacher"], figures["student"]
    smaller, faster = (teacher[cost] / student[cost] for cost in ("n_bytes", "latency"))
    print_data(f"\nThe student is {smaller:,.0f}x smaller and {faster:,.0f}x faster for one row.")
    print_data(f'Use it: skdistill predict "{path}" ROWS.csv')
