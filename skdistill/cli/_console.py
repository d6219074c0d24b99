"""What the command says: data on stdout, notes on stderr; and how it refuses."""

import difflib
import json
import math
import os
import sys
from contextlib import contextmanager


class InputError(Exception):
    """What the user passed cannot be used; the message says why and what to do."""


class ReaderGone(Exception):
    """Whoever read stdout has gone, as `head` does."""


def note(text):
    """Print what is no data."""
    print(text, file=sys.stderr, flush=True)


def hint(name, known):
    """Return what may have been meant by a name that is none of those known, or all of these."""
    near = difflib.get_close_matches(name, known, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(known)}."


@contextmanager
def stdout():
    """Give stdout for data; raise `ReaderGone` if nobody reads it any more."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except UnicodeEncodeError as error:
        raise InputError(
            f"stdout is in {error.encoding}, which has no {error.object[error.start]!r}: set "
            "PYTHONIOENCODING=utf-8."
        ) from error
    except BrokenPipeError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        raise ReaderGone from error


def print_data(text):
    """Print data."""
    with stdout() as stream:
        print(text, file=stream)


def print_json(value):
    """Print a value of dicts, lists and numbers; those that are not finite become null."""
    print_data(json.dumps(_plain(value), indent=2, ensure_ascii=False))


def print_table(header, rows, *, n_left=1):
    """Print a table of text as data."""
    print_data("\n".join(format_table(header, rows, n_left=n_left)))


def format_table(header, rows, *, n_left=1):
    """Return the lines of a table: the first columns to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = []
    for row in [header, *rows]:
        cells = [
            cell.ljust(width) if j < n_left else cell.rjust(width)
            for j, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def check_output(path, *, force):
    """Raise unless a file can be written at `path`."""
    if path.is_dir():
        raise InputError(f"{path} is a folder: pass the path of a file.")
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is no file that could be replaced: pass the path of a file.")
    if path.exists() and not force:
        raise InputError(f"{path} exists: pass --force to overwrite it.")
    if not path.parent.is_dir():
        raise InputError(f"The folder {path.parent} does not exist: make it first.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise InputError(f"The folder {path.parent} may not be written to: choose another.")


def _plain(value):
    if isinstance(value, dict):
        return {str(key): _plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value
