"""A container's address was made from its IPv4 address, and another container was given the same IPv4 address.

What:    Docker made the address of a container 02-42 and the four octets of its IPv4 address, until version 28 drew
         it at random; OVN-Kubernetes and the bridge plug-in of CNI did the same with 0A-58. Every host numbers its
         networks alike, so containers on different hosts have the same addresses, 02-42-AC-11-00-02 first of all.
         Behind their hosts' own bridges that does no harm. It does on macvlan, where containers of two hosts are on
         one wire and both hosts number the subnet from the start, and on a bridge that was joined to the wire: IP
         address and MAC address clash together. On one host it happens when an address outlives the IP address it
         was made from: Docker 25.0.0 kept it when a container was stopped and started again.

Told by: at least two containers on one layer 2 have an address of 02-42 or 0A-58, the next four octets being an
         IPv4 address. Containers behind different hosts (networks of the driver bridge) are not on one layer 2. An
         address that was set by hand for one of them (--mac-address) looks the same, and its owner's IP address
         then tends to differ. Two machines with a static address of another form are static-address-copied.

Confirm: on each host:
         docker version --format '{{.Server.Version}}'
         docker network inspect lan | grep -e Name -e MacAddress -e IPv4Address -e parent
         show mac address-table address 0242.0a01.0082 on the switch, twice: does the port change?

Fix:     give each host a part of the subnet of its own, and make the network anew; its containers lose it meanwhile:
         docker network create -d macvlan --subnet 10.1.0.0/24 --ip-range 10.1.0.128/26 -o parent=eth0 lan
         docker network create -d macvlan --subnet 10.1.0.0/24 --ip-range 10.1.0.192/26 -o parent=eth0 lan
         (the second on the other host). Another MAC address alone leaves the IP address twice.
         On one host: remove the container and run it again; a restart keeps the address.

Source:  moby/moby pull request 9948 and its documents on addresses from 02:42:ac:11:00:00; moby/moby issue 47146 and
         release notes 25.0.1 to 25.0.3 on addresses kept at a restart; docker/cli issue 5861 on random addresses
         since 28.0; Docker documentation, "Macvlan network driver".
"""

from collections.abc import Iterable
from ipaddress import IPv4Address

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision, Owner
from maccord.fleet.diagnosis import Incident
from maccord.mac import show

CAUSE = Cause("container-address-from-ip", "error", __doc__)

_MADE_OF = {0x0242: "Docker", 0x0A58: "a container network (CNI, OVN)"}
_CONTAINER_HOSTS = {"docker", "kubevirt", "incus"}


def explain(case: Case) -> Iterable[Incident]:
    """Explain collisions of addresses that spell an IPv4 address, if containers wear them."""

    def of_containers(collision: Collision) -> bool:
        made = collision.address >> 32 in _MADE_OF
        return made and sum(_is_container(owner, case) for owner in collision.owners) > 1

    for collision in case.take_collisions(of_containers):
        yield _incident(case, collision)


def _is_container(owner: Owner, case: Case) -> bool:
    platforms = {case.facts.hosts[host].platform for host in owner.hosts}
    return owner.is_machine and (owner.main.dynamic is True or not platforms.isdisjoint(_CONTAINER_HOSTS | {"linux"}))


def _incident(case: Case, collision: Collision) -> Incident:
    machines = [owner.main for owner in collision.owners]
    kept = len(collision.hosts) == 1
    address = IPv4Address(collision.address & 0xFFFFFFFF)
    maker = _MADE_OF[collision.address >> 32]
    how = (
        "One of them kept the address when its IP address went to the other, as Docker 25.0.0 did at a restart, or it "
        "was set by hand."
        if kept
        else "Each of their hosts numbered the subnet by itself, so that the IP address is taken twice as well."
    )
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active" if collision.active else "latent",
        hosts=tuple(sorted(collision.hosts)),
        addresses=(collision.address,),
        findings=(collision.finding,),
        confidence=0.8 if kept else 0.9,
        undecided=tuple(case.power_unknown(machines)),
        explanation=(
            f"{case.adapters(machines)} have {show(collision.address)} on one layer 2. {maker} made it of the IPv4 "
            f"address {address}. {how}"
        ),
        remedy=(
            "Remove one of the containers and run it again; a restart alone keeps the address."
            if kept
            else "Give each host a part of the subnet of its own (docker network create --ip-range ...) and make the "
            "network of all hosts but one anew."
        ),
    )
