r"""Hosts were copied from one image that had Hyper-V installed, and all of them issue from its range.

What:    The range lies in the registry, and the image carries it along. Sysprep does not reset it, and
         nothing compares it with the host's IP address later. The clones issue the same addresses in the same
         order; the range of World Wide Port Names is kept per host in the same way, and is copied too.

Told by: the ranges overlap and an identity that imaging copies is equal as well: MachineGuid, or the WWPN
         range. If both agree, little doubt is left; if one alone does, look at the other one, for it decides.
         Without a copied identity it is same-low-octets, reused-lease-range or manual-range-overlap. Equal
         WWPN ranges of such hosts belong here and are not a wwn-range-shared of their own.

Confirm: on each host, and compare:
         (Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Cryptography').MachineGuid
         Get-VMHost | Format-List MacAddress*, FibreChannelWwpn*
         Get-VMNetworkAdapter -All | Sort-Object MacAddress | Format-Table VMName, Name, MacAddress

Fix:     1. Let one host keep the range and give each of the others a range of its own:
         Set-VMHost -MacAddressMinimum '00155DF00100' -MacAddressMaximum '00155DF001FF'
         2. On those hosts cold-start the machines with dynamic addresses (Stop-VM, then Start-VM). They get
         new ones from the new range; DHCP reservations, licences and Linux guests that pin the address
         notice.
         3. Machines with static addresses that were in the image are twins until you set another address:
         Set-VMNetworkAdapter -VMName web -StaticMacAddress '02A0C8000117'  # the machine is off
         4. Recreate management vNICs that wear an address of the old range, at the console, for the IP
         settings go with the vNIC:
         Remove-VMNetworkAdapter -ManagementOS -Name MGMT
         Add-VMNetworkAdapter -ManagementOS -Name MGMT -SwitchName LAN
         5. Separate the WWPN ranges (see wwn-range-shared).
         6. Mend the image: add the Hyper-V role after imaging, or let the first boot set a range of its own.

Unsure:  that sysprep leaves the range alone is stated for 2008 by Howard and for 2012 by practitioners;
         no source was found that says a later version resets it.

Source:  J. Howard (2008), comments on cloned hosts; mctjp.com (2009); D. van der Peijl on Hyper-V and VMM
         addresses; Microsoft's reference of Get-VMHost.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, identity_evidence, segments, spans
from maccord.causes.cause import Cause
from maccord.causes.collision import addresses_of
from maccord.causes.issued import issued_words, take_issued_alike
from maccord.causes.ranges import pools_of
from maccord.fleet.diagnosis import Finding, Incident

CAUSE = Cause("cloned-host-image", "error", __doc__)


_COPIED_TOO = ("shared-wwn-range", "shared-wwn", "container-pool-over-pool")
_SURE, _GUID_ALONE, _NAMES_ALONE, _CONTRADICTED = 0.97, 0.8, 0.85, 0.7
_NAMES_WOULD_TELL = "The range of World Wide Port Names (Get-VMHost) would confirm the clone."


def explain(case: Case) -> Iterable[Incident]:
    """Explain overlapping ranges of hosts that carry one copied identity, with all that the copies share."""
    own = case.take("overlapping-pools", lambda finding: finding.facts["part"] != -1)
    copied = _copied_too(case) if own else {}
    for group in connected(own, lambda finding: [finding.facts["part"]]):
        yield _incident(case, group, copied)
    case.put_back(finding for findings in copied.values() for finding in findings)


def _incident(case: Case, group: list[Finding], copied: dict[int, list[Finding]]) -> Incident:
    hosts = {pool.host_id for pool in pools_of(case, group)}
    ranges = segments(group)
    taken = take_issued_alike(case, hosts, ranges)
    findings = [*group, *(collision.finding for collision in taken)]
    copies = copied.pop(case.facts.hosts[min(hosts)].identity, [])
    findings += copies
    names_too = any(finding.rule.startswith("shared-wwn") for finding in copies)
    guids = {case.facts.hosts[host].machine_guid for host in hosts}
    names = {case.facts.hosts[host].wwpn_first for host in hosts}
    confidence, told, undecided = _judged(guids, names)
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active" if any(collision.active for collision in taken) else "latent",
        hosts=tuple(sorted(hosts)),
        addresses=addresses_of(taken),
        ranges=ranges,
        findings=tuple(findings),
        evidence=tuple(one for host in sorted(hosts) for one in identity_evidence(case.facts.hosts[host])),
        confidence=confidence,
        undecided=undecided,
        explanation=(
            f"{case.hosts(hosts)} issue addresses from {spans(ranges)}, and {told}: one was made from an image of "
            f"the other, dynamic range included.{issued_words(taken)}"
        ),
        remedy=(
            "Give every host but one a range of its own: Set-VMHost -MacAddressMinimum ... -MacAddressMaximum ... "
            "Machines get their new addresses at their next cold start. Empty the range in the image, or set it after "
            "each deployment."
            + (
                " Do the same for the range of World Wide Port Names (Set-VMHost -FibreChannelWwpnMinimum ...)."
                * names_too
            )
        ),
    )


def _copied_too(case: Case) -> dict[int, list[Finding]]:
    """Take what else a copied image explains, by identity: equal World Wide Names, and equal container pools."""
    facts = case.facts

    def hosts_of(finding: Finding) -> list[int]:
        hosts = [facts.hbas[number].host_id for number in finding.of("hba")]
        return [*finding.of("host"), *hosts, *(facts.pools[number].host_id for number in finding.of("pool"))]

    def of_copies(finding: Finding) -> bool:
        pools = [facts.pools[number] for number in finding.of("pool")]
        alike = len({(pool.kind, pool.first, pool.last) for pool in pools}) < 2
        return alike and len({facts.hosts[host].identity for host in hosts_of(finding)}) == 1

    taken = [one for rule in _COPIED_TOO for one in case.take(rule, of_copies)]
    by_identity: dict[int, list[Finding]] = {}
    for finding in taken:
        by_identity.setdefault(facts.hosts[hosts_of(finding)[0]].identity, []).append(finding)
    return by_identity


def _judged(guids: set[str | None], names: set[str | None]) -> tuple[float, str, tuple[str, ...]]:
    """Return the confidence, what tells the clone, and what would decide."""
    same_guid, same_names = len(guids) == 1 and None not in guids, len(names) == 1 and None not in names
    if same_guid and same_names:
        return _SURE, "carry one MachineGuid and one range of World Wide Port Names", ()
    if same_guid:
        if len(names - {None}) > 1:
            told = "carry one MachineGuid, though their ranges of World Wide Port Names differ"
            return _CONTRADICTED, told, ("The deployment record of the hosts would tell.",)
        return _GUID_ALONE, "carry one MachineGuid", (_NAMES_WOULD_TELL,)
    if same_names:
        would = "MachineGuid differs, as after sysprep; the deployment record of the hosts would confirm the clone."
        if None in guids:
            would = "MachineGuid of every host (maccord collect hyperv --script) would confirm the clone."
        return _NAMES_ALONE, "carry one range of World Wide Port Names", (would,)
    return (
        _GUID_ALONE,
        "share a copied identity pair by pair",
        ("The deployment record of the hosts would tell.",),
    )
