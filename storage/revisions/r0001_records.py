"""The duty log, the moves of incidents, and facts about the store itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "meta",
        sa.Column("key", sa.String, primary_key=True, nullable=False),
        sa.Column("value", sa.String, nullable=False),
    )
    op.create_table(
        "log_entry",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("event_at", sa.BigInteger, nullable=False),
        sa.Column("entered_at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("subject_kind", sa.String, nullable=False),
        sa.Column("subject_key", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("said_template", sa.String),
        sa.Column("said_values", sa.String),
        sa.Column("said_of", sa.String),
        sa.Column("said_english", sa.String),
        sa.Column("incident", sa.Integer),
    )
    op.create_index("log_entry_of_host", "log_entry", ["host", "seq"])
    op.create_index("log_entry_of_incident", "log_entry", ["incident", "seq"])
    op.create_table(
        "incident_move",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("move", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("said_template", sa.String),
        sa.Column("said_values", sa.String),
        sa.Column("said_of", sa.String),
        sa.Column("said_english", sa.String),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("subject_kind", sa.String, nullable=False),
        sa.Column("subject_key", sa.String, nullable=False),
        sa.Column("level", sa.Integer),
        sa.Column("automatic", sa.Boolean, nullable=False),
    )
    op.create_index("incident_move_of_incident", "incident_move", ["incident", "seq"])
