"""Linux hosts were copied with their machine-id, and their bridges or bonds have one address.

What:    systemd gives bridges, bonds and other virtual devices an address that is made from /etc/machine-id and the
         device's name, so that it stays over restarts. A host that was deployed from an image in which the file is
         filled has the machine-id of the image, and so have all its siblings: devices of one name then have one
         address on all of them. The bridge that carries the host's own traffic and its machines' is the usual victim.

Told by: bridges or bonds on several hosts have one locally administered address that is no port's, or hosts carry
         one machine-id (`cat /etc/machine-id`, or `hostnamectl --json=short`, gathered per host). With both there is
         little doubt. Equal addresses alone may also have been set by hand or by a tool; where the machine-ids are
         known and differ, it is unexplained-duplicate. Equal machine-ids without a shared address are a warning: the
         next device with a name in common will clash. Copied Windows hosts are cloned-host-image.

Confirm: on each host, and compare:
         cat /etc/machine-id
         ip -d link show type bridge
         cat /sys/class/net/br0/addr_assign_type  # 3: set, 1: random

Fix:     on all hosts but one, from the console, since the host's address changes:
         rm /etc/machine-id /var/lib/dbus/machine-id
         systemd-machine-id-setup
         reboot
         Leases by DUID, journals and licences bound to the machine-id notice. Empty the file in the image, as
         systemd-firstboot and cloud tools do: truncate -s 0 /etc/machine-id. Where a bridge should have its port's
         address instead, put MACAddressPolicy=none into a .link file for it.

Source:  machine-id(5); systemd.link(5), MACAddressPolicy=; systemd issue 18362, bridges equal across hosts;
         Mellanox/network-operator issue 418, traced to a copied machine-id.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, identity_evidence, listed
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision, Owner, addresses_of
from maccord.fleet.diagnosis import Finding, Incident
from maccord.fleet.nics import LINUX_DEVICE
from maccord.mac import show

CAUSE = Cause("machine-id-copied", "error", __doc__)

_LOCAL = 1 << 41
_PREFIXES = {0x525400, 0x02BF00, 0x00163E, 0x10666A, 0xFA163E, 0xBC2411}
"""Prefixes that tools give, not systemd: an address of these was configured or issued."""


def explain(case: Case) -> Iterable[Incident]:
    """Explain equal machine-ids and equal generated addresses, one incident per group of hosts."""
    ids = case.take("copied-machine-id")
    taken = case.take_collisions(lambda one: _is_generated(one) and _may_be_one_id(case, one))
    of_finding = {id(one.finding): one for one in taken}

    def hosts(finding: Finding) -> Iterable[object]:
        collision = of_finding.get(id(finding))
        return collision.hosts if collision else finding.of("host")

    for group in connected([*ids, *(one.finding for one in taken)], hosts):
        yield _incident(case, group, [of_finding[id(one)] for one in group if id(one) in of_finding])


def _is_generated(collision: Collision) -> bool:
    """Tell whether the address is local, of no known prefix, and on devices of several hosts that made it up."""
    local = (
        collision.address & _LOCAL and collision.address >> 24 not in _PREFIXES and collision.address >> 32 != 0x0242
    )
    return bool(local) and len({host for owner in collision.owners if _made(owner) for host in owner.hosts}) > 1


def _made(owner: Owner) -> bool:
    return any(row.description == LINUX_DEVICE for row in owner.adapters)


def _may_be_one_id(case: Case, collision: Collision) -> bool:
    ids = [case.facts.hosts[host].machine_guid for owner in collision.owners if _made(owner) for host in owner.hosts]
    known = [one for one in ids if one]
    return len(set(known)) < max(2, len(known)) or len(known) < len(ids)


def _incident(case: Case, group: list[Finding], taken: list[Collision]) -> Incident:
    told = {host for finding in group for host in finding.of("host")}
    hosts = told | {host for one in taken for host in one.hosts}
    proved = bool(told) and told >= hosts
    addresses = listed([show(one) for one in addresses_of(taken)])
    shared = f" Their bridges or bonds have {addresses} in common." if taken else ""
    why = (
        f"{case.hosts(hosts)} carry one machine-id: they were made from one image.{shared}"
        if proved
        else f"Bridges or bonds of {case.hosts(hosts)} have one generated address, {addresses}: systemd makes it from "
        "the machine-id, which a copied image carries along."
    )
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity if taken else "warning",
        state="active" if any(one.active for one in taken) else "latent",
        hosts=tuple(sorted(hosts)),
        addresses=addresses_of(taken),
        findings=tuple(group),
        evidence=tuple(one for host in sorted(told) for one in identity_evidence(case.facts.hosts[host])),
        confidence=0.97 if proved else 0.75,
        undecided=()
        if proved
        else ("/etc/machine-id of each host would confirm it, or show that it was set by hand.",),
        explanation=why + ("" if taken else " Virtual devices of one name will get one address on all of them."),
        remedy=(
            "On all hosts but one, remove /etc/machine-id, run systemd-machine-id-setup and restart, from the console; "
            "empty the file in the image."
        ),
    )
