"""An incident of `maccord watch`, as it is printed, sent and kept: `maccord.watch/1`."""

from typing import Literal

from msgspec import Struct

SCHEMA = "maccord.watch/1"
Phase = Literal["opened", "changed", "closed"]


class PlaceItem(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where an address was: the switch or host that saw it, the port, the IP addresses it claimed there.

    `visits` counts how often it came, `held_seconds` for how long in all switches sent its frames there. `owner` is who
    the inventory says has it.
    """

    observer: str
    port: str
    address: str = ""
    ips: list[str] = []
    visits: int = 0
    held_seconds: float = 0.0
    owner: str = ""


class WatchItem(Struct, frozen=True, rename="camel", kw_only=True):
    """One incident at one moment of its life. `id` stays for as long as it lives, and over a restart."""

    schema: Literal["maccord.watch/1"] = "maccord.watch/1"
    event: Phase
    at: str
    id: str
    cause: str
    severity: str
    addresses: list[str]
    ip: str
    vlan: int
    network: str
    places: list[PlaceItem]
    moves: int
    first_seen: str
    last_seen: str
    confidence: float
    explanation: str
    remedy: str
    runbook: str
    reasons: list[str]
    undecided: list[str]
    seen_by: list[str]
    owners: list[str]
    inventory_incident: str
