"""Changing a host's dynamic range: in the registry, in Virtual Network Manager, by Set-VMHost."""

from typing import TYPE_CHECKING

from maccord.mac.address import Mac
from maccord.worlds.hyperv.ranges import Range
from maccord.worlds.hyperv.refusals import WrongState

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host


def edit_registry(
    host: "Host", minimum: str | None = None, maximum: str | None = None, current: str | None = None
) -> None:
    """Write the values. Nothing is checked, and the cursor is left where it is unless it is written too."""
    key = host.key
    if minimum is not None:
        key.minimum = Mac.parse(minimum).value
    if maximum is not None:
        key.maximum = Mac.parse(maximum).value
    if current is not None:
        key.current = Mac.parse(current).value
    if host.contested.registry_read == "at once":
        host.range = key.range
    written = {"minimum": minimum, "maximum": maximum, "current": current}
    told = {"values": ", ".join(name for name, value in written.items() if value is not None)}
    host.note("edit registry", told, *(Mac.parse(value).value for value in written.values() if value is not None))


def through_service(host: "Host", minimum: str, maximum: str, how: str) -> None:
    """Change the range as the service does: at once, and no adapter's address changes by it."""
    host.must_be_up()
    first, last = Mac.parse(minimum).value, Mac.parse(maximum).value
    if first > last:
        raise WrongState(host.name, "the range runs backwards")
    key = host.key
    key.minimum, key.maximum = first, last
    host.range = Range(first, last)
    moves = key.current is not None and key.current not in host.range
    if moves and host.contested.cursor_when_range_moves == "first":
        key.current = None if host.contested.cursor_names == "last" else first
    host.note("set range", {"how": how}, first, last)
