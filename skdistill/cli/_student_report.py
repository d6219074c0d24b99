"""What there is to say of a student's file and a table with labels, without a teacher."""

import numpy as np

from skdistill.cli._closing import beats_prior
from skdistill.cli._comparison import PRIOR, STUDENT, print_comparison
from skdistill.cli._console import InputError, note, print_data, print_json
from skdistill.cli._options import reading_of
from skdistill.cli._tables import open_rows
from skdistill.cli._targets import as_numbers
from skdistill.layers import Classes, Numbers
from skdistill.runtime import load
from skdistill.tables import stack_rows, take_rows

TRUTH = {"true": 1.0, "false": 0.0}


def report_student(options):
    """Print how good the student in `options.table` is on the rows of `options.rows`."""
    student = load(options.table)
    if not isinstance(student.outputs, Classes | Numbers):
        raise InputError(
            f"{options.table} answers by {student.outputs.words}: this command compares students "
            "of one class a row, or of numbers."
        )
    X, y = _read(student, options)

    from skdistill.measures import compare
    from skdistill.tasks import task_of

    note("A student's file does not tell on which rows it was trained: these must be others.")
    task = task_of(student.outputs)
    models = {STUDENT: student, PRIOR: task.prior(y)}
    figures = compare(models, X, y, reference=STUDENT, student=STUDENT, task=task)
    of_teacher = {measure.name for measure in task.measures if measure.of_teacher}
    figures = {
        model: {name: value for name, value in row.items() if name not in of_teacher}
        for model, row in figures.items()
    }
    if options.json:
        print_json({"n_rows": len(y), "models": figures})
        return
    print_comparison(task, figures)
    better = "clearly better" if beats_prior(figures) else "no better"
    print_data(f"\nAs far as {len(y):,} rows tell, the student is {better} than the prior.")
    print_data(f"The prior is {task.nobody} among these rows. There is no teacher here.")


def as_labels(cells, labels):
    """Return the labels that cells of a table spell: numbers and truth values in any spelling."""
    spell = str if labels.dtype.kind in "OU" else _number
    known = {spell(label): label for label in labels.tolist()}
    for cell in cells:
        if spell(cell) not in known:
            some = ", ".join(map(str, labels.tolist()))
            raise InputError(f"{cell} is no label that the student knows. It knows {some}.")
    return np.array([known[spell(cell)] for cell in cells], dtype=labels.dtype)


def _number(cell):
    try:
        return float(TRUTH.get(str(cell).lower(), cell))
    except ValueError:
        return cell


def _read(student, options):
    """Return the rows of a table that have a label, as the student reads them, and labels."""
    if options.rows is None or options.target is None:
        raise InputError(
            f"{options.table} is a student's file: pass a table with labels too, as in "
            f'skdistill report "{options.table}" TABLE.csv --target COLUMN'
        )
    reader, keep, labels = student.reader, [options.target], student.outputs
    are_classes = isinstance(labels, Classes)
    table = options.rows, reader.names, reader.kinds, reading_of(options)
    with open_rows(*table, keep=keep, numbers=() if are_classes else keep) as rows:
        chunks = [(frame, kept.iloc[:, 0]) for _, frame, kept in rows.chunks()]
    X = stack_rows([frame for frame, _ in chunks])
    cells = np.concatenate([column for _, column in chunks])
    has_label = np.concatenate([column.notna() for _, column in chunks])
    if not has_label.any():
        raise InputError(f"{options.rows} has no row with a label in {options.target}.")
    if not has_label.all():
        note(f"{(~has_label).sum():,} rows without {options.target} are left out.")
    try:
        cells = cells[has_label].tolist()
        y = as_labels(cells, labels.labels) if are_classes else as_numbers(cells)
    except InputError as error:
        raise InputError(f"{options.rows}, column {options.target}: {error}") from None
    return take_rows(X, np.flatnonzero(has_label)), y
