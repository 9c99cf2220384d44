"""The case that causes work on: findings not explained yet, collisions, the facts around them, and words for both."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from maccord.causes.collision import Collision
from maccord.fleet.diagnosis import Evidence, Finding, Incident
from maccord.fleet.facts import Facts
from maccord.fleet.records import Adapter, Host, Pool
from maccord.mac import show

_NAMED = 6
"""How many hosts or machines a sentence names before it counts the rest."""
_WORDS = {
    "management": "management vNIC",
    "physical": "NIC",
    "team": "team adapter",
    "interface": "interface",
}

_STATES = {
    "hyperv": "Get-VM",
    "vmm": "Get-VM",
    "docker": "docker ps",
    "incus": "incus list",
    "kubevirt": "kubectl get vmi -A",
    "libvirt": "virsh list",
    "openstack": "openstack server list --long",
    "proxmox": "pvesh get /nodes/NODE/qemu",
    "vmware": "RVTools' vNetwork sheet",
    "xcp": "xe vm-list params=all",
}
"""What tells which machines run, by the platform of their host."""
_ANY_STATES = "A list of running machines"

_NEW_ADDRESS = {
    "docker": "Docker: start the container anew without --mac-address",
    "hyperv": "Hyper-V: Set-VMNetworkAdapter -VMName ... -DynamicMacAddress, or -StaticMacAddress ...",
    "incus": "Incus: incus config device unset NAME DEVICE hwaddr, and incus config unset NAME volatile.DEVICE.hwaddr",
    "kubevirt": "KubeVirt: take macAddress out of the VirtualMachine",
    "libvirt": "libvirt: virsh edit, without the mac line",
    "openstack": "OpenStack: attach a new port in place of the old one",
    "proxmox": "Proxmox: qm set --net0 or pct set --net0 without an address",
    "vmware": "VMware: remove the adapter and add it again",
    "xcp": "XCP-ng: xe vif-destroy, and xe vif-create mac=random",
}
"""How a machine gets a new address while it is off, by the platform of its host."""


class Case:
    """Findings by rule and collisions, each taken out by the cause that explains it, and incidents so far."""

    def __init__(self, findings: dict[str, list[Finding]], collisions: list[Collision], facts: Facts) -> None:
        self._findings = {rule: list(found) for rule, found in findings.items()}
        self._collisions = {id(one): one for one in sorted(collisions, key=lambda one: one.address)}
        self._by_address = list(self._collisions.values())
        self._addresses = [one.address for one in self._by_address]
        self._by_adapter = {adapter.id: one for one in collisions for owner in one.owners for adapter in owner.adapters}
        self.active = {collision.address for collision in collisions if collision.active}
        self.facts = facts
        self.incidents: list[Incident] = []

    def take(self, rule: str, wanted: Callable[[Finding], bool] = lambda _: True) -> list[Finding]:
        """Take the findings of one rule that a cause wants out of the case, and return them."""
        found = self._findings.pop(rule, [])
        taken: list[Finding] = []
        left: list[Finding] = []
        for finding in found:
            (taken if wanted(finding) else left).append(finding)
        self._findings[rule] = left
        return taken

    def put_back(self, findings: Iterable[Finding]) -> None:
        """Return findings that were taken and not explained."""
        for finding in findings:
            self._findings.setdefault(finding.rule, []).append(finding)

    def take_collisions(
        self, wanted: Callable[[Collision], bool], among: Iterable[Collision] | None = None
    ) -> list[Collision]:
        """Take the collisions, of all or `among` some, that a cause wants out of the case, and return them."""
        asked = self._collisions.values() if among is None else (one for one in among if id(one) in self._collisions)
        taken = [one for one in asked if wanted(one)]
        for one in taken:
            self._collisions.pop(id(one), None)
        return taken

    def collisions_in(self, ranges: Iterable[tuple[int, int]]) -> list[Collision]:
        """Return the collisions, taken or not, of addresses in one of several ranges."""
        found: dict[int, Collision] = {}
        for first, last in ranges:
            stretch = slice(bisect_left(self._addresses, first), bisect_right(self._addresses, last))
            found.update({id(one): one for one in self._by_address[stretch]})
        return list(found.values())

    def collisions_of(self, adapters: Iterable[int]) -> list[Collision]:
        """Return the collisions, taken or not, in which one of the adapters takes part."""
        found = (self._by_adapter.get(number) for number in adapters)
        return list({id(one): one for one in found if one is not None}.values())

    def collisions_at(self, address: int | None, domain: int | None) -> list[Collision]:
        """Return the collisions, taken or not, of one address in one layer-2 domain."""
        if address is None:
            return []
        return [one for one in self.collisions_in([(address, address)]) if one.finding.domain == domain]

    def left_over(self) -> list[Finding]:
        """Return the findings that nothing has explained."""
        return [finding for found in self._findings.values() for finding in found]

    # Words ---------------------------------------------------------------------------------------------------

    def host(self, number: int) -> str:
        """Return a host's name."""
        return self.facts.hosts[number].name

    def hosts(self, numbers: Iterable[int]) -> str:
        """Return hosts' names as a person lists them: `HV01, HV02 and 14 more`; host ids are in order of names."""
        ids = sorted(set(numbers))
        few = [self.host(number) for number in ids[: _NAMED + 1]]
        return listed(few, len(ids))

    def adapter(self, row: Adapter) -> str:
        """Return an adapter's name as a person would say it: `VM web on HV01`."""
        host = self.host(row.host_id)
        if row.kind == "vm":
            state = ", which does not run," if row.running is False else ""
            kind = "container" if self.facts.hosts[row.host_id].platform == "docker" else "VM"
            return f"{kind} {row.machine or row.name}{state} on {host}"
        return f"{_WORDS.get(row.kind, 'adapter')} {row.name} on {host}"

    def power_unknown(self, rows: Iterable[Adapter]) -> list[str]:
        """Return what would tell whether machines run, where the evidence does not."""
        asked: dict[str, set[int]] = defaultdict(set)
        for host in {row.host_id for row in rows if row.kind == "vm" and row.running is None}:
            asked[_STATES.get(self.facts.hosts[host].platform, _ANY_STATES)].add(host)
        told = sorted((self.hosts(hosts), command) for command, hosts in asked.items())
        return [f"{command} of {hosts} would tell which of the machines run." for hosts, command in told]

    def new_address(self, rows: Iterable[Adapter]) -> str:
        """Return how machines get a new address on the platforms they are on, or nothing where none is known."""
        platforms = {self.facts.hosts[row.host_id].platform for row in rows if row.kind == "vm"}
        return "; ".join(_NEW_ADDRESS[one] for one in sorted(platforms & _NEW_ADDRESS.keys()))

    def managers(self, numbers: Iterable[int]) -> str:
        """Return the names of servers that grant addresses, with what they are: `VMM server VMM01`."""
        kinds: dict[str, set[int]] = {"VMM server": set(), "Network Controller": set()}
        for number in numbers:
            kind = "Network Controller" if self.facts.hosts[number].platform == "network-controller" else "VMM server"
            kinds[kind].add(number)
        return " and ".join(
            f"{kind}{'s' if len(hosts) > 1 else ''} {self.hosts(hosts)}" for kind, hosts in kinds.items() if hosts
        )

    def adapters(self, rows: Iterable[Adapter], *, begins: bool = True) -> str:
        """Return several adapters' names, as a sentence `begins` or as they stand within one."""
        names = listed(list(dict.fromkeys(self.adapter(row) for row in rows)))
        return names[:1].upper() + names[1:] if begins else names


def listed(names: Sequence[str], count: int | None = None) -> str:
    """Join names as a person would: `a`, `a and b`, `a, b and c`; of a long list the rest is counted.

    `count` is given when `names` are only the first of that many.
    """
    count = len(names) if count is None else count
    if count > _NAMED + 1:
        return f"{', '.join(names[:_NAMED])} and {count - _NAMED} more"
    if len(names) < 2:
        return "".join(names) or "nobody"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def connected(findings: Sequence[Finding], keys: Callable[[Finding], Iterable[object]]) -> list[list[Finding]]:
    """Group findings that a chain of shared keys joins, in the order of their first members."""
    leader = list(range(len(findings)))

    def root(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    first: dict[object, int] = {}
    for at, finding in enumerate(findings):
        for key in keys(finding):
            low, high = sorted((root(first.setdefault(key, at)), root(at)))
            leader[high] = low
    groups: dict[int, list[Finding]] = defaultdict(list)
    for at, finding in enumerate(findings):
        groups[root(at)].append(finding)
    return list(groups.values())


def by_rows(finding: Finding) -> Iterable[object]:
    """Return the keys by which findings about one row belong together."""
    return ((table, number) for table, numbers in finding.rows.items() for number in numbers)


def segments(findings: Iterable[Finding]) -> tuple[tuple[int, int], ...]:
    """Return the stretches of addresses that findings are about, each once, in order."""
    return tuple(sorted({finding.segment for finding in findings if finding.segment is not None}))


def span(first: int, last: int) -> str:
    """Return a range in words: `00-15-5D-C8-6A-00 to -FF`, cut short where only the last octet differs."""
    return f"{show(first)} to {f'-{last & 0xFF:02X}' if first >> 8 == last >> 8 else show(last)}"


def spans(ranges: Sequence[tuple[int, int]]) -> str:
    """Return several ranges in words."""
    return listed([span(*one) for one in ranges[: _NAMED + 1]], len(ranges))


def identity_evidence(host: Host) -> list[Evidence]:
    """Return where a host's identity was read: MachineGuid and the range of World Wide Port Names."""
    found = []
    if host.machine_guid:
        found.append(Evidence(host.file, host.guid_at, host.machine_guid))
    if host.wwpn_first:
        found.append(Evidence(host.file, host.wwpn_at, host.wwpn_first))
    return found


def range_of(pool: Pool) -> tuple[int, int]:
    """Return a pool's ends."""
    return pool.first, pool.last
