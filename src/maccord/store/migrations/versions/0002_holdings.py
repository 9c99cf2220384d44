"""What a holder has is found without looking at every lease: the table `holding`, filled from the leases.

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
_FILL = """INSERT INTO holding (holder, space, lo, hi)
  SELECT holder, space, min(address), max(address) FROM (
    SELECT holder, space, address,
      address - row_number() OVER (PARTITION BY holder, space ORDER BY address) AS island
      FROM (SELECT DISTINCT holder, space, address FROM holder_of) AS once) AS each_one
  GROUP BY holder, space, island"""


def upgrade() -> None:
    """Make the table, and fill it."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.exec_driver_sql("LOCK TABLE lease, journal IN SHARE MODE")
    for statement in (_TABLE[dialect], _VIEW[dialect], _FILL):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "INSERT INTO meta (name, value) SELECT 'held_up_to', CAST(coalesce(max(id), 0) AS VARCHAR) FROM journal"
    )


def downgrade() -> None:
    """Take it away: nothing but the search for holders needs it."""
    op.execute("DROP VIEW holder_of")
    op.execute("DROP TABLE holding")
    op.execute("DELETE FROM meta WHERE name = 'held_up_to'")
