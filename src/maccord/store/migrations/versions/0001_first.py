"""The schema of the first release. A new store is made from `schema/*.sql` at once, so there is nothing to do."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing: this is where stores begin."""


def downgrade() -> None:
    """Nothing is before it."""
