"""`skdistill completion`: a script that completes the command in a shell."""

from functools import partial
from pathlib import Path

from skdistill.cli._console import InputError, print_data
from skdistill.cli._options import add_command

SHELLS = ("bash", "zsh", "fish")
EPILOG = """\
once, for each shell that you use:
  skdistill completion bash > ~/.local/share/bash-completion/completions/skdistill
  skdistill completion zsh > ~/.zfunc/_skdistill   # a folder in your fpath
  skdistill completion fish > ~/.config/fish/completions/skdistill.fish
"""


def add_parser(commands):
    """Add the subcommand."""
    parser = add_command(
        commands,
        "completion",
        summary="print a script that completes the command in your shell",
        description="Print a script that completes commands, options, choices and file names.",
        epilog=EPILOG,
    )
    parser.add_argument("shell", choices=SHELLS)


def complete_commands(parser, commands):
    """Let the subcommand complete `parser` and its `commands`, which include it."""
    commands["completion"].set_defaults(run=partial(_completion, parser, commands))


def _completion(parser, commands, options):
    try:
        import shtab
    except ImportError:
        raise InputError('Completion needs shtab: pip install "skdistill[cli]"') from None
    for command in commands.values():
        for action in command._actions:
            if action.type is Path:
                action.complete = shtab.FILE
    print_data(shtab.complete(parser, shell=options.shell))
