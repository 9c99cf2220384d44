"""A container network that reaches the wire gives out addresses of another pool.

What:    The Host Networking Service (HNS) gives containers addresses from pools of its own, under the same
         00-15-5D as the machines' range and with a cursor of its own; it knows nothing of that range.
         Container hosts that were copied from one image give their containers the same addresses. A pool of
         HNS is larger than a host's default range: 4,096 addresses in Microsoft's sample.

Told by: the pool of an HNS network of a type whose containers are seen outside (l2bridge, l2tunnel,
         transparent, overlay) overlaps a host's dynamic range, a VMM pool, or such a pool of another host.
         Networks of the types nat and internal stay inside their host and are left out. Two machines' ranges
         that overlap are same-low-octets, cloned-host-image, reused-lease-range or manual-range-overlap.

Confirm: on each host, and compare:
         Get-HnsNetwork | Select-Object Name, Type -ExpandProperty MacPools
         Get-VMHost | Format-List Name, MacAddressMinimum, MacAddressMaximum

Fix:     where a machines' range is met, move that range:
         Set-VMHost -MacAddressMinimum '00155DF00100' -MacAddressMaximum '00155DF001FF'
         Each dynamic machine of that host gets a new address at its next cold start; DHCP reservations,
         licences and Linux guests that pin the address notice.
         Where two container hosts meet, drain one, remove the network with the tool that made it (Docker, the
         network plug-in of Kubernetes), make it again with a pool of its own (MacPools in the request to HNS)
         and another subnet, and look with Get-HnsNetwork that the pool is another one. Its containers lose
         their network meanwhile.
         Mend the image: no HNS network should be in it.

Unsure:  how HNS chooses a pool is not documented. In the one public report the overlap was suspected by an
         engineer of the vendor and not proved. Whether a network that is made again gets another pool by
         itself is not known: look.

Source:  microsoft/SDN, Kubernetes on Windows, sample output of Get-HnsNetwork; moby/moby issue 33070.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected, listed, segments, spans
from maccord.causes.cause import Cause
from maccord.causes.ranges import pools_of
from maccord.fleet.diagnosis import Incident

CAUSE = Cause("container-pool-overlap", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain container pools on the wire that overlap a pool of machines or of other containers."""
    for group in connected(case.take("container-pool-over-pool"), by_rows):
        pools = pools_of(case, group)
        containers = [pool for pool in pools if pool.kind == "container"]
        others = {pool.host_id for pool in pools if pool.kind != "container"}
        networks = listed(sorted({f"{pool.name or 'a network'} on {case.host(pool.host_id)}" for pool in containers}))
        against = f"what {case.hosts(others)} issue to machines" if others else "one another"
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="latent",
            hosts=tuple(sorted({pool.host_id for pool in pools})),
            ranges=segments(group),
            findings=tuple(group),
            confidence=0.9,
            explanation=(
                f"The container pools of {networks} reach the wire and overlap {against}: {spans(segments(group))}. "
                "The Host Networking Service keeps a cursor of its own and asks nobody."
            ),
            remedy=(
                "Create the container network anew with a pool of its own, or move the machines' range with "
                "Set-VMHost. On cloned hosts remove the networks before imaging."
            ),
        )
