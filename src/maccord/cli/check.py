"""`maccord check`: the main job."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from maccord.cli.main import INCIDENTS, OK, WRONG_CALL
from maccord.cli.options import as_one, now_option, size_option
from maccord.cli.output import write_table, write_text

if TYPE_CHECKING:
    from maccord.cli.progress import Progress
    from maccord.engine import Engine
    from maccord.report import Report


@dataclass(frozen=True, slots=True)
class _Cluster:
    """An endpoint of Spark Connect, and a folder that it can write."""

    connect: str
    scratch: str | None


def _cluster(engine_name: str, connect: str | None, scratch: str | None) -> _Cluster | None:
    if engine_name != "spark" and (connect or scratch):
        raise click.UsageError("--connect and --scratch go with --engine spark.")
    if engine_name != "spark":
        return None
    if not connect:
        raise click.UsageError("--engine spark needs --connect sc://HOST:PORT.")
    return _Cluster(connect, scratch)


_cluster_options = as_one(
    "cluster",
    _cluster,
    click.option(
        "--engine", "engine_name", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True,
        help="Where the rules run: in this process, or at an endpoint of Spark Connect, on TABLES it can read.",
    ),
    click.option("--connect", metavar="sc://HOST:PORT", help="The endpoint of Spark Connect (--engine spark)."),
    click.option(
        "--scratch", metavar="URI",
        help="A folder the cluster can write, for what several rules read; without it, cached (--engine spark).",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Since:
    """What the report is compared with, if anything, and whether only what is new since counts."""

    report: str | None
    only_new: bool

    def comparing(self, bytes_max: int) -> "Callable[[Report], Report]":
        """Read the earlier report, and return what marks the difference in another."""
        if self.report is None:
            return lambda report: report
        from maccord.app.since import earlier_report
        from maccord.report.since import compared

        earlier = earlier_report(self.report, bytes_max=bytes_max)
        return lambda report: compared(report, earlier)


def _since(since: str | None, fail_on: str) -> _Since:
    if fail_on == "new" and since is None:
        raise click.UsageError("--fail-on new needs --since REPORT: new since when?")
    return _Since(since or None, only_new=fail_on == "new")


_since_options = as_one(
    "since",
    _since,
    click.option(
        "--since", metavar="REPORT",
        help="Mark what is new, gone and changed since REPORT, an earlier report of --format json.",
    ),
    click.option(
        "--fail-on", type=click.Choice(["any", "new"]), default="any", show_default=True,
        help="new: leave with 1 only for incidents that are new or worse since REPORT.",
    ),
)  # fmt: skip


@click.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format", type=click.Choice(["table", "json", "csv", "html", "markdown"]), default="table", show_default=True,
    help="table, html (one page) or markdown for people, json (maccord.report/1) for programs, csv for spreadsheets.",
)  # fmt: skip
@_cluster_options
@click.option("--output", metavar="FILE", help="Write the report to FILE instead of standard output.")
@_since_options
@click.option("--strict", is_flag=True, help="Leave with 2 when any of the evidence could not be used.")
@click.option("--quiet", is_flag=True, help="Print nothing but the report: no progress, no remarks.")
@now_option
@size_option
@click.option(
    "--workers", type=click.IntRange(1, 256), envvar="MACCORD_WORKERS", metavar="N",
    help="Read with N processes; by default as many as there are processors, and one for little evidence.",
)  # fmt: skip
def command(
    paths: tuple[str, ...],
    *,
    format: str,  # noqa: A002 - settings call it what the option is called
    cluster: _Cluster | None,
    output: str | None,
    since: _Since,
    strict: bool,
    quiet: bool,
    now: datetime | None,
    max_file_size: int,
    workers: int | None,
) -> int:
    """Find every colliding MAC address in the evidence, and name its cause.

    PATH is a file or a folder with any mixture of evidence: exports of Hyper-V hosts and VMM servers (maccord collect
    hyperv --script), the JSON of single cmdlets, objects of a Network Controller, libvirt XML, guest files and lists of
    Proxmox, .vmx files and vNetwork sheets of VMware, lists of xe, listings of OpenStack, KubeVirt, Docker, Incus and
    Linux hosts, lists of NetBox, address and ARP tables of switches as their command line prints them, leases of DHCP
    servers (Kea, ISC dhcpd, dnsmasq, Windows), captures (pcap, pcapng; SWITCH/PORT.pcap), logs of bridges, syslog and
    Windows events with moves of addresses, SuzieQ's Parquet snapshots, and a fleet.toml that says what evidence cannot
    know. Files are recognised by their content. Nothing is written but the report, and nothing is connected to.

    PATH may also be a folder that `maccord tables` wrote: alone, its tables are checked as they are, and with others it
    counts as the evidence that it was made of, so that several sites are checked as one fleet.

    \b
    Leaves with 0  nothing at warning or above
               1  incidents at warning or above
               2  the call is wrong, or nothing in the evidence could be used
               3  our fault

    \b
    Examples:
      maccord check exports/
      maccord check HV01.json HV02.json --format json --output report.json
      maccord check exports/ --since yesterday.json --fail-on new
      maccord check exports/ --format html --output report.html
      maccord check exports/ --strict --quiet || echo "look at the fleet"
      maccord check tables/                                    (written by maccord tables)
      maccord check site1.tables site2.tables exports/         (sites and exports, as one fleet)
      maccord check --engine spark --connect sc://spark:15002 s3://fleet/tables
    """
    from maccord.cli.progress import progress

    moment = now or _now()
    compared = since.comparing(max_file_size)
    with progress(shown=not quiet) as tell:
        if cluster or is_tables(paths):
            report, engine = _checked_tables(paths, cluster, moment, tell)
        else:
            report, engine = _checked(paths, max_file_size, workers, moment, tell)
        report = compared(report)
        page = _page(report, engine) if format == "html" else ""
    write_text(page, output) if page else _write(report, format, output)
    return _code(report, strict=strict, anew=since.only_new, say=_silence if quiet else remark)


def _now() -> datetime:
    from maccord import wiring

    return wiring.clock()


def is_tables(paths: tuple[str, ...]) -> bool:
    """Tell whether the call names a folder of tables and nothing else: its rows are then used as they are."""
    from maccord.engine import tables

    return len(paths) == 1 and tables.is_tables(paths[0])


def _checked(
    paths: tuple[str, ...], bytes_max: int, workers: int | None, moment: datetime, tell: "Progress"
) -> "tuple[Report, Engine]":
    from maccord import wiring
    from maccord.app.check import check
    from maccord.app.gather import gather

    gathered = gather(paths, bytes_max=bytes_max, workers=workers, tell=tell.files)
    engine = wiring.engine()
    return check(gathered.snapshot, engine, config=gathered.config, now=moment, tell=tell.rule), engine


def _checked_tables(
    paths: tuple[str, ...], cluster: _Cluster | None, moment: datetime, tell: "Progress"
) -> "tuple[Report, Engine]":
    from maccord import wiring
    from maccord.app.check import check_tables

    if len(paths) != 1:
        raise click.UsageError(
            "--engine spark reads one folder of TABLES; maccord tables A B --output DIR makes one folder of several."
        )
    (tables,) = paths
    engine = wiring.spark(cluster.connect, tables, cluster.scratch) if cluster else wiring.engine_on(tables)
    return check_tables(engine, tables, now=moment, tell=tell.rule), engine


def _page(report: "Report", engine: "Engine") -> str:
    """Return the report as HTML, which shows more of the tables than the other forms do."""
    from maccord.app.illustrate import illustrate
    from maccord.report.html_form import as_html

    return as_html(report, illustrate(report, engine))


def _write(report: "Report", form: str, output: str | None) -> None:
    if form == "json":
        from maccord.report.json_form import as_json

        write_text(as_json(report), output)
    elif form == "csv":
        from maccord.report.csv_form import as_csv

        write_text(as_csv(report), output)
    elif form == "markdown":
        from maccord.report.markdown_form import as_markdown

        write_text(as_markdown(report), output)
    else:
        _write_table(report, output)


def _write_table(report: "Report", output: str | None) -> None:
    from maccord.report.table_form import render

    write_table(lambda console: render(report, console), output)


def _code(report: "Report", *, strict: bool, anew: bool, say: Callable[[str], None]) -> int:
    if not report.evidence.files:
        say("nothing in the evidence could be used; what is read is listed by: maccord check --help")
        return WRONG_CALL
    if strict and report.problems:
        from maccord.report.plain import counted

        say(f"{counted(len(report.problems), 'problem')} with the evidence (--strict)")
        return WRONG_CALL
    return INCIDENTS if (report.failing_anew if anew else report.failing) else OK


def remark(text: str) -> None:
    """Say something beside the result."""
    click.echo(f"maccord: {text}", err=True)


def _silence(text: str) -> None:
    del text
