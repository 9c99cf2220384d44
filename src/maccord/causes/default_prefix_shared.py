"""Two clusters or clouds of one product issue addresses from the prefix that it comes with.

What:    Proxmox VE begins addresses with BC-24-11, OpenStack with FA-16-3E, Incus with 10-66-6A, LXD and Xen with
         00-16-3E, and draws three octets at random; KubeMacPool and oVirt give out one address after the other from
         the start of a pool that has a default as well. Each installation knows its own addresses only. As long as
         they are on layer-2 networks of their own that does no harm; on one network, random draws clash rarely and
         orderly ones almost surely, since both begin at the same end.

Told by: addresses of two managers lie in one default block of 2^24 addresses or less.
         In order: what each issued lies close together, and close to the other's: a warning.
         At random: information only, and only when the chance that sets as large as those issued have an address in
         common is one in a hundred or more. It is computed exactly; nothing is sampled. Below that nothing is said:
         two clouds of 400 machines each are at that line.
         Addresses that clash already, and that two of the managers issued, make it an error. An address that is
         out twice although a clash was next to impossible was not drawn twice but came along with a copied machine:
         that is static-address-copied.
         vCenter Servers are vcenter-instance-id-shared, VMM servers vmm-default-pool-shared.

Confirm: Proxmox VE: grep mac_prefix /etc/pve/datacenter.cfg (nothing: the default)
         OpenStack: grep base_mac /etc/neutron/neutron.conf (nothing: the default)
         KubeMacPool: kubectl get configmap -A -o yaml | grep -A2 RANGE_
         oVirt: Administration, Configure, MAC Address Pools

Fix:     give every installation but one a prefix of its own, locally administered, before it issues more:
         Proxmox VE: echo 'mac_prefix: 02:A1:00' >> /etc/pve/datacenter.cfg
         OpenStack: base_mac = 02:a1:01:00:00:00 in neutron.conf, then restart neutron-server
         KubeMacPool: RANGE_START and RANGE_END in the ConfigMap, then restart its manager
         Machines keep what they have: only new adapters get an address of the new prefix. Where two machines have
         one address already, take the adapter of one off and add it again; DHCP reservations and Linux guests that
         pin the address notice. If the installations cannot hear each other, say so in fleet.toml.

Unsure:  KubeMacPool is being changed to draw at random; which version a cluster runs does not show in its machines,
         so the order is told from the addresses themselves.

Source:  datacenter.cfg(5) of Proxmox VE; OpenStack Neutron configuration reference (base_mac); Incus documentation;
         kubemacpool pull request 447 (sequential so far); Red Hat Virtualization Administration Guide, "MAC Address
         Pools": clusters that share a network should not rely on the default pool.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from maccord.causes.case import Case, span
from maccord.causes.cause import Cause
from maccord.causes.clash_chance import block_size, chance_of, issued_twice, issued_words, manager_words, next_words
from maccord.causes.collision import Collision, addresses_of
from maccord.causes.issued import issued_words as twice_words
from maccord.fleet.diagnosis import Finding, Incident
from maccord.fleet.records import Issuer
from maccord.mac.chance import spelled

CAUSE = Cause("default-prefix-shared", "warning", __doc__)

WORTH_A_WORD = 0.01
"""The chance of a clash from which random draws from one block are reported."""

_NEAR = 256
_SPREAD = 4


def explain(case: Case) -> Iterable[Incident]:
    """Explain default blocks that several managers issue from; where nothing is likely to clash, say nothing."""
    for finding in case.take("shared-default-block"):
        issuers = [case.facts.issuers[number] for number in finding.of("issuer")]
        if in_order(issuers) or chance_of(issuers) >= WORTH_A_WORD:
            taken = issued_twice(case, finding, {one.manager for one in issuers})
            yield _incident(finding, issuers, taken)


def in_order(issuers: Sequence[Issuer]) -> bool:
    """Tell whether the addresses of at least two managers lie so close together that they were not drawn at random.

    Each takes up at most four times as many addresses as it issued, or 256; and the two stretches meet, or nearly.
    """
    dense = [one for one in issuers if one.sequential and one.high - one.low < max(_NEAR, _SPREAD * one.issued)]
    return any(other.low <= one.high + _NEAR for one, other in pairwise(sorted(dense, key=lambda one: one.low)))


def _incident(finding: Finding, issuers: Sequence[Issuer], taken: Sequence[Collision]) -> Incident:
    ordered = in_order(issuers)
    first, last = issuers[0].first, issuers[0].last
    odds = (
        "They give out one address after the other, beginning at the same end, and do not ask each other: the next "
        "ones are likely to clash."
        if ordered
        else (
            f"Drawn at random from {block_size(issuers):,} addresses, sets of these sizes have one in common with a "
            f"chance of {spelled(chance_of(issuers))}; each further machine adds up to {next_words(issuers)}."
        )
    )
    return Incident(
        cause=CAUSE.id,
        severity="error" if taken else CAUSE.severity if ordered else "info",
        state="active" if any(one.active for one in taken) else "latent" if taken or ordered else None,
        hosts=tuple(sorted({one.host_id for one in issuers} | {host for one in taken for host in one.hosts})),
        addresses=addresses_of(taken),
        ranges=((first, last),),
        findings=(finding, *(one.finding for one in taken)),
        confidence=0.9,
        explanation=(
            f"{manager_words(issuers)} issue addresses of {span(first, last)}, a default of {issuers[0].product}: "
            f"{issued_words(issuers)}. {odds}{twice_words(taken)}"
        ),
        remedy=(
            "Give every installation but one a prefix or a range of its own before it issues more, or say in "
            "fleet.toml that they cannot hear each other."
            + (" Make the adapter of one machine of each pair anew." if taken else "")
        ),
    )
