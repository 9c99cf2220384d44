"""The answer of `maccord risk`, `maccord.risk/1`: what is printed and saved, whatever its form."""

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

from maccord.report.json_form import pretty, schema_of
from maccord.report.model import Address
from maccord.report.plain import cell

SCHEMA = "maccord.risk/1"

Chance = Annotated[
    float,
    Meta(ge=0, le=1, description="A probability; exact but for its last binary digit, and 0 or 1 only where it is."),
]
Expected = Annotated[float, Meta(ge=0, description="An expected number; exact but for its last binary digit.")]
Ipv4 = Annotated[str, Meta(description="An IPv4 address.")]


class SubnetItem(Struct, frozen=True):
    """A planned subnet: how many hosts draw one of its `addresses`, of which known hosts have `taken`."""

    subnet: str
    hosts: int
    addresses: int
    taken: int


class PairItem(Struct, frozen=True, rename="camel"):
    """Two subnets, or one twice, whose hosts can get one range: `ranges` many, with addresses such as `example`.

    `probability`: that among the hosts of both, taken together, two have one range. `expected_pairs` counts pairs of a
    host of `a` and a host of `b`.
    """

    a: str
    b: str
    ranges: int
    probability: Chance
    expected_pairs: Expected
    example: tuple[Ipv4, Ipv4]


class KnownHost(Struct, frozen=True, order=True):
    """A host that is there. `has` says whether the range is its own now; null where only its address is known."""

    host: str
    address: Ipv4
    has: bool | None


class GroupItem(Struct, frozen=True):
    """Known hosts whose addresses derive one range."""

    range: tuple[Address, Address]
    hosts: list[KnownHost]


class ExposedItem(Struct, frozen=True):
    """A known host whose range a host of a planned subnet may get, and how likely."""

    host: str
    address: Ipv4
    range: tuple[Address, Address]
    probability: Chance


class KnownCount(Struct, frozen=True):
    """How many hosts are known, and how many addresses of theirs."""

    hosts: int
    addresses: int


class IssuedItem(Struct, frozen=True, rename="camel"):
    """What equal ranges mean once each host has issued `each` addresses, counted up from the first of its range."""

    each: int
    expected_twice: Expected


class RiskReport(Struct, frozen=True, rename="camel", kw_only=True):
    """How likely hosts get one range from Hyper-V, and which.

    `probability`: that a host of the planned subnets gets the range of another one or of a known host. `exact` is the
    same as a fraction in lowest terms, null where it has more than 1000 digits. `expected_pairs` counts pairs of a
    planned host and another, or a known address.
    """

    schema: Literal["maccord.risk/1"] = "maccord.risk/1"
    maccord: str
    subnets: list[SubnetItem]
    probability: Chance
    exact: str | None
    expected_pairs: Expected
    pairs: list[PairItem]
    known: KnownCount
    groups: list[GroupItem]
    exposed: list[ExposedItem]
    issued: IssuedItem | None


COLUMNS = ("kind", "a", "b", "range_first", "range_last", "ranges", "probability", "expected_pairs")


def as_json(report: RiskReport) -> str:
    """Return the answer, two blanks an indent, one newline at the end."""
    return pretty(report)


def json_schema() -> str:
    """Return the JSON Schema (2020-12) of the answer."""
    return schema_of(RiskReport, SCHEMA)


def as_csv(report: RiskReport) -> str:
    """Return one row for the whole, one per pair of subnets, per host at risk, and per pair of known hosts."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([cell(str(value)) for value in row])
    return out.getvalue()


def _rows(report: RiskReport) -> Iterator[tuple[object, ...]]:
    yield "all", "", "", "", "", "", report.probability, report.expected_pairs
    for pair in report.pairs:
        yield "subnets", pair.a, pair.b, "", "", pair.ranges, pair.probability, pair.expected_pairs
    for one in report.exposed:
        yield "exposed", f"{one.host} {one.address}", "", *one.range, 1, one.probability, ""
    for group in report.groups:
        first, *others = (f"{one.host} {one.address}" for one in group.hosts)
        for other in others:
            yield "known", first, other, *group.range, 1, 1.0, ""
