"""The answer of `maccord risk` as a person reads it."""

from ipaddress import IPv4Network

from rich.console import Console
from rich.table import Table
from rich.text import Text

from maccord.report.plain import plain
from maccord.report.risk import KnownHost, PairItem, RiskReport

_SHOWN = 10
"""How many pairs, hosts or groups are listed before the rest is counted."""
_RULE = (
    "Hyper-V makes a host's range of 00-15-5D, the last two octets of its IPv4 address, and 00 to FF. Hosts whose "
    "addresses end alike therefore have one range, and issue the same addresses to their machines. It collides where "
    "they share layer 2."
)


def render(report: RiskReport, console: Console) -> None:
    """Print the answer on a console."""
    if report.subnets:
        _planned(report, console)
    if report.known.hosts:
        _known(report, console)
    if report.issued:
        console.print(_text(_issued(report)))
    console.print(_text(_RULE))


def _text(line: str) -> Text:
    return Text(plain(line) + "\n")


def _planned(report: RiskReport, console: Console) -> None:
    hosts = sum(one.hosts for one in report.subnets)
    met = "share a range with each other or with a known host" if report.known.hosts else "share a range"
    if report.probability == 0:
        console.print(Text(f"No two of {_count(hosts, 'host')} can {met}.", style="bold green"))
    else:
        head = f"{_percent(report.probability)}: the probability that two of {_count(hosts, 'host')}"
        other = f", or one and one of {_count(report.known.hosts, 'known host')}," if report.known.hosts else ""
        console.print(Text(f"{head}{other} get one range", style="bold"))
        console.print(Text(f"Pairs of hosts with one range, expected: {_number(report.expected_pairs)}"))
    console.print()
    if report.pairs:
        console.print(_pairs(report.pairs))
        if len(report.pairs) > _SHOWN:
            console.print(Text(f"and {len(report.pairs) - _SHOWN} more pairs of subnets (--format json lists all)"))
        console.print()
    for line in _why(report):
        console.print(_text(line))
    if report.exposed:
        console.print(Text("Known hosts whose range a planned host may get:", style="bold"))
        table = _table("host", "address", "range", "probability")
        for one in report.exposed[:_SHOWN]:
            told = (plain(one.host), one.address, f"{one.range[0]} to {one.range[1]}", _percent(one.probability))
            table.add_row(*(Text(part) for part in told))
        console.print(table)
        if len(report.exposed) > _SHOWN:
            console.print(Text(f"and {len(report.exposed) - _SHOWN} more (--format json lists all)"))
        console.print()


def _pairs(pairs: list[PairItem]) -> Table:
    table = _table("subnets", "common ranges", "probability", "expected pairs", "such as")
    for pair in pairs[:_SHOWN]:
        subnets = pair.a if pair.a == pair.b else f"{pair.a} and {pair.b}"
        such = f"{pair.example[0]} and {pair.example[1]}"
        table.add_row(subnets, f"{pair.ranges:,}", _percent(pair.probability), _number(pair.expected_pairs), such)
    return table


def _table(*heads: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for head in heads:
        number = head in ("probability", "expected pairs", "common ranges")
        table.add_column(head, justify="right" if number else "left", overflow="fold")
    return table


def _why(report: RiskReport) -> list[str]:
    """Return a sentence for each way in which the subnets can or cannot meet."""
    nets = [IPv4Network(one.subnet) for one in report.subnets]
    told = []
    wide = [str(one) for one in nets if one.prefixlen < 16]
    if wide:
        told.append(
            f"{_list(wide)} {_is(wide)} wider than /16: hosts in the same subnet can share a range, since only the "
            "last two octets count, and a row's probability counts that too."
        )
    apart = {(pair.a, pair.b) for pair in report.pairs}
    within = [str(one) for one in nets if one.prefixlen >= 16]
    if within:
        inside = "Inside the others" if wide else "Inside one subnet"
        told.append(f"{inside} no two hosts share a range: addresses of one /16 differ in the last two octets.")
    narrow = [one for one in nets if one.prefixlen >= 24]
    same = [
        (a, b) for at, a in enumerate(narrow) for b in narrow[at + 1 :]
        if _third(a) == _third(b) and (str(a), str(b)) in apart
    ]  # fmt: skip
    if same:
        a, b = same[0]
        rest = f", and {len(same) - 1} more pairs," if same[1:] else ""
        told.append(f"{a} and {b}{rest} have the same third octet: hosts meet wherever their last octets are equal.")
    if len(narrow) > 1 and not same:
        told.append(
            "No two of the subnets of /24 or smaller have a third octet and last octets in common: they cannot meet."
        )
    return told


def _third(network: IPv4Network) -> int:
    return network.network_address.packed[2]


def _known(report: RiskReport, console: Console) -> None:
    known = report.known
    count = f"{_count(known.hosts, 'known host')} with {_count(known.addresses, 'address', 'addresses')}"
    if not report.groups:
        console.print(Text(f"None of {count} share a range by their addresses.\n", style="green"))
        return
    console.print(Text(f"Of {count}, these derive one range:", style="bold"))
    for group in report.groups[:_SHOWN]:
        console.print(Text(f"  {group.range[0]} to {group.range[1]}"))
        for host in group.hosts[:_SHOWN]:
            console.print(Text(plain(f"    {host.host}  {host.address}{_state(host)}")))
        if len(group.hosts) > _SHOWN:
            console.print(Text(f"    and {len(group.hosts) - _SHOWN} more"))
    if len(report.groups) > _SHOWN:
        console.print(Text(f"  and {len(report.groups) - _SHOWN} more ranges (--format json lists all)"))
    console.print()


def _state(host: KnownHost) -> str:
    return {None: "", True: "  has this range now", False: "  has another range now"}[host.has]


def _issued(report: RiskReport) -> str:
    assert report.issued
    each = report.issued.each
    run = "...-00" if each == 1 else f"...-00 to ...-{each - 1:02X}"
    return (
        f"A range is issued from its first address up. Two hosts of one range that have issued {each} each have "
        f"all {each} addresses twice ({run}), for certain; expected in all: {_number(report.issued.expected_twice)}."
    )


def _percent(chance: float) -> str:
    """Return a probability that reads 0 % or 100 % only when it is."""
    if chance in (0, 1):
        return f"{chance:.0%}".replace("%", " %")
    if chance > 0.9999:
        return "over 99.99 %"
    if chance < 0.0001:
        return f"{100 * chance:.2g} % (1 in {1 / chance:,.0f})"
    return f"{chance:.2%}".replace("%", " %")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _list(names: list[str]) -> str:
    shown = names[:4] + ([f"{len(names) - 4} more"] if len(names) > 4 else [])
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if shown[1:] else shown[0]


def _is(names: list[str]) -> str:
    return "are" if names[1:] else "is"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
