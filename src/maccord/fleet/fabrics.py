"""Names hosts of several networks, and numbers the networks.

Evidence that tells its network (a namespace of SuzieQ) names a host `FABRIC/NAME` in its records. Two networks may well
have a host of one name, so the records stay apart; a host keeps its plain name where no other has it, and is then one
with the host of that name in evidence that tells no network.

Networks are told apart only when there are several: the one network that a monitoring system knows is the network of
all other evidence too, and hosts whose evidence tells none are in the nameless one otherwise. `fleet.toml` has the last
word: a glob of its [[layer2]] may match the plain or the long name, and a [[layer2]] with the name of a network is it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from maccord.fleet.config import FleetConfig
from maccord.fleet.evidence import HostSeen, Seen


def qualified(fabric: str, host: str) -> str:
    """Return the name of a host in the records of evidence that tells its network."""
    return f"{fabric}/{host}" if fabric else host


def plain_names(grouped: dict[str, list[Seen]]) -> dict[str, tuple[str, str]]:
    """Give hosts that no other network has a name of their plain name; return name and network of hosts by key.

    `grouped` has the records by the host's name in lower case; groups move to the key of the plain name.
    """
    told = {key: found for key, records in grouped.items() if (found := _told(records))}
    by_plain: dict[str, list[str]] = defaultdict(list)
    for key, (name, _) in told.items():
        by_plain[name.casefold()].append(key)
    names: dict[str, tuple[str, str]] = {}
    for plain, keys in by_plain.items():
        for key in sorted(keys):
            name, fabric = told[key]
            if len(keys) > 1:
                names[key] = qualified(fabric, name), fabric
            else:
                grouped[plain] = [*grouped.get(plain, ()), *grouped.pop(key)]
                names[plain] = name, fabric
    return names


def _told(records: Iterable[Seen]) -> tuple[str, str] | None:
    """Return the plain name and the network of a host, where its evidence tells one."""
    found = {
        (one.host[len(one.fabric) + 1 :], one.fabric) for one in records if isinstance(one, HostSeen) and one.fabric
    }
    return min(found, default=None)


class Fabrics:
    """The layer-2 networks of an estate, by number: those of `fleet.toml`, then those that evidence tells."""

    def __init__(self, config: FleetConfig, told: Iterable[str]) -> None:
        self._config = config
        networks = sorted(set(told) - {""})
        named = config.fabric_names
        apart = [name for name in networks if name not in named] if len(networks) > 1 else []
        self.names: Sequence[str] = (*named, *apart)

    def number_of(self, host: str, fabric: str) -> int:
        """Return the number of a host's network; 0 is the network of everything that nothing else tells."""
        plain = host.removeprefix(f"{fabric}/") if fabric else host
        by_glob = self._config.fabric_of(host) or self._config.fabric_of(plain)
        if not by_glob and fabric:
            by_glob = self._config.fabric_of(qualified(fabric, plain))
        if by_glob or not fabric or fabric not in self.names:
            return by_glob
        return self.names.index(fabric)
