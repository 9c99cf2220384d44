"""What a person sees of a run: plain values, each with a text form. `plain(result)` is ready for JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import Literal

Outcome = Literal["reply", "timed out", "unreachable"]
System = Literal["windows", "linux"]
SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Echo:
    """One echo request: sent `at_us` after the first one; the round trip is 0 without a reply."""

    sequence: int
    at_us: int
    outcome: Outcome
    rtt_us: int


@dataclass(frozen=True, slots=True)
class Second:
    """What was sent within one second since the first echo, and what of it was lost."""

    second: int
    sent: int
    lost: int


@dataclass(frozen=True, slots=True)
class PingSeen:
    """A run of ping: `own_ip` asked, `target` answered or did not."""

    own_ip: str
    target: str
    system: System
    took_us: int
    echoes: tuple[Echo, ...]

    @property
    def lost(self) -> int:
        """Echoes without a reply, unreachable ones included."""
        return sum(echo.outcome != "reply" for echo in self.echoes)

    @property
    def loss(self) -> float:
        """Lost of sent, from 0 to 1."""
        return self.lost / len(self.echoes)

    def by_second(self) -> list[Second]:
        """Loss over time: one row for each second in which something was sent."""
        seconds: dict[int, list[int]] = {}
        for echo in self.echoes:
            row = seconds.setdefault(echo.at_us // SECOND_US, [0, 0])
            row[0] += 1
            row[1] += echo.outcome != "reply"
        return [Second(at, sent, lost) for at, (sent, lost) in sorted(seconds.items())]

    def text(self, system: System | None = None) -> str:
        """The transcript as the station's system prints it, or as another one would."""
        return _linux(self) if (system or self.system) == "linux" else _windows(self)


def _windows(seen: PingSeen) -> str:
    """ping.exe's. A "host unreachable" that one's own machine says counts as received there, and so it does here."""
    lines = ["", f"Pinging {seen.target} with 32 bytes of data:"]
    for echo in seen.echoes:
        if echo.outcome == "reply":
            lines.append(f"Reply from {seen.target}: bytes=32 time{_ms(echo.rtt_us)} TTL=128")
        elif echo.outcome == "timed out":
            lines.append("Request timed out.")
        else:
            lines.append(f"Reply from {seen.own_ip}: Destination host unreachable.")
    sent = len(seen.echoes)
    lost = sum(echo.outcome == "timed out" for echo in seen.echoes)
    lines += [
        "",
        f"Ping statistics for {seen.target}:",
        f"    Packets: Sent = {sent}, Received = {sent - lost}, Lost = {lost} ({100 * lost // sent}% loss),",
    ]
    times = [echo.rtt_us // 1000 for echo in seen.echoes if echo.outcome == "reply"]
    if times:
        lines += [
            "Approximate round trip times in milli-seconds:",
            f"    Minimum = {min(times)}ms, Maximum = {max(times)}ms, Average = {sum(times) // len(times)}ms",
        ]
    return "\n".join(lines) + "\n"


def _ms(us: int) -> str:
    return "<1ms" if us < 1000 else f"={us // 1000}ms"


def _linux(seen: PingSeen) -> str:
    """The ping of iputils: lines as they come back, nothing for what never does."""
    lines = [f"PING {seen.target} ({seen.target}) 56(84) bytes of data."]
    for echo in seen.echoes:
        if echo.outcome == "reply":
            lines.append(
                f"64 bytes from {seen.target}: icmp_seq={echo.sequence} ttl=64 time={_short_ms(echo.rtt_us)} ms"
            )
        elif echo.outcome == "unreachable":
            lines.append(f"From {seen.own_ip} icmp_seq={echo.sequence} Destination Host Unreachable")
    sent = len(seen.echoes)
    received, errors = sent - seen.lost, sum(echo.outcome == "unreachable" for echo in seen.echoes)
    told = f"{sent} packets transmitted, {received} received"
    told += f", +{errors} errors" if errors else ""
    told += f", {_percent(seen.lost, sent)}% packet loss, time {seen.took_us // 1000}ms"
    lines += ["", f"--- {seen.target} ping statistics ---", told]
    times = [echo.rtt_us / 1000 for echo in seen.echoes if echo.outcome == "reply"]
    if times:
        mean = sum(times) / len(times)
        spread = (sum((time - mean) ** 2 for time in times) / len(times)) ** 0.5
        lines.append(f"rtt min/avg/max/mdev = {min(times):.3f}/{mean:.3f}/{max(times):.3f}/{spread:.3f} ms")
    return "\n".join(lines) + "\n"


def _short_ms(us: int) -> str:
    """Three digits, as iputils prints a time: 0.031, 1.23, 12.3, 123."""
    ms = us / 1000
    return f"{ms:.0f}" if ms >= 100 else f"{ms:.1f}" if ms >= 10 else f"{ms:.2f}" if ms >= 1 else f"{ms:.3f}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.6g}"


@dataclass(frozen=True, slots=True)
class MoveSeen:
    """An address that moved from one port to another."""

    at_us: int
    vlan: int
    mac: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class MovesSeen:
    """Moves on one switch, of one address or of all. `latest` holds the newest ones, `total` counts all of them."""

    switch: str
    total: int
    per_minute: tuple[tuple[int, int], ...]
    """(minute, moves) for each minute from the first to the last one of the run, also those without any."""
    latest: tuple[MoveSeen, ...]

    def text(self) -> str:
        """A line per minute, with a bar."""
        most = max((moves for _, moves in self.per_minute), default=0)
        lines = [f"MAC moves on {self.switch}: {self.total}"]
        for minute, moves in self.per_minute:
            bar = "#" * (0 if not moves else max(1, moves * 40 // most))
            lines.append(f"  minute {minute:>4} {moves:>8}  {bar}".rstrip())
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Place:
    """From `at_us` on, an address was at a port of a switch; None: in no entry."""

    at_us: int
    vlan: int
    mac: str
    port: str | None


@dataclass(frozen=True, slots=True)
class TableSeen:
    """An address table over time, as the changes that were made to it; `left_out` counts older ones, no longer kept."""

    switch: str
    left_out: int
    changes: tuple[Place, ...]

    def text(self) -> str:
        """A line per change: seconds, VLAN, address and port."""
        lines = [
            f"{change.at_us / SECOND_US:>14.6f}  vlan {change.vlan:<4}  {change.mac}  {change.port or '-'}"
            for change in self.changes
        ]
        return "\n".join([f"Address table of {self.switch}, as it changed:", *lines]) + "\n"


@dataclass(frozen=True, slots=True)
class Account:
    """What became of every frame. Always: sent + copied = taken + ignored + the sum of drops + in flight."""

    events: int
    sent: int
    copied: int
    taken: int
    ignored: int
    in_flight: int
    drops: dict[str, int]

    @property
    def balanced(self) -> bool:
        """Whether the sum is right: anything else is our fault."""
        return self.sent + self.copied == self.taken + self.ignored + sum(self.drops.values()) + self.in_flight

    def text(self) -> str:
        """A line per count."""
        drops = [f"  dropped, {why}: {count}" for why, count in sorted(self.drops.items())]
        lines = [f"{self.events} events; frames:", f"  sent: {self.sent}", f"  copied by flooding: {self.copied}"]
        lines += [f"  taken: {self.taken}", f"  ignored, for others: {self.ignored}", *drops]
        return "\n".join([*lines, f"  in flight: {self.in_flight}"]) + "\n"


def plain(result: object) -> object:
    """A result, or several, as lists, dictionaries, texts and numbers; so are lines, events, connections."""
    if isinstance(result, Sequence) and not isinstance(result, str):
        return [plain(one) for one in result]
    assert is_dataclass(result)
    assert not isinstance(result, type)
    values = asdict(result)
    if isinstance(result, PingSeen):
        values["lost"] = result.lost
        values["bySecond"] = [asdict(row) for row in result.by_second()]
    return values
