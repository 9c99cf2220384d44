"""Blocks that several installations of one product issue addresses from, since it is their default.

Sources, product by product:
- vCenter Server: VMware vSphere documentation, "VMware OUI Allocation": 00:50:56:XX:YY:ZZ, XX being 128 + the vCenter
  Server ID (0 to 63), YY:ZZ random; KB 1024025.
- OpenStack Neutron: configuration reference, base_mac = fa:16:3e:00:00:00, three octets random.
- Proxmox VE: datacenter.cfg(5), mac_prefix, BC:24:11 since 8.1, three octets random.
- Incus: network code's default prefix 10:66:6a, three octets random. LXD: 00:16:3e, the block of Xen's, which the
  open-source Xen tool stack uses as well, three octets random.
- KubeMacPool: its manifest's range 02:00:00:00:00:00 to 02:FF:FF:FF:FF:FF; an operator that finds no range makes up
  the second and third octet (cluster-network-addons-operator, pull request 50). It gave out the next free address
  (pull request 447, which makes it random).
- oVirt, Red Hat Virtualization: Administration Guide, "MAC Address Pools": the next address after the last one;
  clusters that share a network should not rely on the default pool. 56:6F and 00:1A:4A are its blocks.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shared:
    """A block of one product: addresses that begin with `prefix`, cut into blocks of `size` addresses.

    `sequential` says that the product gives out the next free address from the start of its pool; else at random.
    """

    product: str
    prefix: int
    prefix_bits: int
    size_bits: int
    sequential: bool

    def holds(self, value: int) -> bool:
        """Tell whether an address lies in the product's block."""
        return value >> (48 - self.prefix_bits) == self.prefix

    def block(self, value: int) -> tuple[int, int]:
        """Return the first and the last address of the part of the block that an address lies in."""
        first = value >> self.size_bits << self.size_bits
        return first, first + (1 << self.size_bits) - 1


VCENTER = "vCenter Server"

SHARED = (
    Shared(VCENTER, 0x005056 << 2 | 0b10, 26, 16, sequential=False),
    Shared("OpenStack Neutron", 0xFA163E, 24, 24, sequential=False),
    Shared("Proxmox VE", 0xBC2411, 24, 24, sequential=False),
    Shared("Incus", 0x10666A, 24, 24, sequential=False),
    Shared("Xen or LXD", 0x00163E, 24, 24, sequential=False),
    Shared("KubeMacPool", 0x02, 8, 24, sequential=True),
    Shared("oVirt", 0x566F, 16, 16, sequential=True),
    Shared("oVirt", 0x001A4A, 24, 16, sequential=True),
)
"""Every block; no two of them overlap."""


def shared_block(value: int) -> Shared | None:
    """Return the product whose default block an address lies in, if any.

    >>> shared_block(0x00505682ABCD).product
    'vCenter Server'
    """
    return next((one for one in SHARED if one.holds(value)), None)


def vcenter_id(value: int) -> int:
    """Return the vCenter Server ID, 0 to 63, that a generated address spells: its fourth octet less 128."""
    return (value >> 16 & 0xFF) - 0x80
