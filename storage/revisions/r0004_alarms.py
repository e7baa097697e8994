"""Alarms as they are, and what is kept beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create their tables. A store from before has no alarms: they come by the first looks."""
    op.create_table(
        "alarm",
        sa.Column("host", sa.String, primary_key=True, nullable=False),
        sa.Column("kind", sa.String, primary_key=True, nullable=False),
        sa.Column("thing", sa.String, primary_key=True, nullable=False),
        sa.Column("definition", sa.String, primary_key=True, nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
    )
    op.create_table(
        "alarm_desk",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
    )
