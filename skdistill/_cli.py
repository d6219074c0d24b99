"""The command `skdistill`."""

import argparse
import contextlib
import json
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

from skdistill import __version__

BUNDLED = ("breast_cancer", "digits", "iris", "wine")
PRESETS = ("voting", "forest", "boosting")
TRANSFERS = ("auto", "munge", "conditional", "copula", "mixup", "bootstrap", "none")
BAD_INPUT, INTERRUPTED = 2, 130


class InputError(Exception):
    """What the user passed cannot be used; the message says why and what to do."""


def main(argv=None):
    """Run the command; return its exit code.

    0: done, 2: unusable input, 130: interrupted.
    """
    options = _parser().parse_args(argv)
    try:
        options.run(options)
    except (InputError, ValueError, TypeError, OSError, ImportError) as error:
        print(f"skdistill: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("skdistill: interrupted; no student was written", file=sys.stderr)
        return INTERRUPTED
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="skdistill", description="Distil a classifier into a compact student."
    )
    parser.add_argument("--version", action="version", version=f"skdistill {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    compress = commands.add_parser(
        "compress",
        help="fit a teacher, distil it, write the student, compare them on held-out rows",
        description="Fit a teacher (or take one from a file), distil it into a student, write the "
        "student to a file, and compare teacher, hard-label twin (the same student, trained on "
        "labels alone) and student on held-out rows.",
    )
    compress.set_defaults(run=_compress)
    data = compress.add_argument_group("data")
    data.add_argument("table", nargs="?", type=Path, help="a CSV or Parquet file")
    data.add_argument("--target", metavar="COLUMN", help="the column with the labels")
    data.add_argument("--data", choices=BUNDLED, help="a data set bundled with scikit-learn")
    data.add_argument(
        "--test-size", type=float, default=0.25, help="share of held-out rows (default .25)"
    )
    teacher = compress.add_argument_group("teacher")
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
    student = compress.add_argument_group("student")
    student.add_argument(
        "--output", type=Path, default=Path("student.safetensors"), help="the student's file"
    )
    student.add_argument("--force", action="store_true", help="overwrite the student's file")
    student.add_argument(
        "--hidden-layer-sizes", type=_sizes, default=(128, 128), help="as in 128,128 (default)"
    )
    student.add_argument("--alpha", type=_number_or_auto, default="auto")
    student.add_argument("--temperature", type=float, default=1.0)
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
    student.add_argument("--device", default="cpu")
    general = compress.add_argument_group("general")
    general.add_argument("--n-jobs", type=int, help="teachers fitted at once")
    general.add_argument("--random-state", type=int, default=0, help="seed (default 0)")
    general.add_argument("--json", action="store_true", help="print the comparison as JSON")
    general.add_argument("-v", "--verbose", action="store_true", help="losses of every epoch")
    return parser


def _compress(options):
    if (options.table is None) == (options.data is None):
        raise InputError("Pass either a table or --data, as in: skdistill compress --data digits")
    if options.output.exists() and not options.force:
        raise InputError(f"{options.output} exists: pass --force to overwrite it.")
    if not options.output.parent.is_dir():
        raise InputError(f"The folder {options.output.parent} does not exist: make it first.")
    if not 0 < options.test_size < 1:
        raise InputError(f"--test-size must be between 0 and 1, got {options.test_size}.")
    X, y = _bundled(options.data) if options.data else _table(options.table, options.target)

    from skdistill import DistilledClassifier, progress
    from skdistill.report import compare
    from skdistill.report._baselines import fit_twin

    X_train, X_test, y_train, y_test = _split(X, y, options.test_size, options.random_state)
    teacher = _teacher(options, X_train)
    clf = DistilledClassifier(
        teacher,
        alpha=options.alpha,
        transfer=None if options.transfer == "none" else options.transfer,
        hidden_layer_sizes=options.hidden_layer_sizes,
        temperature=options.temperature,
        device=options.device,
        n_jobs=options.n_jobs,
        random_state=options.random_state,
        verbose=int(options.verbose),
    )
    bars = progress() if find_spec("rich") else contextlib.nullcontext()
    with contextlib.redirect_stdout(sys.stderr), bars:
        _note(f"Fitting the teacher and the student on {X_train.shape[0]:,} rows.")
        clf.fit(X_train, y_train, X_unlabeled=options.unlabeled)
        _note("Fitting the hard-label twin.")
        twin = fit_twin(clf, X_train, y_train)
        clf.student_.save(options.output)
        _note(f"Measuring on {X_test.shape[0]:,} held-out rows.")
        measures = compare(
            {"teacher": clf.teacher_, "hard-label twin": twin.student_, "student": clf.student_},
            X_test,
            y_test,
            reference="teacher",
        )
    if options.json:
        print(json.dumps({name: asdict(row) for name, row in measures.items()}, indent=2))
    else:
        _print(measures, options.output)


def _print(measures, path):
    """Print the comparison, and how to use the student."""
    print(
        f"{'':16s}{'accuracy':>9s}{'log loss':>10s}{'ECE':>7s}{'size':>11s}"
        f"{'one row':>11s}{'agreement':>11s}"
    )
    for name, row in measures.items():
        print(
            f"{name:16s}{row.accuracy:9.4f}{row.log_loss:10.4f}{row.ece:7.3f}"
            f"{_size(row.n_bytes):>11s}{_duration(row.latency):>11s}{row.agreement:11.4f}"
        )
    teacher, student = measures["teacher"], measures["student"]
    smaller = teacher.n_bytes / student.n_bytes
    faster = teacher.latency / student.latency
    print(f"\nThe student is {smaller:,.0f}x smaller and {faster:,.0f}x faster for one row.")
    print(f'Use it: skdistill.load("{path}").predict_proba(rows)')


def _teacher(options, X):
    from sklearn.base import is_classifier
    from sklearn.exceptions import NotFittedError
    from sklearn.frozen import FrozenEstimator
    from sklearn.utils.validation import check_is_fitted

    if options.teacher_file is None:
        return _preset(options.teacher, X)
    teacher = _load_teacher(options)
    if not (hasattr(teacher, "fit") and is_classifier(teacher)):
        raise InputError(
            f"{options.teacher_file} holds a {type(teacher).__name__}, not a classifier."
        )
    try:
        check_is_fitted(teacher)
    except NotFittedError:
        return teacher
    return FrozenEstimator(teacher)


def _preset(name, X):
    """Return a preset teacher; frames get their text and dates turned into numbers first."""
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        RandomForestClassifier,
        VotingClassifier,
    )
    from sklearn.pipeline import make_pipeline

    from skdistill._teachers import TableNumbers

    forest, boosting = RandomForestClassifier(500), HistGradientBoostingClassifier()
    teacher = {
        "forest": forest,
        "boosting": boosting,
        "voting": VotingClassifier([("forest", forest), ("boosting", boosting)], voting="soft"),
    }[name]
    return make_pipeline(TableNumbers(), teacher) if hasattr(X, "columns") else teacher


def _load_teacher(options):
    path = options.teacher_file
    if not path.is_file():
        raise InputError(f"No teacher file at {path}.")
    if path.suffix == ".skops":
        try:
            import skops.io
        except ImportError:
            raise InputError('Reading .skops needs: pip install "skdistill[skops]"') from None
        untrusted = set(skops.io.get_untrusted_types(file=path)) - set(options.trust)
        if untrusted:
            flags = " ".join(f"--trust {name}" for name in sorted(untrusted))
            raise InputError(f"{path} holds types that are not trusted. If you trust it: {flags}")
        return skops.io.load(path, trusted=options.trust)
    if path.suffix not in (".joblib", ".pkl"):
        raise InputError(f"{path}: a teacher file ends with .skops, .joblib or .pkl.")
    if not options.allow_code_execution:
        raise InputError(
            f"Loading {path} executes the code in it. If you trust its source, pass "
            "--allow-code-execution; otherwise save the teacher with skops."
        )
    import joblib

    try:
        return joblib.load(path)
    except Exception as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _bundled(name):
    from sklearn import datasets

    return getattr(datasets, f"load_{name}")(return_X_y=True)


def _table(path, target):
    """Read a table and take out its labels."""
    if target is None:
        raise InputError("Pass --target COLUMN: the column with the labels.")
    if not path.is_file():
        raise InputError(f"No table at {path}.")
    if path.suffix not in (".csv", ".parquet"):
        raise InputError(f"{path}: a table ends with .csv or .parquet.")
    try:
        import pandas as pd

        frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    except ImportError:
        raise InputError('Reading tables needs: pip install "skdistill[cli]"') from None
    except (ValueError, OSError) as error:
        raise InputError(f"{path} cannot be read as a table: {error}") from error
    if target not in frame:
        raise InputError(f"{path} has no column {target!r}; it has {', '.join(map(str, frame))}.")
    y = frame.pop(target)
    if y.isna().any():
        raise InputError(
            f"{y.isna().sum()} rows of {path} have no {target}: remove them or fill them in."
        )
    return frame, y.to_numpy()


def _split(X, y, test_size, random_state):
    import numpy as np
    from sklearn.model_selection import train_test_split

    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2:
        raise InputError(f"The labels have {len(classes)} class(es): two or more are needed.")
    stratify = y if counts.min() > 1 else None
    if stratify is None:
        _note("A class has a single row: the held-out rows are not stratified.")
    return train_test_split(
        X, y, test_size=test_size, random_state=random_state, stratify=stratify
    )


def _sizes(text):
    return tuple(int(part) for part in text.split(",") if part)


def _number_or_auto(text):
    return text if text == "auto" else float(text)


def _size(n_bytes):
    return f"{n_bytes / 1e6:.2f} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:.1f} kB"


def _duration(seconds):
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"


def _note(text):
    print(text, file=sys.stderr)
