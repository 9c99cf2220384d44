"""Virtual machine queues of one host."""

from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import AdapterSeen, QueueSeen


class Queues:
    """Whether VMQ is on for an adapter, by its name, or by its description.

    A management vNIC is listed as `vEthernet (NAME)`; a row called NAME is another adapter's then, such as its team's.
    """

    def __init__(self, host: HostRecords) -> None:
        self._by_name: dict[str, bool] = {}
        self._by_description: dict[str, bool] = {}
        for one in host.of(QueueSeen):
            name = one.name.casefold()
            self._by_name[name] = one.enabled or self._by_name.get(name, False)
            self._by_description[one.description] = one.enabled or self._by_description.get(one.description, False)

    def of(self, nic: AdapterSeen) -> bool | None:
        """Tell whether it is on in one of its rows; None when the evidence does not say."""
        if not self._by_name:
            return None
        name = nic.name.casefold()
        alias = self._by_name.get(f"vethernet ({name})")
        told: list[bool | None] = (
            [alias] if nic.kind == "management" and alias is not None else [self._by_name.get(name), alias]
        )
        told.append(self._by_description.get(nic.description) if nic.description else None)
        return True in told if any(one is not None for one in told) else None
