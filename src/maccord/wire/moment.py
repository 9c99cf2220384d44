"""What every record of one frame begins with."""

from typing import NamedTuple

from maccord.wire.records import At, Domain


class Moment(NamedTuple):
    """When and where a frame was, and its source; decoders turn its payload into a record of this moment."""

    time_ns: int
    at: At
    domain: Domain
    line: int
    source: int
