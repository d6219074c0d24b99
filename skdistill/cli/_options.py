"""Options that several subcommands have."""

from pathlib import Path
from typing import Any

from skdistill.cli._files import Reading
from skdistill.cli._parameters import add_parameters, lack_parameters
from skdistill.cli._targets import AUTO, CLASSES, NUMBERS, estimators

FILE: Any = {"type": Path, "metavar": "FILE"}
BUNDLED = ("breast_cancer", "diabetes", "digits", "iris", "wine")
PRESETS = ("voting", "forest", "boosting")


def add_general(parser, *, what):
    """Add the options that every subcommand has."""
    general = parser.add_argument_group("general")
    general.add_argument("--json", action="store_true", help=f"print {what} as JSON")
    text = 'options in a TOML file, as in: target = "churned"; those typed here win'
    general.add_argument("--config", **FILE, help=text)


def add_output(group, text, *, default=None, force="overwrite FILE"):
    """Add where to write, and whether over what is there."""
    group.add_argument("--output", **FILE, default=default, help=text)
    group.add_argument("--force", action="store_true", help=force)


def add_reading(group):
    """Add how tables are read; `reading_of` makes a `Reading` of it."""
    text = "between cells: a character, or tab (default: as it looks)"
    group.add_argument("--separator", metavar="C", help=text)
    text = "the sign of decimals: . or , (default: as it looks)"
    group.add_argument("--decimal", metavar="C", help=text)
    text = "of text, such as latin-1 (default: UTF-8, or else Windows-1252)"
    group.add_argument("--encoding", metavar="NAME", help=text)
    text = "a word that stands for no value, as the empty cell does (repeatable)"
    group.add_argument("--missing", action="append", default=[], metavar="WORD", help=text)
    text = "how dates are written, such as %%d/%%m/%%y (default: ISO 8601, or as they look)"
    group.add_argument("--dates", metavar="FORM", help=text)


def reading_of(options):
    """Return how the user wants tables to be read."""
    return Reading(
        options.separator,
        options.decimal,
        options.encoding,
        tuple(options.missing),
        options.dates,
    )


def add_distillation(parser, *, table):
    """Add data, teacher and parameters of a distillation; `table` is what its word is."""
    _add_data(parser, table)
    _add_teacher(parser)
    try:
        found = estimators()
    except ModuleNotFoundError as error:
        lack_parameters(parser, error)
    else:
        add_parameters(parser, found)
    parser.add_argument("-v", "--verbose", action="store_true", help="losses of every epoch")


def _add_data(parser, table):
    data = parser.add_argument_group("data")
    data.add_argument("table", nargs="?", type=Path, help=table)
    data.add_argument("--target", metavar="COLUMN", help="the column with the labels")
    text = "a column to leave out, such as a key (repeatable)"
    data.add_argument("--drop", action="append", default=[], metavar="COLUMN", help=text)
    add_reading(data)
    data.add_argument("--data", choices=BUNDLED, help="a data set bundled with scikit-learn")
    text = (
        "what the target has; auto takes many or broken numbers for numbers, all else for classes"
    )
    data.add_argument("--task", choices=(AUTO, CLASSES, NUMBERS), default=AUTO, help=text)
    text = "share of held-out rows (default .25)"
    data.add_argument("--test-size", type=float, default=0.25, metavar="SHARE", help=text)
    text = "further rows without labels: a table, or a folder of them"
    data.add_argument("--unlabeled", type=Path, metavar="PATH", help=text)


def _add_teacher(parser):
    teacher = parser.add_argument_group("teacher")
    text = "a 500-tree forest, gradient boosting, or the mean of both (default)"
    teacher.add_argument("--teacher", choices=PRESETS, default="voting", help=text)
    teacher.add_argument(
        "--teacher-file",
        **FILE,
        help="an estimator in a .skops or .joblib file; a fitted one is used as it is, and must "
        "not have seen these rows",
    )
    text = "a type that a .skops file may hold (repeatable)"
    teacher.add_argument("--trust", action="append", default=[], metavar="TYPE", help=text)
    text = "load a .joblib file, which executes whatever code it holds"
    teacher.add_argument("--allow-code-execution", action="store_true", help=text)
