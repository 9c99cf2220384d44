"""`maccord watch`: incidents as they happen."""

import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from maccord.cli.check import remark
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.options import as_one
from maccord.cli.watch_sources import Endpoint, Heard, heard_options

if TYPE_CHECKING:
    from maccord.app.watch.inventory import Inventory
    from maccord.app.watch.model import WatchItem
    from maccord.app.watch.run import Watch
    from maccord.app.watch.state import SourceMark
    from maccord.app.watch.watcher import Watcher
    from maccord.wire.track import Settings


def _settings(moves: int, within: int, close_after: int, addresses: int) -> "Settings":
    from maccord.wire.track import Settings

    return Settings(moves=moves, window_s=within, quiet_s=close_after, addresses_max=addresses, ips_max=addresses)


_settings_options = as_one(
    "settings",
    _settings,
    click.option(
        "--moves", type=click.IntRange(2, 1000), default=5, show_default=True, metavar="N",
        help="So many moves within --within make an address restless (RFC 7432: N).",
    ),
    click.option(
        "--within", type=click.IntRange(1, 86_400), default=180, show_default=True, metavar="SECONDS",
        help="The sliding window that moves are counted in (RFC 7432: M).",
    ),
    click.option(
        "--close-after", type=click.IntRange(1, 604_800), default=600, show_default=True, metavar="SECONDS",
        help="Close an incident when nothing new was seen for so long.",
    ),
    click.option(
        "--addresses", type=click.IntRange(100, 10_000_000), default=200_000, show_default=True, metavar="N",
        help="Follow at most N addresses, of some 4 KB each; of more, those heard once make way first.",
    ),
)  # fmt: skip


@click.command("watch")
@heard_options
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
@_settings_options
@click.option("--once", is_flag=True, help="Read what is there and leave, with 1 if incidents are open.")
@click.option("--quiet", is_flag=True, help="Print nothing but incidents: no remarks.")
def command(
    *,
    heard: Heard,
    inventory: tuple[str, ...],
    format: str,  # noqa: A002 - settings call it what the option is called
    state: str | None,
    metrics: tuple[str, int] | None,
    webhook: str | None,
    settings: "Settings",
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
    from maccord.wire.track import Tracker

    heard.check()
    watcher = Watcher(Tracker(settings), _inventory(inventory))
    say: Callable[[str], None] = _silence if quiet else remark
    marks, waiting = _left(state, watcher, say)
    sources = heard.sources(marks, once=once, say=say)
    watch = Watch(watcher, sources, lambda _: None, say, wiring.monotonic, state=state, marks=marks)
    if webhook is not None:
        from maccord.app.watch.webhook import Webhook

        token = os.environ.get("MACCORD_WATCH_WEBHOOK_TOKEN", "")
        watch.webhook = Webhook(webhook, token=token, waiting=waiting)
    _run(watch, metrics, format, say)
    failing = any(one.told.severity != "info" for one in watcher.open.values())
    return INCIDENTS if once and failing else OK


def _left(
    state: str | None, watcher: "Watcher", say: Callable[[str], None]
) -> "tuple[dict[str, SourceMark], list[WatchItem]]":
    """Take up what an earlier run left: how far sources were read, and what the webhook was not told yet."""
    if state is None:
        return {}, []
    from maccord.app.watch.state import load

    left = load(state, watcher)
    if left.remark:
        say(left.remark)
    return left.marks, left.waiting


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


def _silence(text: str) -> None:
    del text
