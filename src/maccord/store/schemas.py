"""The schema: made whole in a new store, migrated by Alembic in an old one."""

from collections.abc import Callable
from importlib import resources
from typing import Any

from maccord.alloc.errors import BadStore

HEAD = "0003"
"""The revision of `schema/*.sql`; the newest in `migrations/versions`."""


def script(dialect: str) -> str:
    """Return the whole schema of a dialect, `sqlite` or `postgresql`, with the mark of its revision."""
    text = resources.files("maccord.store").joinpath(f"schema/{dialect}.sql").read_text(encoding="utf-8")
    return (
        f"{text}\nCREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);\n"
        f"INSERT INTO alembic_version (version_num) VALUES ('{HEAD}');\n"
    )


def migrate(url: str, dialect: str, connect: Callable[[], Any], begin: str, revision: str) -> None:
    """Bring a store of an older revision to HEAD in one transaction: all of it, or, whatever happens, nothing.

    `connect` opens a connection of the driver of `dialect`, and `begin` is a statement that lets one process migrate at
    a time; whoever comes second finds nothing to do. Raises BadStore for a revision that is not known here.
    """
    # SQLAlchemy takes a second to import, and few starts need it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.script.revision import RevisionError  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415
    from sqlalchemy import NullPool, create_engine  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(resources.files("maccord.store").joinpath("migrations")))
    try:
        ScriptDirectory.from_config(config).get_revision(revision)
    except (CommandError, RevisionError) as e:
        raise BadStore(url, f"its schema is {revision!r}, of a newer maccord than this one") from e
    engine = create_engine(f"{dialect}://", creator=connect, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(begin)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except SQLAlchemyError as e:
        why = str(getattr(e, "orig", None) or e).strip().partition("\n")[0]
        raise BadStore(url, f"its schema {revision!r} could not be brought to {HEAD!r}, and is as it was: {why}") from e
    finally:
        engine.dispose()
