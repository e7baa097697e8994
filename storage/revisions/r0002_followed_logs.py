"""What is known of each followed log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create its table."""
    op.create_table(
        "event_memory",
        sa.Column("host", sa.String, primary_key=True, nullable=False),
        sa.Column("key", sa.String, primary_key=True, nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
        sa.Column("memory", sa.String, nullable=False),
    )
