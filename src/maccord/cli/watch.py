"""`maccord watch`: incidents as they happen."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maccord.cli.check import remark
from maccord.cli.main import INCIDENTS, OK

if TYPE_CHECKING:
    from maccord.app.watch.inventory import Inventory
    from maccord.app.watch.model import WatchItem
    from maccord.app.watch.run import Watch
    from maccord.app.watch.sources import Source
    from maccord.app.watch.state import SourceMark

_PORT_MAX = 65_535
_SYSLOG_PORT, _METRICS_PORT = 514, 9783


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


@click.command("watch")
@click.option(
    "--interface", "interfaces", multiple=True, metavar="NAME", help="Capture from an interface (needs the right to)."
)
@click.option(
    "--pcap", "captures", multiple=True, metavar="[SWITCH/PORT=]FILE",
    help="Follow a capture as it grows; - is standard input. The place is told by its folder and name otherwise.",
)  # fmt: skip
@click.option(
    "--log", "logs", multiple=True, metavar="[SWITCH=]FILE",
    help="Follow a log: syslog of switches, or what bridge -t monitor fdb prints; - is standard input.",
)  # fmt: skip
@click.option("--syslog-udp", type=Endpoint(), metavar="HOST:PORT", help="Take syslog by UDP (RFC 5426).")
@click.option("--syslog-tcp", type=Endpoint(), metavar="HOST:PORT", help="Take syslog by TCP (RFC 6587).")
@click.option(
    "--inventory", "inventory", multiple=True, metavar="PATH",
    help="Evidence of the fleet, as for maccord check: incidents then name owners and the cause behind.",
)  # fmt: skip
@click.option(
    "--format", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="table: what is open, kept up to date; json: one line for each thing that happens (maccord.watch/1).",
)  # fmt: skip
@click.option("--state", metavar="FILE", help="Keep what is known in FILE, so that a restart goes on where this ended.")
@click.option("--metrics", type=Endpoint(), metavar="HOST:PORT", help="Serve figures for Prometheus at /metrics.")
@click.option(
    "--webhook", metavar="URL",
    help="Post each thing that happens to URL as JSON; MACCORD_WATCH_WEBHOOK_TOKEN is sent as bearer token.",
)  # fmt: skip
@click.option(
    "--moves", type=click.IntRange(2, 1000), default=5, show_default=True, metavar="N",
    help="So many moves within --within make an address restless (RFC 7432: N).",
)  # fmt: skip
@click.option(
    "--within", type=click.IntRange(1, 86_400), default=180, show_default=True, metavar="SECONDS",
    help="The sliding window that moves are counted in (RFC 7432: M).",
)  # fmt: skip
@click.option(
    "--close-after", type=click.IntRange(1, 604_800), default=600, show_default=True, metavar="SECONDS",
    help="Close an incident when nothing new was seen for so long.",
)  # fmt: skip
@click.option(
    "--addresses", type=click.IntRange(100, 10_000_000), default=200_000, show_default=True, metavar="N",
    help="Follow at most N addresses; of more, those heard once make way first.",
)  # fmt: skip
@click.option("--once", is_flag=True, help="Read what is there and leave, with 1 if incidents are open.")
@click.option("--quiet", is_flag=True, help="Print nothing but incidents: no remarks.")
def command(
    *,
    interfaces: tuple[str, ...],
    captures: tuple[str, ...],
    logs: tuple[str, ...],
    syslog_udp: tuple[str, int] | None,
    syslog_tcp: tuple[str, int] | None,
    inventory: tuple[str, ...],
    format: str,  # noqa: A002 - settings call it what the option is called
    state: str | None,
    metrics: tuple[str, int] | None,
    webhook: str | None,
    moves: int,
    within: int,
    close_after: int,
    addresses: int,
    once: bool,
    quiet: bool,
) -> int:
    """Tell of MAC and IP conflicts as they begin, change and end.

    It listens to interfaces, to captures and logs that grow, and to syslog of switches; several at once. An address is
    followed in its VLAN: one that moves too often, comes back to ports that it had left, or contradicts itself is an
    incident, and its cause is named: two owners, a team without link aggregation, a loop, an IP conflict. Migrations,
    failovers and virtual routers are by design and stay silent. Memory is bounded whatever comes.

    Nothing is sent anywhere but to the URL of --webhook. It ends on Ctrl-C, or when all its files and pipes have ended.

    \b
    Examples:
      maccord watch --interface eth0
      maccord watch --pcap sw1/Gi1-0-3.pcap --pcap sw1/Gi1-0-7.pcap --inventory exports/
      bridge -t monitor fdb | maccord watch --log br0=-
      tcpdump -i eth0 -U -w - | maccord watch --pcap sw1/eth0=-
      maccord watch --syslog-udp 0.0.0.0:514 --state /var/lib/maccord/watch --metrics 127.0.0.1:9783
      maccord watch --log switches.log --format json --webhook https://alerts.example/hook
    """
    from maccord import wiring
    from maccord.app.watch.run import Watch
    from maccord.app.watch.watcher import Watcher
    from maccord.wire.track import Settings, Tracker

    if [*captures, *logs].count("-") + sum(one.endswith("=-") for one in (*captures, *logs)) > 1:
        raise click.UsageError("Standard input can be given once.")
    settings = Settings(moves=moves, window_s=within, quiet_s=close_after, addresses_max=addresses, ips_max=addresses)
    watcher = Watcher(Tracker(settings), _inventory(inventory))
    say: Callable[[str], None] = _silence if quiet else remark
    left_marks: dict[str, SourceMark] = {}
    waiting: list[WatchItem] = []
    if state is not None:
        from maccord.app.watch.state import load

        left = load(state, watcher)
        left_marks, waiting = left.marks, left.waiting
        if left.remark:
            say(left.remark)
    sources = [
        *_files(captures, left_marks, capture=True, once=once),
        *_files(logs, left_marks, capture=False, once=once),
        *_listened(interfaces),
        *_syslog(syslog_udp, syslog_tcp, say),
    ]
    if not sources:
        raise click.UsageError("Nothing to listen to: give --interface, --pcap, --log, --syslog-udp or --syslog-tcp.")
    watch = Watch(watcher, sources, lambda _: None, say, wiring.monotonic, state=state, marks=left_marks)
    if webhook is not None:
        from maccord.app.watch.webhook import Webhook

        token = os.environ.get("MACCORD_WATCH_WEBHOOK_TOKEN", "")
        watch.webhook = Webhook(webhook, token=token, waiting=waiting)
    _run(watch, metrics, format, say)
    failing = any(one.told.severity != "info" for one in watcher.open.values())
    return INCIDENTS if once and failing else OK


def _run(watch: "Watch", metrics: tuple[str, int] | None, form: str, say: Callable[[str], None]) -> None:
    from maccord.cli.watch_display import display

    server = None
    if metrics is not None:
        from maccord.app.watch.metrics import Metrics

        server = Metrics(*metrics, watch.metrics)
        say(f"figures at http://{metrics[0]}:{server.port}/metrics")
    before = {number: signal.signal(number, lambda *_: watch.stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with display(form, sys.stdout, watch.watcher) as shown:
            watch.tell = shown
            if shown.say is not None:
                watch.say = shown.say
            watch.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if watch.webhook is not None:
            watch.webhook.close()
            watch.save()
        if server is not None:
            server.close()


def _inventory(paths: tuple[str, ...]) -> "Inventory | None":
    if not paths:
        return None
    from maccord import wiring
    from maccord.app.check import check
    from maccord.app.gather import gather
    from maccord.app.watch.inventory import inventory_of

    gathered = gather(paths)
    report = check(gathered.snapshot, wiring.engine(), config=gathered.config, now=wiring.clock())
    return inventory_of(gathered.snapshot, report)


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


def _silence(text: str) -> None:
    del text
