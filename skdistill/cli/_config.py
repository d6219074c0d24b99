"""Options from a TOML file: its keys become words of the command line, before those given."""

import argparse
import tomllib
from pathlib import Path

from skdistill.cli._console import InputError, hint
from skdistill.cli._parameters import as_typed


def with_config(commands, words):
    """Return the words of a command line with those of its ``--config`` file among them.

    Those of the file come first, so that what the user typed wins.
    """
    if not words or words[0] not in commands:
        return words
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    finder.add_argument("--config", type=Path)
    try:
        found, rest = finder.parse_known_args(words[1:])
    except argparse.ArgumentError:  # no file after --config: the subcommand says so
        return words
    if found.config is None:
        return words
    return [words[0], *_words(_read(found.config), commands[words[0]], found.config), *rest]


def _read(path):
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError(f"No configuration file at {path}.") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not in UTF-8, as TOML is: save it so ({error}).") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as TOML: {error}") from error


def _words(values, parser, path):
    options = {
        name.removeprefix("--"): action
        for action in parser._actions
        for name in action.option_strings
        if name.startswith("--") and name not in ("--help", "--config")
    }
    words = []
    for key, value in values.items():
        name = key.replace("_", "-")
        if name not in options:
            raise InputError(f"{path}: {key} is no option of {parser.prog}; {hint(name, options)}")
        words += _of_option(name, value, options[name], path)
    return words


def _of_option(name, value, action, path):
    if action.nargs == 0:
        if not isinstance(value, bool):
            raise InputError(f"{path}: {name} is true or false, not {value!r}.")
        return [f"--{name}"] if value else []
    values = value if isinstance(value, list) else [value]
    words = getattr(action.type, "words", ())  # which true and false may be among
    if any(isinstance(v, dict | list | bool) and as_typed(v) not in words for v in values):
        raise InputError(f"{path}: {name} takes text or a number, not {value!r}.")
    if isinstance(action, argparse._AppendAction):
        return [f"--{name}={v}" for v in values]
    return [f"--{name}={as_typed(value)}"]
