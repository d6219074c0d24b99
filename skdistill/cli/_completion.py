"""`skdistill completion`: a script that completes the command in a shell."""

from pathlib import Path

from skdistill.cli._console import InputError, print_data
from skdistill.cli._parameters import Value

SHELLS = ("bash", "zsh", "fish")
SUMMARY = "print a script that completes the command in your shell"
DESCRIPTION = "Print a script that completes commands, options, choices and file names."
EPILOG = """\
once, for each shell that you use:
  skdistill completion bash > ~/.local/share/bash-completion/completions/skdistill
  skdistill completion zsh > ~/.zfunc/_skdistill   # a folder in your fpath
  skdistill completion fish > ~/.config/fish/completions/skdistill.fish
"""


def add_options(parser):
    """Add the options of the subcommand."""
    parser.add_argument("shell", choices=SHELLS)
    parser.set_defaults(run=_completion)


def _completion(options):
    try:
        import shtab
    except ImportError:
        raise InputError('Completion needs shtab: pip install "skdistill[cli]"') from None
    parser, commands = options.make_parser()
    for command in commands.values():
        for action in command._actions:
            if action.type is Path:
                action.complete = shtab.FILE
            if isinstance(action.type, Value):
                action.choices = list(action.type.words)
    print_data(shtab.complete(parser, shell=options.shell))
