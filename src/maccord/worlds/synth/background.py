"""Innocent cells: hosts of every kind, and everything that shares an address by design. None of it is a fault."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address

from maccord.mac.address import show
from maccord.worlds.hyperv import Host
from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.vmm import VmmServer


@dataclass(frozen=True, slots=True)
class Background:
    """A kind of innocent cell: how it is lived, its number of hosts, its first version, how often it comes."""

    live: Callable[[Stage], None]
    hosts: int = 1
    since: str = "2008"
    weight: int = 1


def _plain(stage: Stage) -> None:
    """A host with one switch, on a NIC for machines alone or with the host on it (the twin parent-vnic)."""
    host = stage.plain_host(stage.profile(), nics=stage.random.randint(1, 4))
    stage.furnish(host, stage.lan(host))


def _teamed(stage: Stage) -> None:
    """A switch on a team (the twin team-member), and a management vNIC with an address of its own: Gelens' cure."""
    host = stage.plain_host(stage.profile("2012"), nics=stage.random.randint(3, 4))
    team = host.team("team", host.nics[1:])
    switch = host.external_switch("LAN", team, allow_management=False, allow_lbfo_teams=True)
    static = show(stage.numbers.static()) if stage.random.random() < 0.5 else None
    host.add_management_vnic("MGMT", switch, static=static)
    stage.furnish(host, switch)


def _embedded(stage: Stage) -> None:
    """A switch on an embedded team, with vNICs for management and live migration."""
    host = stage.plain_host(stage.profile("2016"), nics=stage.random.randint(3, 4))
    switch = host.external_switch("LAN", host.nics[1:])
    host.add_management_vnic("Migration", switch).set_vlan(40)
    stage.furnish(host, switch)


def _cluster(stage: Stage) -> None:
    """Nodes with ranges of their own; machines move, live or by failover, and come back or are started cold."""
    chance, profile = stage.random, stage.profile("2008 R2")
    nodes = [stage.plain_host(profile) for _ in range(2)]
    lans = [stage.lan(node) for node in nodes]
    for node, lan in zip(nodes, lans, strict=True):
        stage.furnish(node, lan, count=max(0, stage.machines - 2))
    cluster = stage.world.cluster("cluster", nodes)
    there_and_back = stage.vm(nodes[0], lans[0])
    pinned = stage.static_vm(nodes[0], lans[0], stage.numbers.static())
    moved = stage.vm(nodes[1], lans[1])
    for machine in (there_and_back, pinned, moved):
        cluster.add(machine)
    there_and_back.live_migrate(nodes[1])
    there_and_back.live_migrate(nodes[0])
    pinned.live_migrate(nodes[1])
    if chance.random() < 0.5:
        moved.live_migrate(nodes[0])
        moved.shut_down()
        moved.start()  # cold: it gets an address of its host's range
    if chance.random() < 0.5:
        cluster.fail(nodes[0])  # what was clustered there is started on the other node, cold
        nodes[0].start_up()


def _replicas(stage: Stage) -> None:
    """A machine with a replica on another host, which is off, or took over (the twin same-vm)."""
    chance, profile = stage.random, stage.profile("2012")
    source, target = stage.plain_host(profile), stage.plain_host(profile)
    lan, there = stage.lan(source), stage.lan(target)
    machine = stage.vm(source, lan)
    replica = source.replicate(machine, target)
    how = chance.choice(("waits", "took over", "tested", "under test"))
    if how == "took over":
        machine.shut_down()
        source.fail_over_replica(machine, replica)
    elif how != "waits":
        trial = target.test_failover(replica, chance.choice((None, there, target.private_switch("Trial"))))
        if how == "under test":
            trial.start()
    stage.furnish(source, lan, count=max(0, stage.machines - 1))
    stage.furnish(target, there, count=max(0, stage.machines - 1))


def _balanced(stage: Stage) -> None:
    """An NLB cluster whose members may send from its address, or wear it (the twin nlb-cluster).

    On 2008 every guest may send from whatever address it likes.
    """
    profile = stage.profile()
    hosts = [stage.plain_host(profile) for _ in range(2)]
    cluster = f"172.20.{stage.numbers.count('balanced') >> 8 & 0xFF}.{stage.numbers.count('balanced ip') & 0xFF}"
    for host in hosts:
        lan = stage.lan(host)
        if stage.random.random() < 0.5:
            member = stage.static_vm(host, lan, 0x02BF << 32 | int(IPv4Address(cluster)))
        else:
            member = stage.vm(host, lan)
            if host.profile.spoofing_guard:
                member.adapter.allow_spoofing()
        member.adapter.join_nlb(cluster)
        stage.furnish(host, lan, count=max(0, stage.machines - 1))


def _multicast(stage: Stage) -> None:
    """An NLB cluster in multicast or IGMP mode: members send from their own addresses, and need no permission."""
    host = stage.plain_host(stage.profile())
    lan = stage.lan(host)
    cluster = f"172.21.{stage.numbers.count('multicast') >> 8 & 0xFF}.{stage.numbers.count('multicast ip') & 0xFF}"
    for _ in range(2):
        stage.vm(host, lan).adapter.join_nlb(cluster, stage.random.choice(("multicast", "igmp")))
    stage.furnish(host, lan, count=max(0, stage.machines - 2))


def _pods(stage: Stage) -> None:
    """One laboratory on two hosts, with the same static addresses, where they cannot hear each other."""
    profile, macs = stage.profile(), [stage.numbers.static() for _ in range(2)]
    apart = stage.random.choice(("private", "internal", "VLANs"))
    for at in range(2):
        host = stage.plain_host(profile)
        lan = stage.lan(host)
        switch = lan
        if apart != "VLANs":
            switch = host.private_switch("Pod") if apart == "private" else host.internal_switch("Pod")
        for mac in macs:
            stage.static_vm(host, switch, mac, vlan=100 + at)
        stage.furnish(host, lan, count=max(0, stage.machines - 2))


def _imaged(stage: Stage) -> None:
    """Hosts of one image, done right: imaged before the role, or each given ranges of its own before its machines."""
    chance, profile = stage.random, stage.profile()
    golden = stage.bare(profile, nics=1, name="REFERENCE")
    early = chance.random() < 0.5
    if not early:
        golden.nics[0].set_ip("10.0.0.1")
        golden.enable_role()
        machine = stage.vm(golden, None)
        machine.turn_off()
        machine.delete()
    image = stage.world.image(golden)
    stage.world.hosts.remove(golden)
    for _ in range(2):
        low, plan = stage.numbers.low(), stage.numbers.planned(max(256, stage.machines * 2))
        host = stage.world.deploy(image, stage.numbers.name(), nics=2, sysprep=chance.random() < 0.5)
        host.nics[0].set_ip(stage.ip(1 if low is None else low))
        if early:
            host.enable_role()
        if low is None or not early or stage.machines > 100:
            stage.set_range(host, plan.first, plan.last)
        if not early and host.names is not None:
            first = 0xC003FF << 40 | stage.numbers.name_bytes() << 16
            host.set_port_names(first, first + 0xFFFF)
        stage.furnish(host, stage.lan(host))


def _laboratory(stage: Stage) -> None:
    """Switches of all kinds, checkpoints, machines that were made and deleted, containers behind NAT."""
    chance = stage.random
    host = stage.plain_host(stage.profile())
    lan = stage.lan(host)
    inside, alone = host.internal_switch("Inside"), host.private_switch("Alone")
    machine = stage.vm(host, inside)
    machine.take_checkpoint()
    for _ in range(chance.randint(0, 9)):
        gone = stage.vm(host, alone)
        gone.turn_off()
        gone.delete()
    stage.vm(host, alone)
    host.import_vm(machine.export(), "copy", name=stage.name())
    if host.profile.containers:
        host.start_container(host.container_network("nat"), "web")
        stage.wired_containers(host)
    if host.profile.fibre_channel:
        machine.shut_down()
        machine.add_fibre_channel("fabric A")
        machine.start()
    stage.furnish(host, lan, count=max(0, stage.machines - 2))


def _fresh(stage: Stage) -> None:
    """A host whose role is new, with a switch, and machines that were not started yet."""
    host: Host = stage.plain_host(stage.profile())
    lan = stage.lan(host)
    for _ in range(stage.machines):
        stage.vm(host, lan, started=False)


def _managed(stage: Stage) -> None:
    """A VMM server with a pool of its own, and a host whose machines have addresses of it."""
    host = stage.plain_host(stage.profile())
    lan = stage.lan(host)
    server = VmmServer(name=stage.numbers.server())
    pool = server.pool("Fleet", stage.numbers.planned(max(256, stage.machines * 2)))
    stage.servers.append(server)
    for _ in range(stage.machines):
        machine = stage.vm(host, lan, started=False)
        server.grant(machine.adapter, pool)
        machine.start()


KINDS = (
    Background(_plain, weight=8),
    Background(_teamed, since="2012", weight=2),
    Background(_embedded, since="2016", weight=2),
    Background(_cluster, hosts=2, since="2008 R2", weight=3),
    Background(_replicas, hosts=2, since="2012", weight=2),
    Background(_balanced, hosts=2),
    Background(_multicast),
    Background(_pods, hosts=2),
    Background(_imaged, hosts=2),
    Background(_laboratory, weight=2),
    Background(_fresh),
    Background(_managed),
)
"""The kinds of innocent cells."""
