"""`maccord tables`: the model of a fleet as Parquet, for other engines and for later."""

import click

from maccord.cli.main import OK
from maccord.cli.options import size_option


@click.command("tables")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--output", required=True, metavar="DIR",
    help="The folder to write: new or empty, or tables of an earlier run, which are replaced when all is written.",
)  # fmt: skip
@click.option("--quiet", is_flag=True, help="Show no progress and print no remarks.")
@size_option
def command(paths: tuple[str, ...], output: str, *, quiet: bool, max_file_size: int) -> int:
    """Write what the evidence tells as tables of Parquet, one folder each.

    The tables hold all that `maccord check` needs: hosts, ranges, adapters, switches, teams, events, sightings, and
    what fleet.toml says. Checked later, elsewhere, or on a cluster, they give the report that the evidence gives.
    Columns are described in the docstrings of maccord.fleet.records; addresses are whole numbers.

    They also hold what was read, so PATH may be a folder of tables as well as evidence: tables of several sites become
    the tables that all their evidence together would give, for `maccord check` on any engine.

    \b
    Examples:
      maccord tables exports/ --output tables/
      maccord check tables/
      maccord check --engine spark --connect sc://spark:15002 s3://fleet/tables
      maccord tables site1.tables site2.tables fleet.toml --output all.tables
      duckdb -c "SELECT mac, COUNT(*) FROM 'tables/adapter/*.parquet' GROUP BY mac HAVING COUNT(*) > 1"
    """
    from maccord.app.gather import assembled, read
    from maccord.cli.progress import progress
    from maccord.engine.tables import refuse_within, write_tables
    from maccord.fleet.records import OBSERVERS, Host
    from maccord.mac import MaccordError
    from maccord.report.plain import counted

    refuse_within(output, paths)
    with progress(shown=not quiet) as tell:
        readings, config = read(paths, bytes_max=max_file_size, tell=tell.files)
        gathered = assembled(readings, config)
        snapshot = gathered.snapshot
        if not snapshot.files:  # tables of an earlier run stay
            raise MaccordError("nothing in the evidence could be used; what is read is listed by: maccord check --help")
        write_tables(snapshot, config, output, readings)
    if not quiet:
        rows = {name: len(snapshot.tables[name]) for name in ("pool", "adapter", "sighting")}
        hosts = sum(isinstance(one, Host) and one.platform not in OBSERVERS for one in snapshot.tables["host"])
        counts = ", ".join(counted(count, name) for name, count in {"host": hosts, **rows}.items())
        problems = counted(len(snapshot.problems), "problem")
        click.echo(f"maccord: {output}: {counts}; {problems} with the evidence", err=True)
    return OK
