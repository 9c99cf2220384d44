"""How likely hosts get one range from Hyper-V: planned subnets, hosts that are there, and who meets whom."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network
from math import nextafter
from pathlib import Path

from maccord import __version__
from maccord.app.gather import NoSuchPath, gather
from maccord.collect import BYTES_MAX
from maccord.engine import Engine
from maccord.engine.tables import is_tables, reading
from maccord.mac import MaccordError, MacRange, default_pool, show
from maccord.mac.derived_risk import (
    BadSubnet,
    Draw,
    chance,
    chance_to_meet,
    expected_pairs,
    meetings,
    shared_ranges,
)
from maccord.report.risk import (
    ExposedItem,
    GroupItem,
    IssuedItem,
    KnownCount,
    KnownHost,
    PairItem,
    RiskReport,
    SubnetItem,
)

_ADDRESSES = """
SELECT h.name, i.address, h.domain, p.first = i.derives AND p.last = i.derives + 255 AS has
FROM ip_address i JOIN host h ON h.id = i.host_id
LEFT JOIN (SELECT host_id, first, last FROM pool WHERE kind = 'dynamic') p ON p.host_id = h.id
WHERE h.platform = 'hyperv'
ORDER BY h.name, i.address
"""
_SEPARATORS = re.compile(r"[,;\t ]+")
_DIGITS_MAX = 1000


class BadHostList(MaccordError):
    """A line of a list of hosts that is not a name and an address."""

    def __init__(self, path: str, line: int, why: str) -> None:
        super().__init__(path, line, why)
        self.path, self.line, self.why = path, line, why

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.why}"


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """An address that a host has; `has` says whether its range is the one derived from it, `domain` who hears it."""

    host: str
    address: IPv4Address
    has: bool | None = None
    domain: int = 0


def planned(texts: Iterable[str]) -> list[tuple[IPv4Network, int]]:
    """Return the subnets and numbers of hosts that `10.1.0.0/16=40` and its like say."""
    found = []
    for text in texts:
        spelled, equals, count = text.partition("=")
        if not equals or not re.fullmatch("[0-9]{1,9}", count.strip()):
            raise BadSubnet(text, "expected SUBNET=HOSTS, such as 10.1.0.0/16=40")
        found.append((_network(text, spelled.strip()), int(count)))
    return found


def _network(text: str, spelled: str) -> IPv4Network:
    if ":" in spelled:
        raise BadSubnet(text, "Hyper-V derives ranges from IPv4 addresses, not from IPv6")
    if "/" not in spelled:
        raise BadSubnet(text, "the subnet has no length, such as /16")
    try:
        return IPv4Network(spelled)
    except ValueError as error:
        try:
            meant = IPv4Network(spelled, strict=False)
        except ValueError:
            raise BadSubnet(text, "no IPv4 subnet such as 10.1.0.0/16") from error
        raise BadSubnet(text, f"that is an address inside {meant}: write {meant}") from error


def known_hosts(
    paths: Sequence[str],
    engine: Callable[[], Engine],
    engine_on: Callable[[str], Engine],
    *,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[list[Known], int]:
    """Return the hosts that lists and evidence name, and how many problems the evidence has.

    A list has one name and one IPv4 address a line; evidence may be a folder of tables. `tell` hears how many of how
    many files of evidence are read.
    """
    found: list[Known] = []
    evidence = []
    problems = 0
    for path in paths:
        listed = _listed(path)
        if is_tables(path):
            with reading(path):
                found += _held(engine_on(path))
        elif listed is None:
            evidence.append(path)
        else:
            found += listed
    if evidence:
        snapshot = gather(evidence, tell=tell).snapshot
        problems = len(snapshot.problems)
        tables = engine()
        tables.load(snapshot)
        found += _held(tables)
    if paths and not found:
        raise NoSuchPath(", ".join(paths), "names no Hyper-V host with an IPv4 address")
    return sorted(set(found), key=lambda one: (one.host, one.address, one.domain)), problems


def _held(engine: Engine) -> list[Known]:
    """Return the Hyper-V hosts of the tables; what a private switch confines meets nobody."""
    return [
        Known(str(name), IPv4Address(str(address)), None if has is None else bool(has), domain)
        for name, address, domain, has in engine.query(_ADDRESSES)[1]
        if isinstance(domain, int) and domain >= 0
    ]


def _listed(path: str) -> list[Known] | None:
    """Return the hosts of a list, or None for what is no list: the first line that says anything decides."""
    file = Path(path)
    if not file.is_file():
        return None
    try:
        with file.open("rb") as stream:
            raw = stream.read(BYTES_MAX + 1)
    except OSError as error:
        raise NoSuchPath(path, f"cannot be read: {error.strerror or error}") from error
    try:
        text = raw[:BYTES_MAX].decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    found: list[Known] = []
    told = [(at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip() and line.lstrip()[0] != "#"]
    for nth, (at, line) in enumerate(told):
        name, address = _entry(line)
        if address is not None and name:
            found.append(Known(name, address))
        elif not found and nth == 1:
            return None
        elif found or nth > 1:
            raise BadHostList(path, at, f"{line.strip()[:60]!r} is no name and IPv4 address, such as HV01,10.1.5.20")
    return found or None


def _entry(line: str) -> tuple[str, IPv4Address | None]:
    try:
        row = next(csv.reader([line.strip()])) if '"' in line else _SEPARATORS.split(line.strip())
    except csv.Error:
        return "", None
    cells = [cell.strip() for cell in row if cell.strip()]
    if len(cells) < 2:
        return "", None
    try:
        return cells[0], IPv4Address(cells[1])
    except ValueError:
        return "", None


def assess(
    subnets: Sequence[tuple[IPv4Network, int]], hosts: Sequence[Known] = (), *, issued: int | None = None
) -> RiskReport:
    """Return how likely hosts of planned subnets get one range, or that of a known host, and who has one already."""
    taken = frozenset(int(one.address) for one in hosts)
    draws = [Draw(one, count, frozenset(at for at in taken if IPv4Address(at) in one)) for one, count in subnets]
    whole = chance(draws, taken)
    pairs = [_pair(one, other) for at, one in enumerate(draws) for other in draws[at:] if shared_ranges(one, other)]
    inner = [expected_pairs(one, other) for at, one in enumerate(draws) for other in draws[at:]]
    exposed, outer = _exposed(draws, hosts)
    expected = sum(inner, start=Fraction(0)) + outer
    groups = _groups(hosts)
    return RiskReport(
        maccord=__version__,
        subnets=[SubnetItem(str(one.network), one.hosts, one.size, one.size - one.free) for one in draws],
        probability=_number(whole),
        exact=_exact(whole),
        expected_pairs=float(expected),
        pairs=sorted(pairs, key=lambda one: -one.probability),
        known=KnownCount(len({one.host for one in hosts}), len(hosts)),
        groups=groups,
        exposed=exposed,
        issued=_issued(issued, expected, groups),
    )


def _exact(value: Fraction) -> str | None:
    if value.denominator.bit_length() > _DIGITS_MAX * 3.32:
        return None
    return str(value)


def _number(probability: Fraction) -> float:
    """Return the nearest number that is 0 or 1 only where the probability is."""
    if probability in (0, 1):
        return float(probability)
    return min(max(float(probability), nextafter(0, 1)), nextafter(1, 0))


def _pair(one: Draw, other: Draw) -> PairItem:
    first, second = _example(one, other)
    return PairItem(
        str(one.network),
        str(other.network),
        shared_ranges(one, other),
        _number(chance([one] if one is other else [one, other])),
        float(expected_pairs(one, other)),
        (str(first), str(second)),
    )


def _example(one: Draw, other: Draw) -> tuple[IPv4Address, IPv4Address]:
    """Return the first addresses of two subnets, or of one, that derive one range."""
    low, high = max(one.interval[0], other.interval[0]), min(one.interval[1], other.interval[1])
    needed = 1 + (one is other)
    bits = next(at for at in range(low, high + 1) if one.untaken(at) >= needed and other.untaken(at))
    first = _free(one, bits)
    return IPv4Address(first), IPv4Address(_free(other, bits, above=first if one is other else 0))


def _free(one: Draw, bits: int, above: int = 0) -> int:
    step = 1 << one.low_bits
    start = one.ends[0] + (bits - one.ends[0]) % step
    return next(at for at in range(start, one.ends[1] + 1, step) if at > above and at not in one.taken)


def _exposed(draws: Sequence[Draw], hosts: Sequence[Known]) -> tuple[list[ExposedItem], Fraction]:
    """Return the known hosts that a planned one may meet, likeliest first, and how many such meetings to expect."""
    found = []
    total = Fraction(0)
    for one in hosts:
        address = int(one.address)
        apart = Fraction(1)
        for draw in draws:
            apart *= 1 - chance_to_meet(draw, address)
            total += meetings(draw, address)
        if apart < 1:
            found.append(ExposedItem(one.host, str(one.address), _range(one.address), _number(1 - apart)))
    return sorted(found, key=lambda one: -one.probability), total


def _groups(hosts: Sequence[Known]) -> list[GroupItem]:
    """Return the known hosts that derive one range, where they can hear each other."""
    of: dict[tuple[int, tuple[str, str]], list[Known]] = defaultdict(list)
    for one in hosts:
        of[one.domain, _range(one.address)].append(one)
    return [
        GroupItem(ends, sorted(KnownHost(one.host, str(one.address), one.has) for one in group))
        for (_, ends), group in sorted(of.items(), key=lambda item: item[0])
        if len({one.host for one in group}) > 1
    ]


def _range(address: IPv4Address) -> tuple[str, str]:
    derived: MacRange = default_pool(address)
    return show(derived.first), show(derived.last)


def _issued(each: int | None, expected: Fraction, groups: Sequence[GroupItem]) -> IssuedItem | None:
    """Return how many addresses two hosts have: ranges are issued from the first up, so equal ranges share a run."""
    if each is None:
        return None
    pairs = Counter(len({one.host for one in group.hosts}) for group in groups)
    there = sum(count * (size * (size - 1) // 2) for size, count in pairs.items())
    return IssuedItem(each, float((expected + there) * each))
