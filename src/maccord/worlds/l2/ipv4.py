"""IPv4 addresses, at the edge of the world: whole numbers within."""

from ipaddress import AddressValueError, IPv4Address

from maccord.worlds.l2.errors import CannotBuild


def parse_ipv4(text: str) -> int:
    """The number of `192.168.200.106`. Raises CannotBuild for anything else."""
    try:
        return int(IPv4Address(text.strip()))
    except AddressValueError as wrong:
        raise CannotBuild(repr(text[:40]), "it is no IPv4 address; write four numbers with dots") from wrong


def show_ipv4(value: int) -> str:
    """The text of an address."""
    return str(IPv4Address(value))
