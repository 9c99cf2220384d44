"""What an authority of many sites needs.

Groups of pools, ranges in an order, holders and hosts' ranges with an end, policies of domains, absences, forecasts.
Only tables, columns and indexes are new, and what is added to a row means what was meant before. An index for counting
is made anew.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

_COLUMNS = {
    "pool": ("seed {text} NOT NULL DEFAULT ''", "valid_until {number}", "origin {text} NOT NULL DEFAULT ''"),
    "pool_range": (
        "place {number} NOT NULL DEFAULT 0",
        "weight {number} NOT NULL DEFAULT 1 CHECK (weight > 0)",
        "last_given {number}",
        "passed {number} NOT NULL DEFAULT 0",
    ),
    "lease": ("holder_due {number}", "identity {text}"),
    "block": (
        "expires_at {number}",
        "serial {number} NOT NULL DEFAULT 0",
        "revoked_at {number}",
        "version {number} NOT NULL DEFAULT 1",
        "lease_s {number}",
    ),
}
_NEW = (
    """CREATE TABLE pool_group (
  path {exact} PRIMARY KEY,
  name {text} NOT NULL,
  inherit {number} NOT NULL DEFAULT 1,
  note {text} NOT NULL DEFAULT '',
  version {number} NOT NULL DEFAULT 1
){apart}""",
    """CREATE TABLE binding (
  path {exact} NOT NULL REFERENCES pool_group (path),
  pool {number} NOT NULL REFERENCES pool (id),
  place {number} NOT NULL DEFAULT 0,
  PRIMARY KEY (path, pool)
){apart}""",
    """CREATE TABLE fill (
  pool {number} NOT NULL REFERENCES pool (id),
  at {number} NOT NULL,
  size {number} NOT NULL,
  taken {number} NOT NULL,
  PRIMARY KEY (pool, at)
){apart}""",
    """CREATE TABLE domain (
  scope {text} PRIMARY KEY,
  admission {text} NOT NULL CHECK (admission = 'allow' OR admission = 'warn' OR admission = 'deny'),
  when_down {text} NOT NULL DEFAULT 'deny' CHECK (when_down = 'allow' OR when_down = 'deny'),
  note {text} NOT NULL DEFAULT '',
  changed_at {number} NOT NULL,
  version {number} NOT NULL DEFAULT 1
){apart}""",
    """CREATE TABLE absence (
  space {number} NOT NULL REFERENCES space (id),
  address {number} NOT NULL,
  held_since {number} NOT NULL,
  first_at {number} NOT NULL,
  last_at {number} NOT NULL,
  times {number} NOT NULL,
  PRIMARY KEY (space, address)
){apart}""",
    """CREATE TABLE delegation (
  store {text} NOT NULL,
  block {number} NOT NULL,
  serial {number} NOT NULL,
  pool {text} NOT NULL,
  ends_at {number} NOT NULL,
  revoked_at {number},
  PRIMARY KEY (store, block)
){apart}""",
    """CREATE TABLE signing_key (
  id {text} PRIMARY KEY,
  public {text} NOT NULL,
  since {number} NOT NULL,
  until {number}
){apart}""",
    "CREATE INDEX lease_holder_due ON lease (holder_due) WHERE holder_due IS NOT NULL",
    "CREATE INDEX lease_identity ON lease (pool, identity) WHERE identity IS NOT NULL",
    "CREATE INDEX block_expires ON block (expires_at) WHERE expires_at IS NOT NULL AND until IS NULL",
    "CREATE INDEX binding_pool ON binding (pool)",
)
_TYPES = {
    "sqlite": {"number": "INTEGER", "text": "TEXT", "exact": "TEXT", "apart": " WITHOUT ROWID"},
    "postgresql": {"number": "bigint", "text": "text", "exact": 'text COLLATE "C"', "apart": ""},
}


def upgrade() -> None:
    """Add them."""
    connection = op.get_bind()
    types = _TYPES[connection.dialect.name]
    for table, columns in _COLUMNS.items():
        for column in columns:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column.format(**types)}")
    if connection.dialect.name == "sqlite":  # so that counting reads the index alone
        connection.exec_driver_sql("DROP INDEX lease_in_use")
        connection.exec_driver_sql("CREATE INDEX lease_in_use ON lease (pool, state) WHERE state = 'in-use'")
    for statement in _NEW:
        connection.exec_driver_sql(statement.format(**types))


def downgrade() -> None:
    """Take them away."""
    for table in ("signing_key", "delegation", "absence", "domain", "fill", "binding", "pool_group"):
        op.execute(f"DROP TABLE {table}")
    for index in ("lease_holder_due", "lease_identity", "block_expires"):
        op.execute(f"DROP INDEX {index}")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP INDEX lease_in_use")
        op.execute("CREATE INDEX lease_in_use ON lease (pool) WHERE state = 'in-use'")
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.partition(' ')[0]}")
