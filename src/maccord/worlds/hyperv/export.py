r"""Any host's state as a host export `maccord.host/1`: what the collector script would write there.

Properties, their order and their types are those of the cmdlets as `ConvertTo-Json` prints them: enumerations as
integers, times in UTC with seven digits, lists as arrays. Windows before 2012 has no such cmdlets: of these hosts the
same properties are given as WMI (root\virtualization) tells them. Exporting changes nothing: same state, same bytes.

Sources: the stubs of the Hyper-V module in dsccommunity/HyperVDsc; Microsoft's references of the Hyper-V, NetAdapter,
NetLbfo and NetTCPIP modules; microsoft/SDN for Get-HnsNetwork.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from maccord.worlds.hyperv import export_machines, export_network
from maccord.worlds.hyperv.export_rows import Json, bare
from maccord.worlds.hyperv.refusals import WrongState

if TYPE_CHECKING:
    from maccord.worlds.hyperv.containers import ContainerNetwork
    from maccord.worlds.hyperv.events import Event
    from maccord.worlds.hyperv.host import Host

SCHEMA = "maccord.host/1"
ORIGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
"""The time of day at which every world begins; exports need dates, worlds have none."""


def as_bytes(host: "Host") -> bytes:
    """Return a host's export as the script writes it: compressed JSON in UTF-8."""
    return json.dumps(as_json(host), ensure_ascii=False, separators=(",", ":")).encode()


def as_json(host: "Host") -> Json:
    """Return a host's export. A host that is down tells nothing."""
    if not host.up:
        raise WrongState(host.name, "the host is down, and no script runs on it")
    key = host.registry.virtualization
    notes = [] if host.profile.containers else [_missing("Get-HnsNetwork")]
    return {
        "schema": SCHEMA,
        "collectedAt": moment(host.world.now_us),
        "ComputerName": host.name,
        "OperatingSystem": {"Caption": host.profile.caption, "Version": host.profile.version},
        "MachineGuid": host.registry.machine_guid,
        "Virtualization": key
        and {
            "MinimumMacAddress": bare(key.minimum),
            "MaximumMacAddress": bare(key.maximum),
            "CurrentMacAddress": bare(key.current),
        },
        "VMHost": key and _vm_host(host),
        **export_machines.lists(host, moment),
        **export_network.lists(host),
        "VMFibreChannelHba": export_machines.fibre_channel(host),
        "HnsNetwork": [_container_network(one) for one in host.container_networks],
        "Event": [_event(event) for event in host.events],
        "notes": notes if key else [*notes, _missing("Get-VMHost")],
    }


def moment(at_us: int) -> str:
    """Return a time of the world as .NET's round-trip format prints it."""
    at = ORIGIN + timedelta(microseconds=at_us)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _vm_host(host: "Host") -> Json:
    """Get-VMHost: the range as the running service has it."""
    names = host.names
    return {
        "Name": host.name,
        "ComputerName": host.name,
        "FullyQualifiedDomainName": host.name,
        "MacAddressMinimum": bare(host.range.first if host.range else None),
        "MacAddressMaximum": bare(host.range.last if host.range else None),
        "FibreChannelWwnn": f"{names.node:016X}" if names else None,
        "FibreChannelWwpnMinimum": f"{names.first:016X}" if names else None,
        "FibreChannelWwpnMaximum": f"{names.last:016X}" if names else None,
    }


def _container_network(network: "ContainerNetwork") -> Json:
    """Get-HnsNetwork."""
    return {
        "ID": network.id.upper(),
        "Name": network.name,
        "Type": network.kind,
        "State": 1,
        "MacPools": [{"StartMacAddress": bare(network.pool.first), "EndMacAddress": bare(network.pool.last)}],
        "DrMacAddress": None,
        "NetworkAdapterName": network.uplink or None,
        "ManagementIP": None,
    }


def _event(event: "Event") -> Json:
    """Get-WinEvent; an event whose text is not known shows its values, as one whose publisher is not registered."""
    return {
        "LogName": event.log,
        "ProviderName": event.provider,
        "Id": event.id,
        "TimeCreated": moment(event.at_us),
        "Message": event.message if event.message is not None else " ".join(event.values),
    }


def _missing(cmdlet: str) -> Json:
    """What the script notes about a cmdlet that the host does not have."""
    return {
        "cmdlet": cmdlet,
        "reason": f"The term '{cmdlet}' is not recognized as the name of a cmdlet, function, script file, or operable "
        "program. Check the spelling of the name, or if a path was included, verify that the path is correct and try "
        "again.",
    }
