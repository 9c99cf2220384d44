"""`maccord whois`: everything known of one address."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maccord.cli.check import is_tables, remark
from maccord.cli.main import OK, WRONG_CALL
from maccord.cli.options import now_option, size_option
from maccord.cli.output import CannotWrite, write_table, write_text

if TYPE_CHECKING:
    from maccord.app.whois import Fleet
    from maccord.cli.progress import Progress
    from maccord.report.whois import WhoisReport


@click.command("whois")
@click.argument("mac", required=False, metavar="MAC")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="table for people, json (maccord.whois/1) for programs.",
)  # fmt: skip
@click.option("--output", metavar="FILE", help="Write the answer to FILE instead of standard output.")
@click.option("--quiet", is_flag=True, help="Print nothing but the answer: no progress, no remarks.")
@now_option
@size_option
@click.option(
    "--update-registry", multiple=True, metavar="FILE|FOLDER|URL",
    help="Take vendors' prefixes from the IEEE's CSV files (oui.csv, mam.csv, oui36.csv, cid.csv). May be repeated.",
)  # fmt: skip
@click.option(
    "--registry", metavar="FILE", help="Where --update-registry keeps them; by default the user's own folder."
)
def command(
    mac: str | None,
    paths: tuple[str, ...],
    format: str,  # noqa: A002 - settings call it what the option is called
    output: str | None,
    *,
    update_registry: tuple[str, ...],
    registry: str | None,
    quiet: bool,
    now: datetime | None,
    max_file_size: int,
) -> int:
    """Tell everything known of one MAC address, in any spelling.

    Without PATH it tells what the number itself says: who has its prefix, its bits, and the block of a protocol or a
    platform it lies in. With evidence it also tells who has the address, the ranges it lies in, where it was seen, and
    the incidents it takes part in. Nothing is connected to, unless --update-registry names a URL.

    \b
    Leaves with 0  the address was answered for
               2  the call is wrong, or nothing in the evidence could be used
               3  our fault

    \b
    Examples:
      maccord whois 00155dc86a00
      maccord whois 0015.5dc8.6a00 exports/
      maccord whois 00:15:5d:c8:6a:00 tables/                  (written by maccord tables)
      maccord whois --update-registry https://standards-oui.ieee.org/oui/oui.csv
    """
    own = Path(registry) if registry else Path(click.get_app_dir("maccord")) / "registry.tsv"
    if mac is None and not update_registry:
        raise click.UsageError("name an address, such as 00-15-5D-C8-6A-00")
    if update_registry:
        _update(update_registry, own, quiet=quiet)
    if mac is None:
        return OK
    answer = _answer(mac, paths, own, quiet=quiet, now=now, bytes_max=max_file_size)
    _write(answer, format, output)
    if answer.evidence and not answer.evidence.files:
        if not quiet:
            remark("nothing in the evidence could be used; what is read is listed by: maccord check --help")
        return WRONG_CALL
    return OK


def _answer(
    mac: str, paths: tuple[str, ...], own: Path, *, quiet: bool, now: datetime | None, bytes_max: int
) -> "WhoisReport":
    from maccord.app.registry import prefixes
    from maccord.app.whois import whois
    from maccord.cli.progress import progress
    from maccord.mac import Mac

    address, registry = Mac.parse(mac), prefixes(own)
    with progress(shown=bool(paths) and not quiet) as tell:
        return whois(address, registry, _fleet(paths, now, bytes_max, tell) if paths else None)


def _fleet(paths: tuple[str, ...], now: datetime | None, bytes_max: int, tell: "Progress") -> "Fleet":
    """Return the fleet that evidence, or a folder of tables, shows; it is diagnosed once."""
    from maccord import wiring
    from maccord.app.check import check, check_tables
    from maccord.app.gather import gather
    from maccord.app.whois import Fleet

    moment = now or wiring.clock()
    if is_tables(paths):
        engine = wiring.engine_on(paths[0])
        return Fleet(check_tables(engine, paths[0], now=moment, tell=tell.rule), engine, paths[0])
    gathered = gather(paths, bytes_max=bytes_max, tell=tell.files)
    engine = wiring.engine()
    return Fleet(check(gathered.snapshot, engine, config=gathered.config, now=moment, tell=tell.rule), engine)


def _write(answer: "WhoisReport", form: str, output: str | None) -> None:
    if form == "json":
        from maccord.report.whois import as_json

        write_text(as_json(answer), output)
    else:
        from maccord.report.whois_table import render

        write_table(lambda console: render(answer, console), output)


def _update(sources: tuple[str, ...], own: Path, *, quiet: bool) -> None:
    from maccord.app.registry import updated

    text, counts = updated(sources, own)
    try:
        own.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(str(own), error.strerror or str(error)) from error
    write_text(text.decode("utf-8"), str(own))
    if not quiet:
        remark(f"{own}: " + ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items())))
