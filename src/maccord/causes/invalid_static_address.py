"""@@PAGE invalid-static-address@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected, listed, range_of
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Incident
from maccord.fleet.records import Adapter, Pool
from maccord.mac import block_of, show

CAUSE = Cause("invalid-static-address", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain addresses that no plain adapter may have, one incident per address, or per machine without one."""
    taken = case.take("invalid-address")
    for group in connected(taken, lambda finding: [(finding.domain, finding.address or tuple(by_rows(finding)))]):
        rows = [case.facts.adapters[number] for finding in group for number in finding.of("adapter")]
        pools = [case.facts.pools[number] for finding in group for number in finding.of("pool")]
        address = group[0].address
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state=None,
            hosts=tuple(sorted({row.host_id for row in rows} | {pool.host_id for pool in pools})),
            addresses=(address,) if address and not pools else (),
            ranges=tuple(sorted({range_of(pool) for pool in pools})),
            findings=tuple(group),
            confidence=0.95,
            explanation=_words(case, rows, pools, address),
            remedy=(
                "Set an address whose first octet is even and which lies in no protocol's block and in no range of "
                "the fleet; for a VMM pool create another range and move its machines."
            ),
        )


def _words(case: Case, rows: list[Adapter], pools: list[Pool], address: int | None) -> str:
    if pools:
        names = listed([f"{pool.name or 'a pool'} of {case.host(pool.host_id)}" for pool in pools])
        return f"The VMM pool {names} starts at {show(address or 0)}, where every address has the group bit set."
    if address is None:
        return f"{case.adapters(rows)} is set to a static address of all zeros: it has none."
    block = block_of(address)
    why = f"which belongs to {block.name} ({block.source})" if block else "which is a group (multicast) address"
    return f"{case.adapters(rows)} has the static address {show(address)}, {why}."
