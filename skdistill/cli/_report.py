"""`skdistill report`: the fidelity report of a run, or of a table that is fitted on here."""

from dataclasses import asdict
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from skdistill._plumbing.files import whole_file
from skdistill.cli._console import (
    InputError,
    check_output,
    note,
    print_data,
    print_json,
    print_table,
)
from skdistill.cli._options import add_distillation, add_general, add_output
from skdistill.cli._parameters import flag
from skdistill.cli._run import (
    FILES,
    READING,
    describe,
    open_run,
    options_of_run,
    restore_options,
)
from skdistill.cli._student_report import report_student
from skdistill.cli._work import at_work, prepare

SUMMARY = "say whether the student is worth deploying, with tables and plots"
DESCRIPTION = (
    "Print the fidelity report: a verdict, with reasons and tables. The data and the fit "
    "are those of a run (compress --keep-run), or what a table and options say, as compress "
    "takes them. Of a student's file and a table with labels, print quality and cost."
)
EPILOG = """\
examples:
  skdistill compress customers.csv --target churned --keep-run
  skdistill report student.safetensors.run --output report.html   # fits no teacher
  skdistill report customers.csv --target churned --output report.md
  skdistill report --data wine --teacher forest --json
  skdistill report churn.safetensors later.csv --target churned   # without a teacher

The verdict compares the student with its teacher, with its hard-label twin and with gradient
boosting of its size, on held-out rows. The folder of a run holds pickles: report only on your
own runs.
"""
SUFFIXES = (".md", ".html")
OF_STUDENT = {"target", *READING}  # options that have a meaning with a student's file


def add_options(parser):
    """Add the options of the subcommand."""
    table = "the folder of a run, a table (CSV, Parquet …), or a student's file"
    add_distillation(parser, table=table)
    text = "with a student's file: a table with labels, of rows that it was not trained on"
    parser.add_argument("rows", nargs="?", type=Path, help=text)
    output = parser.add_argument_group("output")
    add_output(output, "write it to FILE too: Markdown (.md), or a page with plots (.html)")
    add_general(parser, what="all figures")
    parser.set_defaults(run=partial(_report, parser))


def _report(parser, options):
    if options.rows is not None or str(options.table).endswith(".safetensors"):
        names = [name for name in (*_of_fit(options), "output") if name not in OF_STUDENT]
        _check_plain(parser, options, names, "has no meaning with a student's file")
        report_student(options)
        return
    if options.output is not None:
        _check_format(options)
    folder = options.table if options.table is not None and options.table.is_dir() else None
    if folder is not None:
        _check_plain(parser, options, _of_fit(options), f"is part of the run in {folder}")
        restore_options(options, folder)
    work = prepare(options)

    from skdistill.report import fidelity_report

    if folder is None:
        fitted = work.fit()
    else:
        with open_run(folder, describe(options), resume=True) as cache:
            fitted = cache.get("distilled", lambda: work.fit(memory=folder))
    with at_work():
        note(f"Fitting what the student has to beat; measuring on {len(work.y_test):,} rows.")
        training = {"X_train": work.X_train, "y_train": work.y_train}
        report = fidelity_report(fitted, work.X_test, work.y_test, **training)
    if options.output is not None:
        text = report.to_html() if options.output.suffix == ".html" else report.to_markdown()
        with whole_file(options.output) as temporary:
            temporary.write_text(text, encoding="utf-8")
    if options.json:
        print_json(_figures(report))
    else:
        _print(report)


def _check_format(options):
    check_output(options.output, force=options.force)
    if options.output.suffix not in SUFFIXES:
        raise InputError(f"{options.output}: a report ends with {' or '.join(SUFFIXES)}.")
    if options.output.suffix == ".html" and find_spec("matplotlib") is None:
        raise InputError('A page with plots needs: pip install "skdistill[report]"')


def _of_fit(options):
    """Name the options that the fit of a run follows."""
    return (*options_of_run(options), *FILES[1:])


def _check_plain(parser, options, names, why):
    """Raise if the user gave options that have no meaning."""
    for name in names:
        if getattr(options, name) != parser.get_default(name):
            raise InputError(f"{flag(name)} {why}: leave it out.")


def _figures(report):
    return {
        "verdict": asdict(report.verdict),
        "n_rows": report.n_rows,
        "gap_closed": None if report.gap_closed is None else asdict(report.gap_closed),
        "models": {name: _of_model(report.task, row) for name, row in report.models.items()},
        "slices": [_of_slice(part) for part in report.slices],
    }


def _of_slice(part):
    figures = asdict(part)
    return {**figures.pop("likeness"), **figures}


def _of_model(task, figures):
    by_part = {f"{task.loss}_by_{task.part[0]}": figures.loss_by_part}
    return {
        "quality": figures.quality | by_part,
        "costs": asdict(figures.costs),
        task.loss: asdict(figures.loss),
        "lead": asdict(figures.lead),
    }


def _print(report):
    from skdistill.report import make_tables

    print_data(f"Verdict: {report.verdict.choice}\n")
    for reason in report.verdict.reasons:
        print_data(f"- {reason}")
    for table in make_tables(report):
        print_data(f"\n{table.title}\n")
        print_table(table.header, table.rows)
        print_data(f"\n{table.note}")
