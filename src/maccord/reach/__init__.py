"""Asks platforms for evidence, through their vendors' own libraries: one file per platform, and what they share.

Each platform is a function that connects, reads and returns `Collected`: texts for files, in a form that the
collectors of `collect` read. Nothing here writes a file, and nothing changes anything on a platform. The libraries are
extras; each is imported when it is asked for, and one that is missing is named with the command that installs it.
"""

from maccord.reach.answer import Collected, Failed, Secret, Trust
from maccord.reach.crowd import ask_all
from maccord.reach.library import MissingLibrary

__all__ = ["Collected", "Failed", "MissingLibrary", "Secret", "Trust", "ask_all"]
