"""Words of the command line as options; what is wrong with them is said as the command says it."""

import argparse

from skdistill.cli._config import with_config
from skdistill.cli._console import InputError, hint


class Parser(argparse.ArgumentParser):
    """A parser whose errors are the command's, and name the help."""

    def error(self, message):
        """Raise what is wrong."""
        raise InputError(f"{message}. `{self.prog} --help` has all options.")


def parse(parser, commands, words):
    """Return the options that `words` give; `commands` are the parsers of the subcommands."""
    if words and not words[0].startswith("-") and words[0] not in commands:
        raise InputError(f"skdistill has no command {words[0]}; {hint(words[0], commands)}")
    options, unknown = parser.parse_known_args(with_config(commands, words))
    if unknown:
        raise InputError(_unknown(commands.get(words[0], parser), unknown))
    return options


def _unknown(parser, words):
    """Say what is wrong with words that a parser does not know."""
    options = [word.partition("=")[0] for word in words if word.startswith("-")]
    if not options:
        return (
            f"{parser.prog} has no use for {words[0]!r} there: leave it out, or write all files "
            "before the options."
        )
    if missing := parser.get_default("missing_options"):
        return f"{options[0]} is not known. {missing}"
    known = [name for action in parser._actions for name in action.option_strings]
    return f"{parser.prog} has no option {options[0]}; {hint(options[0], known)}"
