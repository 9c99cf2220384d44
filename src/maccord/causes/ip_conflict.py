"""Two hosts use one IP address at the same time.

What:    Two MAC addresses answer for one IP address. Neighbours talk to whom they heard last; connections break when
         that changes. It looks like a MAC conflict and is none: no address moves in any switch. Two copies of one
         machine that were given new MAC addresses and kept their IP address are a common way to get there.

Told by: contested-ip: ownership goes back and forth and nobody announces it, or both answer one question, or a device's
         log says so. A takeover that is announced (a cluster, a failover pair), and virtual routers (VRRP, HSRP, CARP,
         GLBP), are no conflict. Where the inventory has both addresses on one host, the host answers for one
         IP address on two of its NICs, and that is left alone.

Confirm: from a third machine: arping -D -I eth0 198.18.0.1 (two addresses answer)
         on Windows: Get-WinEvent -FilterHashtable @{LogName='System'; Id=4199}; arp -a 198.18.0.1
         on a router: show ip arp 198.18.0.1; show logging | include DUPADDR

Fix:     1. Find both: show mac address-table address for each of the two addresses tells their ports.
         2. Give one of them another IP address. On Windows: Remove-NetIPAddress -IPAddress 198.18.0.1, then
         New-NetIPAddress; on Linux: ip addr del 198.18.0.1/24 dev eth0, and its configuration.
         3. If one of them got it by DHCP, take the address out of the server's range or reserve it; look for a
         second DHCP server.

Source:  RFC 5227 (IPv4 Address Conflict Detection); RFC 4862 section 5.4 (IPv6).
"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, listed
from maccord.causes.cause import Cause
from maccord.causes.on_the_wire import (
    addresses_of,
    hosts_of,
    in_vlan,
    owners_of,
    reasons,
    rows_of,
    sentences,
    undecided,
    when,
    would_notice,
)
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("ip-conflict", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Name IP addresses that two hosts use; NICs of one host that answer for each other are left alone."""
    findings = [one for one in case.take("contested-ip") if not _is_one_host(case, one)]
    for group in connected(findings, lambda one: _keys(case, one)):
        yield _incident(case, group)


def _is_one_host(case: Case, finding: Finding) -> bool:
    owners = [one for one in owners_of(case, finding) if one.kind != "vm"]
    wears = {row.wears for row in rows_of(case, finding)}
    return len({one.host_id for one in owners}) == 1 and wears <= {one.mac for one in owners}


def _keys(case: Case, finding: Finding) -> Iterable[object]:
    rows = rows_of(case, finding)
    return ("macs", finding.domain, tuple(sorted({row.wears for row in rows}))), ("ip", finding.domain, rows[0].ip)


def _incident(case: Case, findings: list[Finding]) -> Incident:
    rows = rows_of(case, findings[0])
    owners = {one.mac: one for one in owners_of(case, findings[0])}
    answering = []
    for row in rows:
        known = f", {case.adapter(owners[row.wears])}" if row.wears in owners else ""
        port = f" at port {row.port} of {case.host(row.host_id)}" if row.port else f" seen by {case.host(row.host_id)}"
        answering.append(f"{show(row.wears)}{port}{known}")
    more = sorted({rows_of(case, one)[0].ip for one in findings[1:]} - {rows[0].ip})
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active",
        hosts=hosts_of(case, findings),
        addresses=addresses_of(case, findings),
        findings=tuple(findings),
        confidence=max(rows_of(case, one)[0].certainty for one in findings) / 100,
        undecided=undecided(case, findings),
        explanation=sentences(
            f"{rows[0].ip} is used by {listed(answering)}{in_vlan(rows[0])} {when(rows[0])}.",
            reasons(case, findings[0]),
            f"So it is with {listed(more)} too." if more else "",
            would_notice(case, findings[0]),
        ),
        remedy="Give one of the two hosts another IP address, and find out who assigned it: by hand, or a DHCP server.",
    )
