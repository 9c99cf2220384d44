"""What moves, and why: the engine of verdicts, a stream of what the wire tells in, verdicts out.

Nothing here opens, waits or asks for the time: callers bring what was heard, in the order of time, and say where ports
lead. `check` feeds it recorded evidence, `watch` what comes in.
"""

from maccord.wire.track.ground import Ground, Spot
from maccord.wire.track.settings import Settings
from maccord.wire.track.tracker import Tracker
from maccord.wire.track.verdict import FAULTS, Kind, Post, Verdict

__all__ = ["FAULTS", "Ground", "Kind", "Post", "Settings", "Spot", "Tracker", "Verdict"]
