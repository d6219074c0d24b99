"""The command `skdistill`: a module for each subcommand, and what they share."""

from skdistill.cli._main import main

__all__ = ["main"]
