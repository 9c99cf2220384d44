"""Tables as a folder of Parquet files: written from a snapshot, and told again what the rows alone do not say.

    DIR/about/part-00000.parquet       one row, whose `content` is JSON: schema, fabrics, problems, accepted faults
    DIR/adapter/part-00000.parquet     the rows of a table, in parts of a million, in the order of their ids
    DIR/source/, DIR/seen/             what was read, before it was joined: see `readings.py`

Parquet is read by every analytic engine; the parts are what a cluster's workers take turns at.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import msgspec

from maccord import __version__
from maccord.engine.duck import columns_of
from maccord.engine.engine import Engine
from maccord.engine.readings import FORM, Readings, write_readings
from maccord.fleet.config import Allowance, Fabric, FleetConfig
from maccord.fleet.problem import Problem
from maccord.fleet.records import TABLES, Row
from maccord.fleet.snapshot import Snapshot
from maccord.mac import MaccordError

SCHEMA = "maccord.tables/1"
ABOUT = "about"
_PART = 1_000_000
_OURS = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.InternalException)
"""What DuckDB says of queries rather than of files."""


class NotTables(MaccordError):
    """What should be a folder of maccord's tables is none, or one of another version."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why)
        self.where, self.why = where, why

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


class Origin(msgspec.Struct):
    """That the folder holds what was read, in which form, how many of the files gave something, and the problems."""

    form: int
    used: int
    problems: list[Problem]


class About(msgspec.Struct):
    """What the one row of `about` holds."""

    schema: str
    maccord: str
    files: int
    fabrics: list[Fabric]
    allowances: list[Allowance]
    problems: list[Problem]
    frames: tuple[int, int] = (0, 0)
    """How many packets captures hold, and how many ARP packets."""
    networks: list[str] = []
    """The names of layer-2 domains 0 and up: those of `fabrics`, and those that the evidence itself tells apart."""
    origin: Origin | None = None
    """None for tables of a maccord that kept nothing of what it had read."""


def is_tables(path: str) -> bool:
    """Tell whether a path is a folder that `write_tables` wrote."""
    try:
        return (Path(path) / ABOUT / "part-00000.parquet").is_file()
    except OSError:  # a folder that may not be entered
        return False


def refuse_within(folder: str, paths: Iterable[str]) -> None:
    """Raise NotTables for a folder to write that lies in a path to read: the next run would read it as evidence."""
    target = Path(os.path.realpath(folder))
    for path in paths:
        if path and target.is_relative_to(os.path.realpath(path)):
            raise NotTables(folder, f"is read as evidence, as part of {path}: give a folder beside it")


def refuse_others(folder: str) -> None:
    """Raise NotTables for a folder without tables, or whose tables lack a column that rules read."""
    connection = duckdb.connect(":memory:")
    try:
        expected = {name: columns_of(record) for name, record in TABLES.items()} | {ABOUT: {"content": "VARCHAR"}}
        for name, columns in expected.items():
            files = f"{folder}/{name}/*.parquet".replace("'", "''")
            told = {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE FROM '{files}'").fetchall()}
            for column, kind in columns.items():
                if told.get(column) != kind:
                    why = f"its table {name} has no column {column} ({kind}): write the tables anew (maccord tables)"
                    raise NotTables(folder, why)
    except duckdb.Error as error:
        raise NotTables(folder, f"cannot be read: {str(error).partition(chr(10))[0]}") from error
    finally:
        connection.close()


def write_tables(snapshot: Snapshot, config: FleetConfig, folder: str, readings: Readings | None = None) -> None:
    """Write every table below `folder`, which is new, empty, or a folder of tables that these replace.

    With `readings`, which the snapshot was made of, the tables can be checked together with those of other runs. All of
    it appears at once: until then the old tables stay. Raises NotTables for a folder of anything else.
    """
    target = Path(folder)
    fresh, old = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    if old.exists() and not target.exists():  # an earlier run was killed between the two renamings
        old.rename(target)
    if target.exists() and not is_tables(folder) and (not target.is_dir() or any(target.iterdir())):
        raise NotTables(folder, "is there already, and holds no tables of maccord: give a new folder")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir(parents=True)
        _write_all(snapshot, config, fresh, readings)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise NotTables(folder, f"cannot be written: {error.strerror or error}") from error
    except duckdb.IOException as error:
        raise NotTables(folder, f"cannot be written: {str(error).partition(chr(10))[0]}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if old.exists() and not target.exists():
            old.rename(target)


def _write_all(snapshot: Snapshot, config: FleetConfig, folder: Path, readings: Readings | None) -> None:
    connection = duckdb.connect(":memory:")
    try:
        if readings:
            write_readings(readings, folder, connection, lambda query, file: _copy(connection, query, file))
        for name, record in TABLES.items():
            _write(connection, folder / name, columns_of(record), snapshot.tables.get(name, ()))
        about = About(
            SCHEMA,
            __version__,
            snapshot.files,
            list(config.fabrics),
            list(config.allowances),
            list(snapshot.problems),
            snapshot.frames,
            list(snapshot.fabrics),
            Origin(FORM, readings.used, sorted(set(readings.problems))) if readings else None,
        )
        _write_content(connection, folder / ABOUT, msgspec.json.encode(about).decode())
    finally:
        connection.close()


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, columns: dict[str, str], rows: Sequence[Row]) -> None:
    import numpy as np

    folder.mkdir()
    casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns.items())
    for number, start in enumerate(range(0, max(len(rows), 1), _PART)):
        part = rows[start : start + _PART]
        source = "part"
        if part:
            arrays = {name: np.array([getattr(row, name) for row in part], dtype=object) for name in columns}
            connection.register("part", arrays)
        else:
            source = "(SELECT " + ", ".join(f"NULL AS {name}" for name in columns) + " WHERE FALSE)"
        _copy(connection, f"SELECT {casts} FROM {source}", folder / f"part-{number:05}.parquet")


def _write_content(connection: duckdb.DuckDBPyConnection, folder: Path, content: str) -> None:
    folder.mkdir()
    connection.execute("CREATE TABLE about AS SELECT 0 AS id, $1 AS content", [content])
    _copy(connection, "FROM about", folder / "part-00000.parquet")


def _copy(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    spelled = str(file).replace("'", "''")
    connection.execute(f"COPY ({query}) TO '{spelled}' (FORMAT parquet, COMPRESSION zstd)")


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Turn what DuckDB says of a damaged file into NotTables: nobody has looked at the rows yet."""
    try:
        yield
    except duckdb.Error as error:
        if isinstance(error, _OURS):
            raise
        raise NotTables(where, f"cannot be read: {str(error).partition(chr(10))[0]}") from error


def about_of(content: str | bytes, where: str) -> About:
    """Return what the content of `about` says; raises NotTables."""
    try:
        about = msgspec.json.decode(content, type=About)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise NotTables(where, f"its table `about` is not readable ({error})") from error
    if about.schema != SCHEMA:
        raise NotTables(where, f"holds {about.schema[:40]!r}, and this maccord reads {SCHEMA}: write the tables anew")
    return about


def read_about(engine: Engine, where: str) -> tuple[Snapshot, FleetConfig]:
    """Return what an engine's tables tell beside their rows; the snapshot holds no rows. Raises NotTables."""
    try:
        ((content,),) = engine.query("SELECT content FROM about")[1]
    except (ValueError, duckdb.Error) as error:
        raise NotTables(where, f"its table `about` is not readable ({error})") from error
    about = about_of(str(content), where)
    config = FleetConfig(tuple(about.fabrics), tuple(about.allowances))
    networks = tuple(about.networks) or config.fabric_names
    return Snapshot({}, networks, about.files, tuple(sorted(about.problems)), about.frames), config
