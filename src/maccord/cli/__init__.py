"""The command line: one file per command, loaded only when it is called."""

from maccord.cli.main import main

__all__ = ["main"]
