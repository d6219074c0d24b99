"""Options that several subcommands have."""

import argparse
import textwrap
from pathlib import Path

BUNDLED = ("breast_cancer", "digits", "iris", "wine")
PRESETS = ("voting", "forest", "boosting")
TRANSFERS = ("auto", "munge", "conditional", "copula", "mixup", "bootstrap", "none")


def add_command(commands, name, *, summary, description, epilog):
    """Add a subcommand; return its parser."""
    return commands.add_parser(
        name,
        help=summary,
        description=textwrap.fill(description, 88),
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_general(parser, *, what):
    """Add the options that every subcommand has; return their group."""
    general = parser.add_argument_group("general")
    general.add_argument("--json", action="store_true", help=f"print {what} as JSON")
    general.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help='options in a TOML file, as in: target = "churned"; those typed here win',
    )
    return general


def add_distillation(parser, *, table):
    """Add the data, the teacher and the student of a distillation.

    Parameters
    ----------
    parser : ArgumentParser
    table : str
        What the first word is.
    """
    _add_data(parser, table)
    _add_teacher(parser)
    _add_student(parser)
    work = parser.add_argument_group("work")
    work.add_argument("--device", default="cpu", help="cpu (default), cuda, mps or auto")
    work.add_argument("--n-jobs", type=int, metavar="N", help="teachers fitted at once")
    work.add_argument(
        "--random-state", type=int, default=0, metavar="SEED", help="seed (default 0)"
    )
    work.add_argument("-v", "--verbose", action="store_true", help="losses of every epoch")


def _add_data(parser, table):
    data = parser.add_argument_group("data")
    data.add_argument("table", nargs="?", type=Path, help=table)
    data.add_argument("--target", metavar="COLUMN", help="the column with the labels")
    data.add_argument("--data", choices=BUNDLED, help="a data set bundled with scikit-learn")
    data.add_argument(
        "--test-size",
        type=float,
        default=0.25,
        metavar="SHARE",
        help="share of held-out rows (default .25)",
    )


def _add_teacher(parser):
    teacher = parser.add_argument_group("teacher")
    teacher.add_argument(
        "--teacher",
        choices=PRESETS,
        default="voting",
        help="a 500-tree forest, gradient boosting, or the soft vote of both (default)",
    )
    teacher.add_argument(
        "--teacher-file",
        type=Path,
        metavar="FILE",
        help="a classifier in a .skops or .joblib file; a fitted one is used as it is, and must "
        "not have seen these rows",
    )
    teacher.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="TYPE",
        help="a type that a .skops file may hold (repeatable)",
    )
    teacher.add_argument(
        "--allow-code-execution",
        action="store_true",
        help="load a .joblib file, which executes whatever code it holds",
    )


def _add_student(parser):
    student = parser.add_argument_group("student")
    student.add_argument(
        "--hidden-layer-sizes",
        type=_sizes,
        default=(128, 128),
        metavar="SIZES",
        help="as in 128,128 (default)",
    )
    student.add_argument(
        "--alpha",
        type=_number_or_auto,
        default="auto",
        help="weight of the teacher's answers against labels, 0 to 1; auto (default) lets "
        "held-out rows decide",
    )
    student.add_argument(
        "--temperature", type=float, default=1.0, help="distillation temperature (default 1)"
    )
    student.add_argument(
        "--transfer",
        choices=TRANSFERS,
        default="auto",
        help="source of synthetic rows; auto (default) lets held-out rows decide",
    )
    student.add_argument(
        "--unlabeled",
        type=Path,
        metavar="PATH",
        help="further rows without labels: a Parquet file, or a folder of them",
    )


def _sizes(text):
    return tuple(int(part) for part in text.split(",") if part)


def _number_or_auto(text):
    return text if text == "auto" else float(text)
