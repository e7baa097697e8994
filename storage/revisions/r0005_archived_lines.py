"""Where a chain begins whose oldest lines were archived. The guards that go with it are put in place by the opening."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create its table."""
    op.create_table(
        "log_segment",
        sa.Column("chain", sa.String, primary_key=True, nullable=False),
        sa.Column("last_seq", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("first_seq", sa.Integer, nullable=False),
        sa.Column("last_hash", sa.String, nullable=False),
        sa.Column("last_move", sa.Integer, nullable=False),
        sa.Column("last_incident", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("moved_at", sa.BigInteger, nullable=False),
    )
