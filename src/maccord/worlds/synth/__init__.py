"""Fleets that were lived: stories in which a cause happens, and innocent hosts around them, with the truth of both.

A clone is a host that was imaged, a reissue a range that ran round. The truth is what the stories did, read off the
hosts; nothing here knows a rule.
"""

from maccord.worlds.synth.fleet import EVERY, Cell, Wanted, cells, possible
from maccord.worlds.synth.refusals import CannotSynthesize
from maccord.worlds.synth.stories import STORIES, Story
from maccord.worlds.synth.truth import Lived

__all__ = ["EVERY", "STORIES", "CannotSynthesize", "Cell", "Lived", "Story", "Wanted", "cells", "possible"]
