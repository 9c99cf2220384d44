"""Two tables: `holding`, where to look for what a holder has, filled from leases; and ranges that others issue from.

Other processes may be at work on the store: the journal is locked, so that each of their changes is either in what this
reads, or behind the place in the journal from which `holding` goes on.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_TABLE = {
    "sqlite": """CREATE TABLE holding (
  holder TEXT NOT NULL,
  space INTEGER NOT NULL,
  lo INTEGER NOT NULL,
  hi INTEGER NOT NULL,
  PRIMARY KEY (holder, space, lo, hi)
) WITHOUT ROWID""",
    "postgresql": """CREATE TABLE holding (
  holder text NOT NULL,
  space bigint NOT NULL,
  lo bigint NOT NULL,
  hi bigint NOT NULL,
  PRIMARY KEY (holder, space, lo, hi)
)""",
}
_VIEW = {
    "sqlite": """CREATE VIEW holder_of AS
  SELECT l.space, l.address, json_extract(h.value, '$[1]') AS holder FROM lease l, json_each(l.holders) h""",
    "postgresql": """CREATE VIEW holder_of AS
  SELECT l.space, l.address, h.value->>1 AS holder FROM lease l, json_array_elements(l.holders::json) h""",
}
_FOREIGN = {
    "sqlite": """CREATE TABLE foreign_range (
  space INTEGER NOT NULL REFERENCES space (id),
  lo INTEGER NOT NULL,
  hi INTEGER NOT NULL,
  owner TEXT NOT NULL,
  since INTEGER NOT NULL,
  CHECK (lo <= hi),
  PRIMARY KEY (space, lo, hi)
) WITHOUT ROWID""",
    "postgresql": """CREATE TABLE foreign_range (
  space bigint NOT NULL REFERENCES space (id),
  lo bigint NOT NULL,
  hi bigint NOT NULL,
  owner text NOT NULL,
  since bigint NOT NULL,
  CHECK (lo <= hi),
  PRIMARY KEY (space, lo, hi)
)""",
}
_FILL = """INSERT INTO holding (holder, space, lo, hi)
  SELECT holder, space, min(address), max(address) FROM (
    SELECT holder, space, address,
      address - row_number() OVER (PARTITION BY holder, space ORDER BY address) AS island
      FROM (SELECT DISTINCT holder, space, address FROM holder_of) AS once) AS each_one
  GROUP BY holder, space, island"""


def upgrade() -> None:
    """Make the tables, and fill them."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.exec_driver_sql("LOCK TABLE lease, journal IN SHARE MODE")
    for statement in (_TABLE[dialect], _VIEW[dialect], _FOREIGN[dialect], _FILL):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "INSERT INTO meta (name, value) SELECT 'held_up_to', CAST(coalesce(max(id), 0) AS VARCHAR) FROM journal"
    )


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP VIEW holder_of")
    op.execute("DROP TABLE holding")
    op.execute("DROP TABLE foreign_range")
    op.execute("DELETE FROM meta WHERE name = 'held_up_to'")
