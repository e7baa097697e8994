"""Alembic, run inside the transaction that is there already: all revisions and the guards, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

FOLDER = Path(__file__).parent / "revisions"


def script() -> ScriptDirectory:
    """The revisions there are."""
    config = Config()
    # Alembic would take a per cent sign in a path for a variable of its file.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("version_locations", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return ScriptDirectory.from_config(config)


def upgrade(connection: Connection, known: str | None, to: str = "head") -> None:
    """Run what leads to the revision ``to``. ``known``: where a store stands that has no table of Alembic's yet."""
    revisions = script()

    def steps(rev: Any, _context: Any) -> Any:  # as Alembic's own `upgrade` command does it
        return revisions._upgrade_revs(to, rev)

    with EnvironmentContext(Config(), revisions, fn=steps, destination_rev=to) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        if known is not None:
            context = environment.get_context()
            if not context.get_current_heads():
                context.stamp(revisions, known)
        with environment.begin_transaction():
            environment.run_migrations()
