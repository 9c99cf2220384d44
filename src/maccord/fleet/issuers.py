"""Counts what each manager issued from the blocks that installations of one product share by default."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from maccord.fleet.records import Adapter, Host, Issuer
from maccord.mac import VCENTER, Shared, shared_block

_Key = tuple[str, int, str]

_OF_VCENTER = frozenset({"vmware", "libvirt"})
"""Platforms whose managers may be vCenter Servers; a machine that was imported elsewhere kept what one issued."""


def issuers(adapters: Iterable[Adapter], hosts: Sequence[Host]) -> Iterator[Issuer]:
    """Yield one row per manager, layer-2 domain and block; what a switch confines to its host is left out.

    A machine that is known twice counts once, since addresses are counted. Whether an address was set by hand in such
    a block most platforms do not say; it counts too, as another one that a random draw can meet. A machine that several
    managers hold was moved or copied, and does not tell which of them issued its address.
    """
    rows = list(adapters)
    holders: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.manager and row.machine_id:
            holders[row.machine_id].add(row.manager)
    found: dict[_Key, dict[tuple[int, int], dict[int, Adapter]]] = defaultdict(lambda: defaultdict(dict))
    kinds: dict[str, Shared] = {}
    for row in rows:
        if len(holders.get(row.machine_id, ())) > 1:
            continue
        if not row.manager or row.mac is None or row.domain < 0 or row.kind != "vm" or row.snapshot:
            continue
        block = shared_block(row.mac)
        if block is None or (block.product == VCENTER and not _by_vcenter(row, hosts)):
            continue
        kinds[block.product] = block
        found[row.manager, row.domain, block.product][block.block(row.mac)].setdefault(row.mac, row)
    number = 0
    for manager, domain, product in sorted(found):
        blocks = found[manager, domain, product]
        total = sum(map(len, blocks.values()))
        for (first, last), issued in sorted(blocks.items()):
            lowest = issued[min(issued)]
            yield Issuer(
                id=number,
                host_id=lowest.host_id,
                domain=domain,
                manager=manager,
                product=product,
                first=first,
                last=last,
                sequential=kinds[product].sequential,
                issued=len(issued),
                total=total,
                low=min(issued),
                high=max(issued),
                file=lowest.file,
                place=lowest.place,
            )
            number += 1


def _by_vcenter(row: Adapter, hosts: Sequence[Host]) -> bool:
    """Tell whether a vCenter Server may have issued an address of its blocks: a dynamic one its host made up."""
    return not row.dynamic and hosts[row.host_id].platform in _OF_VCENTER
