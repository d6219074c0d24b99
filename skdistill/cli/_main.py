"""The parser of the command, and its exit codes."""

import sys
import textwrap
import warnings
from argparse import RawDescriptionHelpFormatter
from typing import Any

from skdistill import __version__
from skdistill.cli import _completion, _compress, _export, _info, _predict, _report
from skdistill.cli._console import InputError, ReaderGone, note
from skdistill.cli._parsing import Parser, parse
from skdistill.exceptions import ExportError

MODULES = (_compress, _report, _predict, _export, _info, _completion)
COMMANDS = {module.__name__.rpartition("._")[2]: module for module in MODULES}
DONE, FAILED, BAD_INPUT, INTERRUPTED, READER_GONE = 0, 1, 2, 130, 141

EPILOG = """\
examples:
  skdistill compress customers.csv --target churned --output churn.safetensors
  skdistill report customers.csv --target churned --output report.html
  skdistill predict churn.safetensors new.csv --output predictions.csv
  skdistill export churn.safetensors --output churn.onnx
  skdistill info churn.safetensors
  skdistill completion bash

`skdistill COMMAND --help` has the options of each, with examples.

exit codes:
  0    done
  1    an exported form did not answer like its student, or something broke
  2    unusable input or options: stderr says what to do
  130  interrupted (Ctrl-C)
  141  whoever read the output has gone, as in `skdistill predict … | head`
"""


def main(argv=None):
    """Run the command; return its exit code, which its help explains."""
    words = sys.argv[1:] if argv is None else argv
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            parser, commands = make_parser(words)
            options = parse(parser, commands, words)
            if not hasattr(options, "run"):
                parser.print_help()
                return DONE
            options.run(options)
        except ModuleNotFoundError as error:
            note(f'skdistill: {error}: pip install "skdistill[cli]"')
            return BAD_INPUT
        except (InputError, ValueError, TypeError, OSError, ImportError) as error:
            note(f"skdistill: {error}")
            return BAD_INPUT
        except ExportError as error:
            note(f"skdistill: {error}")
            return FAILED
        except ReaderGone:
            return READER_GONE
        except KeyboardInterrupt:
            note("skdistill: interrupted")
            return INTERRUPTED
    return DONE


def make_parser(words=tuple(COMMANDS)):
    """Return the parser, and those of the subcommands by name.

    Those that are among `words` have their options: some take loading torch.
    """
    layout: Any = {"formatter_class": RawDescriptionHelpFormatter, "allow_abbrev": False}
    parser = Parser(
        prog="skdistill",
        description="Distil a large model into a compact student, and put the student to use.",
        epilog=EPILOG,
        **layout,
    )
    parser.add_argument("--version", action="version", version=f"skdistill {__version__}")
    parser.set_defaults(make_parser=make_parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, module in COMMANDS.items():
        description = textwrap.fill(module.DESCRIPTION, 88)
        command = commands.add_parser(
            name, help=module.SUMMARY, description=description, epilog=module.EPILOG, **layout
        )
        if name in words:
            module.add_options(command)
    return parser, commands.choices


def _show_warning(message, category, filename, lineno, file=None, line=None):
    note(f"skdistill: warning: {message}")
