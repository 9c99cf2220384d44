"""Writes the sample estates beside it: `fleet/`, with six faults in it, and `healthy/`, with none.

    python examples/make_fleet.py            write both below this file's own folder
    python examples/make_fleet.py FOLDER     write them elsewhere

This file says who has what, exports.py writes it down as collectors and cmdlets do. Same program, same bytes. Nothing
here is anybody's: names are invented, IP addresses are private, and a card's address is a real vendor's prefix before
an invented rest. What is wrong in `fleet/`, and why, the README tells.
"""
# ruff: noqa: INP001 - a program beside its output, no package

import sys
from collections.abc import Iterator
from pathlib import Path

from estate import BROADCOM, I350, MELLANOX, X710, Domain, Host, Switch, Team, Vm, Vnic, nics
from exports import compressed, export, libvirt_host, single_cmdlets, vmm_export

HERE = Path(__file__).resolve().parent
QEMU_DEFAULT = "52-54-00-12-34-56"


# The fleet with faults ----------------------------------------------------------------------------------------------

SQL01 = "HQ-SQL01"


def cluster_pair() -> Iterator[Host]:
    """Two nodes of a cluster. HQ-APP02 was live-migrated to the second and still has an address of the first."""
    first = (
        Vm("HQ-DC01", 3, "10.20.20.11"),
        Vm("HQ-FILE01", 4, "10.20.20.21", checkpoint=True),
        Vm("HQ-PRINT01", 6, "10.20.20.24"),
        Vm(SQL01, "00-15-5D-F5-00-11", "10.20.20.31", static=True, replication=1),
        Vm("HQ-RDS01", 7, "10.20.30.41"),
    )
    second = (
        Vm("HQ-DC02", 3, "10.20.20.12"),
        Vm("HQ-APP01", 4, "10.20.20.51"),
        Vm("HQ-APP02", "00-15-5D-10-0B-05", "10.20.20.52"),
        Vm("HQ-RDS02", 5, "10.20.30.42"),
        Vm("HQ-WSUS01", 6, "10.20.20.61", off=True),
    )
    for node, vms in ((1, first), (2, second)):
        yield Host(
            name=f"HQ-HV0{node}",
            windows="2022",
            range_from=f"10.20.16.{10 + node}",
            nics=nics(node, MELLANOX, 2),
            switches=(Switch("SET", ("NIC1", "NIC2")),),
            vnics=(
                Vnic("Management", "SET", 0, f"10.20.16.{10 + node}"),
                Vnic("CSV", "SET", 1, f"10.20.17.{10 + node}"),
                Vnic("LiveMigration", "SET", 2, f"10.20.18.{10 + node}"),
            ),
            vms=vms,
            clustered=True,
        )


def clones() -> Iterator[Host]:
    """Two hosts deployed from one image, whose range still is that of a staging lease, 10.20.99.57."""
    first = (
        Vm("HQ-INTRANET", 0, "10.20.20.71"),
        Vm("HQ-CRM01", 1, "10.20.20.72", checkpoint=True),
        Vm("HQ-MAIL01", 2, "10.20.20.73"),
        Vm("HQ-ARCHIVE", 3, "10.20.20.74", off=True),
    )
    second = (
        Vm("HQ-ERP01", 0, "10.20.20.81"),
        Vm("HQ-ERP-TEST", 1, "10.20.20.82", off=True),
        Vm("HQ-MON01", 2, "10.20.20.83"),
        Vm("HQ-TEMPLATE-2022", None, "10.20.20.84", off=True),
    )
    for node, vms in ((3, first), (4, second)):
        yield Host(
            name=f"HQ-HV0{node}",
            windows="2019",
            range_from="10.20.99.57",
            image="hyperv-2019-gold",
            nics=(*nics(node, I350, 1, f"10.20.16.{10 + node}"), *nics(node, X710, 2, first=2)),
            switches=(Switch("VM-Network", ("NIC2", "NIC3")),),
            vms=vms,
        )


def same_low_octets() -> Iterator[Host]:
    """10.20.31.12 and 172.20.31.12: two subnets, one office, and the same two last octets."""
    yield Host(
        name="HQ-HV05",
        windows="2019",
        range_from="10.20.31.12",
        nics=nics(5, I350, 2, "10.20.31.12"),
        switches=(Switch("LAN", ("NIC2",)),),
        vms=(
            Vm("HQ-BACKUP01", 0, "10.20.20.91"),
            Vm("HQ-CA01", 1, "10.20.20.92", off=True),
            Vm("HQ-VOIP01", 2, "10.20.35.11"),
        ),
    )
    yield Host(
        name="HQ-TEST01",
        windows="2022",
        range_from="172.20.31.12",
        nics=nics(7, BROADCOM, 2, "172.20.31.12"),
        switches=(Switch("Test", ("NIC2",)),),
        vms=(
            Vm("TEST-ERP", 0, "172.20.130.21"),
            Vm("TEST-SQL", 1, "172.20.130.22"),
            Vm("TEST-WEB", 2, "172.20.130.23", checkpoint=True),
        ),
        containers=True,
    )


def old_host() -> Host:
    """A host with a replica and a checkpoint, told by single cmdlets; it has had another address before."""
    return Host(
        name="HQ-HV06",
        windows="2012 R2",
        range_from="10.20.12.6",
        nics=nics(6, BROADCOM, 2, "10.20.16.16"),
        switches=(Switch("LAN", ("NIC2",)),),
        vms=(
            Vm("HQ-DOOR01", 0, "10.20.35.21", checkpoint=True),
            Vm("HQ-LICENSE", 1, "10.20.20.95"),
            Vm(SQL01, "00-15-5D-F5-00-11", "10.20.20.31", static=True, off=True, replication=2, primary_host="HQ-HV01"),
        ),
    )


def lab() -> Host:
    """A host whose machines come and go: its range has run round. Somebody accepts that in fleet.toml."""
    return Host(
        name="HQ-LAB01",
        windows="2022",
        range_from="10.20.40.21",
        nics=nics(8, I350, 2, "10.20.40.21"),
        switches=(Switch("Lab", ("NIC2",)),),
        vms=(
            Vm("LAB-WIN11-A", 7, "10.20.41.31"),
            Vm("LAB-WIN11-B", 8, "10.20.41.32"),
            Vm("LAB-OLD-BUILD", 7, "10.20.41.33", off=True),
        ),
        next_issued=9,
    )


def plant_pair() -> Iterator[Host]:
    """Converged networking twice: as VMM left it, and put right. Both have machines that VMM gave addresses."""
    teams = (Team("infra", ("NIC1", "NIC2")), Team("vm", ("NIC3", "NIC4")))
    switches = (Switch("Infra", ("infra",)), Switch("Production", ("vm",)))
    cards = nics(9, X710, 4)
    yield Host(
        name="PLANT-HV01",
        windows="2016",
        range_from="10.60.60.11",
        nics=cards,
        teams=teams,
        switches=switches,
        vnics=(Vnic("Management", "Infra", cards[0].mac, "10.60.60.11", vmq=True),),
        vms=(
            Vm("PLANT-MES01", "00-15-5D-3C-0C-00", "10.60.61.21", static=True, switch="Production"),
            Vm("PLANT-MES02", "00-15-5D-3C-0C-01", "10.60.61.22", static=True, switch="Production"),
            Vm("PLANT-WEB01", 0, "10.60.61.23", switch="Production"),
        ),
        twin_events=(4, 34),
    )
    yield Host(
        name="PLANT-HV02",
        windows="2016",
        range_from="10.60.60.12",
        nics=nics(10, X710, 4),
        teams=teams,
        switches=switches,
        vnics=(Vnic("Management", "Infra", 0, "10.60.60.12"),),
        vms=(
            Vm("PLANT-SCADA01", 1, "10.60.61.31", switch="Production"),
            Vm("PLANT-SCADA02", 2, "10.60.61.32", switch="Production"),
            Vm("PLANT-LABEL01", "00-15-5D-3C-0C-03", "10.60.61.33", static=True, switch="Production"),
        ),
    )


def plant_single() -> Host:
    """The other fabric's namesake of HQ-HV01's range, with an appliance that kept QEMU's default address."""
    return Host(
        name="PLANT-HV03",
        windows="2022",
        range_from="10.60.16.11",
        nics=nics(11, I350, 3, "10.60.16.11"),
        switches=(Switch("Production", ("NIC2",)), Switch("Machines", ("NIC3",))),
        vms=(
            Vm("PLANT-DC01", 0, "10.60.61.11", switch="Production"),
            Vm("PLANT-FILE01", 1, "10.60.61.12", switch="Production"),
            Vm("PLANT-PLCGW02", QEMU_DEFAULT, "192.168.71.12", untagged=True, static=True, switch="Machines"),
        ),
    )


VMM_POOLS = (
    ("Default MAC address pool", "00:1D:D8:B7:1C:00", "00:1D:D8:F4:1F:FF", "HyperV", "All Hosts"),
    ("Default VMware MAC address pool", "00:50:56:00:00:00", "00:50:56:3F:FF:FF", "VMWareESX", "All Hosts"),
    ("Plant", "00:15:5D:3C:0C:00", "00:15:5D:3C:0F:FF", "HyperV", "All Hosts\\Plant"),
)
GRANTED = (
    ("PLANT-MES01", "00:15:5D:3C:0C:00"),
    ("PLANT-MES02", "00:15:5D:3C:0C:01"),
    ("PLANT-LABEL01", "00:15:5D:3C:0C:03"),
)
DOMAINS = (
    Domain("plcgw01", QEMU_DEFAULT, "br-machines"),
    Domain("historian", "52-54-00-7A-31-C4", "br-production"),
    Domain("mqtt01", "52-54-00-E9-05-1B", "br-production"),
    Domain("netmon", "52-54-00-40-8F-D2", "br-machines", running=False),
)

FLEET_TOML = """\
# Who can hear whom: two sites, and no layer-2 link between them.
[[layer2]]
name = "head office"
hosts = ["HQ-*"]

[[layer2]]
name = "plant"
hosts = ["PLANT-*"]

# The lab starts and deletes machines all day, so that its range runs round every few weeks.
[[allow]]
cause = "reissued-while-stopped"
hosts = ["HQ-LAB*"]
reason = "lab machines are rebuilt before they are started again"
until = 2027-06-30
"""


def fleet() -> dict[str, bytes]:
    """Return the files of the fleet with faults."""
    hosts = (*cluster_pair(), *clones(), *same_low_octets(), lab(), *plant_pair(), plant_single())
    files = {f"{host.name}.json": compressed(export(host)) for host in hosts}
    files["PLANT-VMM01-vmm.json"] = compressed(vmm_export("PLANT-VMM01", VMM_POOLS, GRANTED))
    files |= {f"HQ-HV06/{name}": content for name, content in single_cmdlets(old_host()).items()}
    files |= {f"PLANT-KVM01/{name}": text.encode() for name, text in libvirt_host("PLANT-KVM01", DOMAINS).items()}
    files["fleet.toml"] = FLEET_TOML.encode()
    return files


# The fleet without --------------------------------------------------------------------------------------------------


def healthy() -> dict[str, bytes]:
    """Return the files of three hosts whose ranges come from one plan, 4,096 addresses each."""
    names = (("DC", "FILE", "PRINT"), ("DC", "ERP", "WEB"), ("SQL", "RDS", "BACKUP"))
    hosts = [
        Host(
            name=f"OFFICE-HV0{at}",
            windows="2022",
            range_from=f"00-15-5D-A{at}-00-00 to 00-15-5D-A{at}-0F-FF",
            nics=nics(at, MELLANOX, 2),
            switches=(Switch("SET", ("NIC1", "NIC2")),),
            vnics=(Vnic("Management", "SET", 0, f"10.30.10.{10 + at}"),),
            vms=tuple(Vm(f"{name}{at:02}", 1 + seat, f"10.30.20.{at}{seat}") for seat, name in enumerate(vms)),
        )
        for at, vms in enumerate(names, start=1)
    ]
    return {f"{host.name}.json": compressed(export(host)) for host in hosts}


# Writing ------------------------------------------------------------------------------------------------------------


def main(target: Path) -> None:
    """Write both estates below `target`."""
    for estate, files in (("fleet", fleet()), ("healthy", healthy())):
        for name, content in files.items():
            path = target / estate / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
