"""Records on a PostgreSQL server: the same tables, guards and chain, one writer at a time as on a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import create_engine

from duty.phrases import phrase
from storage.failures import StoreFailed, server_failure
from storage.migrations import is_current, migrate

CONNECT_S = 3
"""Seconds to wait for a server that does not answer."""
BUSY_S = 1.0
"""Seconds to wait for another program that writes before saying so."""
_SETTINGS = {
    "application_name": "watchkeeper",
    "connect_timeout": str(CONNECT_S),
    # A server that vanished without a word: what was sent and not confirmed for so long, in ms, ends the connection.
    "tcp_user_timeout": "4000",
    "keepalives_idle": "2",
    "keepalives_interval": "1",
    "keepalives_count": "3",
}
"""Of a connection, where the URL says nothing of it."""
_ONE_WRITER = (
    "SELECT set_config('lock_timeout', '{ms}', true), set_config('synchronous_commit', 'on', true), "
    "pg_advisory_xact_lock(1463831883, hashtext(current_schema()))"
)
"""The lock is of the schema of this store and ends with the transaction; its number is ours alone."""


class Server(msgspec.Struct, frozen=True):
    """A store on a server, by its URL. Without a password: libpq takes that from PGPASSWORD or a password file."""

    url: str

    def __str__(self) -> str:
        """For people: without a password, even where somebody wrote one."""
        return make_url(self.url).render_as_string(hide_password=True)


def connect(server: Server) -> Engine:
    """An engine for it; the first use of it connects. Raises :class:`StoreFailed` where it cannot be made at all."""
    try:
        url = make_url(server.url).set(drivername="postgresql+psycopg")
        given = {key: value for key, value in _SETTINGS.items() if key not in url.query}
        return create_engine(url, connect_args=given)
    except ImportError as error:
        raise StoreFailed(
            phrase("PostgreSQL needs its driver: pip install {package}", package="'watchkeeper[postgresql]'")
        ) from error
    except SQLAlchemyError as error:
        raise StoreFailed(server_failure(error)) from error


def only_reading(engine: Engine) -> Engine:
    """The same whose transactions write nothing and see the store as it was at their start."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def place_of(named: str, usual: Path) -> Path | Server:
    """The store that a site file names: a URL, or a path; ``usual`` where it names none."""
    if not named:
        return usual
    return Server(named) if "://" in named else Path(named)


class ServerDatabase:
    """What :class:`storage.database.Database` is for a file. What goes wrong becomes :class:`StoreFailed`."""

    def __init__(
        self, server: Server, *, reading: bool = False, fill: Callable[[Connection], None] | None = None
    ) -> None:
        """Connect and bring the tables to this program's schema; with ``reading`` they are only read.

        ``fill`` makes the tables instead where there are none, which then has to be so. Raises :class:`StoreFailed`.
        """
        self._reading, self._name, self._fill = reading, str(server), fill
        self.engine = connect(server)
        self._reader = only_reading(self.engine)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that keeps other writers out from its start: all of it is kept, durably, or nothing."""
        with _saying_why(), self.engine.begin() as connection:
            connection.exec_driver_sql(_ONE_WRITER.format(ms=round(BUSY_S * 1000)))
            yield connection

    @contextmanager
    def reading(self, _stop: Callable[[], bool] | None = None) -> Iterator[Connection]:
        """One transaction that sees the store as it was at its start. What asks to stop is asked between statements."""
        with _saying_why(), self._reader.begin() as connection:
            yield connection

    def look(self) -> None:
        """Nothing: the server says of itself what is wrong with its files."""

    def _prepare(self) -> None:
        with self.reading() as connection:
            encoding = str(connection.exec_driver_sql("SHOW server_encoding").scalar())
            if encoding != "UTF8":
                raise StoreFailed(
                    phrase("the database has to be in UTF-8, this one is in {encoding}", encoding=encoding)
                )
            if connection.exec_driver_sql("SELECT current_schema()").scalar() is None:
                raise StoreFailed(phrase("the schema that the URL of the store names is not there"))
            tables = inspect(connection).get_table_names()
            if self._reading and not tables:
                raise StoreFailed(phrase("no records are kept at {path}", path=self._name))
            if self._fill is not None and tables:
                raise StoreFailed(phrase("{path} is not empty: name an empty database or schema", path=self._name))
            current = is_current(connection, self._name)
        if current:
            return
        if self._reading:
            raise StoreFailed(phrase("the store is of an older program: start the watch once, it brings it up to date"))
        with self.writing() as connection:
            (self._fill or migrate)(connection)


@contextmanager
def _saying_why() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise StoreFailed(server_failure(error)) from error
