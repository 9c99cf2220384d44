"""What `maccord watch` listens to: interfaces, captures, logs and syslog, as a call names them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maccord.cli.options import as_one

if TYPE_CHECKING:
    from maccord.app.watch.sources import Source
    from maccord.app.watch.state import SourceMark

_PORT_MAX = 65_535


class Endpoint(click.ParamType[tuple[str, int]]):
    """HOST:PORT; of a port alone the host is this computer, which others cannot reach."""

    name = "endpoint"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Return host and port."""
        if isinstance(value, tuple):
            return value
        host, _, port = str(value).rpartition(":")
        if not port.isascii() or not port.isdigit() or not 0 <= int(port) <= _PORT_MAX:
            self.fail(f"{value!r} is no HOST:PORT, such as 127.0.0.1:5514 or [::]:514", param, ctx)
        return host.strip("[]") or "127.0.0.1", int(port)


@dataclass(frozen=True, slots=True)
class Heard:
    """The sources that the options name."""

    interfaces: tuple[str, ...]
    captures: tuple[str, ...]
    logs: tuple[str, ...]
    syslog_udp: tuple[str, int] | None
    syslog_tcp: tuple[str, int] | None

    def check(self) -> None:
        """Raise UsageError where two sources would read standard input."""
        files = (*self.captures, *self.logs)
        if files.count("-") + sum(one.endswith("=-") for one in files) > 1:
            raise click.UsageError("Standard input can be given once.")

    def sources(self, marks: "dict[str, SourceMark]", *, once: bool, say: Callable[[str], None]) -> "list[Source]":
        """Return all of them, ready to be read; raises UsageError where there is none. `marks`: how far each was."""
        found = [
            *_files(self.captures, marks, capture=True, once=once),
            *_files(self.logs, marks, capture=False, once=once),
            *_listened(self.interfaces),
            *_syslog(self.syslog_udp, self.syslog_tcp, say),
        ]
        if not found:
            raise click.UsageError(
                "Nothing to listen to: give --interface, --pcap, --log, --syslog-udp or --syslog-tcp."
            )
        return found


heard_options = as_one(
    "heard",
    Heard,
    click.option(
        "--interface", "interfaces", multiple=True, metavar="NAME",
        help="Capture from an interface (needs the right to).",
    ),
    click.option(
        "--pcap", "captures", multiple=True, metavar="[SWITCH/PORT=]FILE",
        help="Follow a capture as it grows; - is standard input. The place is told by its folder and name otherwise.",
    ),
    click.option(
        "--log", "logs", multiple=True, metavar="[SWITCH=]FILE",
        help="Follow a log: syslog of switches, or what bridge -t monitor fdb prints; - is standard input.",
    ),
    click.option("--syslog-udp", type=Endpoint(), metavar="HOST:PORT", help="Take syslog by UDP (RFC 5426)."),
    click.option("--syslog-tcp", type=Endpoint(), metavar="HOST:PORT", help="Take syslog by TCP (RFC 6587)."),
)  # fmt: skip


def _files(given: Sequence[str], marks: "dict[str, SourceMark]", *, capture: bool, once: bool) -> "list[Source]":
    from maccord.app.watch.sources import Followed
    from maccord.wire.records import At

    found: list[Source] = []
    for one in given:
        place, equals, path = one.partition("=")
        if not equals:
            path, place = one, ""
        file = Path(path)
        if path != "-" and (file.is_dir() or not file.absolute().parent.is_dir()):
            raise click.UsageError(f"{path}: there is no such file, and no folder where it could appear.")
        switch, _, port = place.partition("/")
        if not place and path != "-":
            switch = file.absolute().parent.name if capture else file.stem
            port = file.stem if capture else ""
        found.append(Followed(one, path, At(switch, port if capture else ""), capture, once, marks.get(one)))
    return found


def _listened(names: Sequence[str]) -> "list[Source]":
    import socket

    from maccord.app.watch.sources import Listened
    from maccord.wire.records import At

    found: list[Source] = []
    for name in names:
        from maccord.wire.live import Interface

        Interface(name, At(socket.gethostname(), name)).close()  # what is wrong with the call is said at once
        found.append(Listened(name, name, At(socket.gethostname(), name)))
    return found


def _syslog(udp: tuple[str, int] | None, tcp: tuple[str, int] | None, say: Callable[[str], None]) -> "list[Source]":
    from maccord.app.watch.syslog import SyslogTcp, SyslogUdp

    found: list[Source] = []
    if udp is not None:
        datagrams = SyslogUdp("syslog-udp", *udp)
        datagrams.open()
        say(f"syslog by UDP at {udp[0]}:{datagrams.port}")
        found.append(datagrams)
    if tcp is not None:
        stream = SyslogTcp("syslog-tcp", *tcp)
        stream.open()
        say(f"syslog by TCP at {tcp[0]}:{stream.port}")
        found.append(stream)
    return found
