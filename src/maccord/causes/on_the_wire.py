"""What causes share that explain what was seen on the wire: words for places, and incidents that a sighting settles."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from maccord.causes.case import Case, listed
from maccord.fleet.diagnosis import Finding, Incident
from maccord.fleet.records import Adapter, Unrest
from maccord.mac import show

_POSTS = 4
_CERTAIN = 90
_WORSE_WHEN_ACTIVE = {"static-in-dynamic-range", "migrated-vm-kept-address"}
_OTHERWISE = {
    "cursor-outside-range",
    "duplicate-on-the-wire",
    "invalid-static-address",
    "ip-conflict",
    "lag-mismatch",
    "layer2-loop",
    "pool-exhausted",
    "pool-nearly-exhausted",
    "range-does-not-match-host",
    "spoofing-guard-blocks-address",
    "unexplained-move",
    "wwn-exhausted",
    "wwn-range-shared",
}
"""Causes whose incidents say nothing of who else may have an address."""
_OWNED = {"vm", "management", "physical", "team"}


def rows_of(case: Case, finding: Finding) -> list[Unrest]:
    """Return the places of a fault, those that count first."""
    return [case.facts.unrest[number] for number in finding.of("unrest")]


def owners_of(case: Case, finding: Finding) -> list[Adapter]:
    """Return the adapters of the inventory that wear an address of a fault."""
    return [case.facts.adapters[number] for number in finding.of("adapter")]


def is_certain(case: Case, finding: Finding) -> bool:
    """Tell whether contradicting identities prove a fault, so that no inventory can explain it away."""
    return rows_of(case, finding)[0].certainty > _CERTAIN


def hosts_of(case: Case, findings: Iterable[Finding]) -> tuple[int, ...]:
    """Return the devices that saw some faults, and the hosts of the inventory whose addresses they are about."""
    found: set[int] = set()
    for finding in findings:
        found.update(row.host_id for row in rows_of(case, finding))
        found.update(adapter.host_id for adapter in owners_of(case, finding))
    return tuple(sorted(found))


def addresses_of(case: Case, findings: Iterable[Finding]) -> tuple[int, ...]:
    """Return the addresses that some faults are about."""
    return tuple(sorted({row.wears for finding in findings for row in rows_of(case, finding)}))


def ports_of(case: Case, finding: Finding) -> tuple[tuple[int, str], ...]:
    """Return the two places that a fault is about most, each as device and port."""
    return tuple(sorted({(row.host_id, row.port) for row in rows_of(case, finding)[:2]}))


def places(case: Case, finding: Finding) -> str:
    """Return where an address was, as a person tells it: `at port 3 of sw1 (as 10.0.0.1) and at port 7 of sw1`."""
    rows = rows_of(case, finding)
    owners = _owners_by_ip(case, finding)
    told = []
    for row in rows[: _POSTS + 1]:
        port = f"port {row.port} of {case.host(row.host_id)}" if row.port else f"{case.host(row.host_id)}"
        named = [f"as {row.ip}"] if row.ip else []
        known = [owners[ip] for ip in row.ip.split(", ") if ip in owners]
        named += [f"which is {known[0]}"] if known else []
        told.append(f"at {port} ({', '.join(named)})" if named else f"at {port}")
    return listed(told, len(rows)) if len(rows) > _POSTS else listed(told)


def when(row: Unrest) -> str:
    """Return from when to when something was seen: `between 2026-11-21T10:28:53.544Z and 2026-11-21T10:29:05.012Z`."""
    if not row.began:
        return "at a time that the evidence does not tell"
    return f"at {row.began}" if row.began == row.ended else f"between {row.began} and {row.ended}"


def in_vlan(row: Unrest) -> str:
    """Return the layer-2 domain of a fault within its network, where frames told it."""
    if row.tunnel:
        return f" in {row.tunnel.upper()} {row.network}"
    return f" in VLAN {row.vlan}" if row.vlan else ""


def sighting(case: Case, finding: Finding) -> str:
    """Return the sentence that tells what was seen: which address, when, where, and how often it moved."""
    row = rows_of(case, finding)[0]
    moved = f", and moved {row.moves} {'time' if row.moves == 1 else 'times'}" if row.moves else ""
    return f"{show(row.mac)} was seen{in_vlan(row)} {places(case, finding)} {when(row)}{moved}."


def reasons(case: Case, finding: Finding) -> str:
    """Return what proves it, as a sentence."""
    told = [line for line in rows_of(case, finding)[0].reasons.splitlines() if line]
    return f"{listed([_begun(told[0]), *told[1:]])}." if told else ""


def would_notice(case: Case, finding: Finding) -> str:
    """Return which features of switches would have seen it, as a sentence."""
    told = [line for line in rows_of(case, finding)[0].seen_by.splitlines() if line]
    return f"Would others have noticed? {'; '.join(told)}." if told else ""


def undecided(case: Case, findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return what further evidence would tell, each sentence once."""
    told = [line for one in findings for line in rows_of(case, one)[0].undecided.splitlines() if line]
    return tuple(dict.fromkeys(told))


def sentences(*told: str) -> str:
    """Join sentences, leaving out empty ones."""
    return " ".join(one for one in told if one)


def known_incident(case: Case, domain: int | None, addresses: Sequence[int]) -> int | None:
    """Return the position of the incident of an inventory cause that accounts for addresses seen at several places."""
    for at, incident in enumerate(case.incidents):
        if incident.state is None or incident.cause in _OTHERWISE or not addresses:
            continue
        near = any(case.facts.hosts[host].domain == domain for host in incident.hosts)
        if near and all(_covers(incident, address) for address in addresses):
            return at
    return None


def settle(case: Case, at: int, finding: Finding) -> None:
    """Make an incident that inventory could only suspect active, with the sighting that shows it."""
    known = case.incidents[at]
    told = f"Seen on the wire: {sighting(case, finding)}"
    case.incidents[at] = replace(
        known,
        state="active",
        severity="error" if known.cause in _WORSE_WHEN_ACTIVE else known.severity,
        findings=(*known.findings, finding),
        addresses=tuple(sorted({*known.addresses, *addresses_of(case, [finding])})),
        confidence=round(known.confidence + (1 - known.confidence) / 3, 2),
        explanation=sentences(known.explanation, told),
    )


def one_teamed_host(case: Case, finding: Finding) -> int | None:
    """Return the one host of the inventory whose address it is, if that host has a team it may leave by."""
    owners = [one for one in owners_of(case, finding) if one.kind in _OWNED]
    hosts = {one.host_id for one in owners}
    machines = {one.machine_no for one in owners if one.kind == "vm"}
    if len(hosts) != 1 or len(machines) > 1:
        return None
    for one in owners:
        uplinks = case.facts.uplinks_of(one.switch_id)
        switch = case.facts.switches.get(one.switch_id) if one.switch_id is not None else None
        below = [case.facts.adapters[number] for number in uplinks]
        teamed = one.kind == "team" or any(adapter.kind == "team" for adapter in below)
        if teamed or len(uplinks) > 1 or (switch is not None and switch.embedded_team):
            return one.host_id
    return None


def _covers(incident: Incident, address: int) -> bool:
    return address in incident.addresses or any(first <= address <= last for first, last in incident.ranges)


def _owners_by_ip(case: Case, finding: Finding) -> dict[str, str]:
    owners = {one.id: one for one in owners_of(case, finding)}
    return {ip: case.adapter(owners[number]) for ip, number in case.facts.guest_ips_of(owners).items()}


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
