"""The index of the duty log: which lines can hold what is looked for, newest first, so that few have to be read.

No tokenizer of SQLite finds a Chinese word of two characters. So every line is cut into overlapping pieces: two
characters of any script, and three of ASCII, whose pairs are in every line. A line that holds a term holds all pieces
of it; one that has all pieces and still not the term is sorted out when it is read. Names, kinds, incidents and days
are pieces too, so that all conditions are met in one walk through the index. It keeps numbers of lines only
(contentless, no positions), can be made anew at any time, and says up to which line it goes: newer ones are read.

On PostgreSQL the same pieces are the array of a row of ``log_search``, under an inverted index (GIN): its own text
search cuts Chinese no better, and an extension may not be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, String, Table, delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_on_server
from sqlalchemy.dialects.sqlite import insert as insert_on_file
from sqlmodel import SQLModel

from duty.log_query import LogQuery, is_actor
from duty.log_words import Speech, folded, searched
from duty.records import LogEntry
from storage.tables import META

NAMES = Table(
    "log_name",
    SQLModel.metadata,
    Column("field", String, primary_key=True),
    Column("name", String, primary_key=True),
)
"""Every host and every actor there is in the index."""
_UPTO, _EDITION = "search_upto", "search_edition"
_TABLE = "log_search"
_ASCII = re.compile(r"[\x20-\x7f]+")
_SIGNS = {code: chr(0xE000 + code) for code in range(0x80) if not chr(code).isalnum()}
"""FTS5's tokenizer takes ASCII signs for ends of words, everything else for letters: signs become private letters."""
_HOST, _ACTOR, _KIND, _INCIDENT, _DAY, _MONTH, _YEAR = map(chr, range(0xE100, 0xE107))
"""What a piece that is no text begins with."""
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_TIMES = (datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp(), datetime(_LAST_YEAR, 1, 1, tzinfo=UTC).timestamp())


_PORTION = 512
"""Lines asked of a server at once: it hands over all that a statement finds, and few of them are looked at."""
_TAKE = text(f"INSERT INTO {_TABLE} (seq, pieces) VALUES (:seq, :pieces)")


def create(connection: Connection) -> None:
    """Make an empty index. It is filled little by little by who has the store open, the newest lines being read
    meanwhile: a store of years would else stand still at its first start."""
    NAMES.create(connection, checkfirst=True)
    if _on_server(connection):
        connection.exec_driver_sql(f"CREATE TABLE {_TABLE} (seq integer PRIMARY KEY, pieces text[] NOT NULL)")
        connection.exec_driver_sql(f"CREATE INDEX {_TABLE}_pieces ON {_TABLE} USING gin (pieces)")
        return
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {_TABLE} USING "
        "fts5(pieces, content='', columnsize=0, detail=none, tokenize='ascii')"
    )


def forget(connection: Connection, last: int) -> None:
    """Let go of the lines up to ``last``, which are no longer in the store. On SQLite it keeps numbers only: those of
    lines that are not there are passed over."""
    if _on_server(connection):
        connection.execute(text(f"DELETE FROM {_TABLE} WHERE seq <= :last"), {"last": last})


class SearchIndex:
    """The index, with the engine's sentences in every language of ``speech``."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech

    def upto(self, connection: Connection) -> int:
        """The last line in it; 0 where it is of another edition of the words."""
        facts = select(META.c.key, META.c.value).where(META.c.key.in_((_UPTO, _EDITION)))
        kept = {row.key: row.value for row in connection.execute(facts)}
        return int(kept.get(_UPTO, "0")) if kept.get(_EDITION) == self._speech.edition else 0

    def take(self, connection: Connection, entries: Sequence[LogEntry]) -> None:
        """Take in the lines that follow the last one, in order."""
        server = _on_server(connection)
        if self.upto(connection) == 0:
            connection.exec_driver_sql(
                f"DELETE FROM {_TABLE}" if server else f"INSERT INTO {_TABLE}({_TABLE}) VALUES ('delete-all')"
            )
            connection.execute(delete(NAMES))
        if server:
            connection.execute(_TAKE, [{"seq": one.seq, "pieces": sorted(set(self._pieces(one)))} for one in entries])
        else:
            rows = [(entry.seq, " ".join(self._pieces(entry))) for entry in entries]
            connection.exec_driver_sql(f"INSERT INTO {_TABLE}(rowid, pieces) VALUES (?, ?)", rows)
        names = {("host", entry.subject.host) for entry in entries} | {("actor", entry.actor) for entry in entries}
        new = (insert_on_server if server else insert_on_file)(NAMES).on_conflict_do_nothing()
        connection.execute(new, [{"field": field, "name": name} for field, name in sorted(names)])
        facts = {_UPTO: str(entries[-1].seq), _EDITION: self._speech.edition}
        connection.execute(delete(META).where(META.c.key.in_(facts)))
        connection.execute(insert(META), [{"key": key, "value": value} for key, value in facts.items()])

    def helps(self, query: LogQuery) -> bool:
        """Whether it leaves fewer lines to be read than there are. A single character is in no index."""
        return bool(_conditions(query, {}))

    def found(
        self, connection: Connection, query: LogQuery, *, before: int | None = None, after: int | None = None
    ) -> Iterator[int]:
        """Lines that can fit, none that fits left out: below ``before`` the newest first, else above ``after`` the
        oldest first. The query must be one that it helps with."""
        names: dict[str, list[str]] = {"host": [], "actor": []}
        if query.hosts or query.actors:
            for row in connection.execute(select(NAMES)):
                names[row.field].append(row.name)
        conditions = _conditions(query, names)
        if _on_server(connection):
            return _on_server_found(connection, conditions, before, after)
        match = " AND ".join(map(_any, conditions))
        bound, order = ("rowid > ?", "ASC") if after is not None else ("rowid < ?", "DESC")
        edge = after if after is not None else before
        found = connection.exec_driver_sql(
            f"SELECT rowid FROM {_TABLE} WHERE {_TABLE} MATCH ? AND {bound} ORDER BY rowid {order}",
            (match, 1 << 62 if edge is None else edge),
        )
        return (row[0] for row in found)

    def _pieces(self, entry: LogEntry) -> Iterator[str]:
        for piece in pieces(searched(entry, self._speech.say)):
            yield piece.translate(_SIGNS)
        yield _named(_HOST, entry.subject.host)
        yield _named(_ACTOR, entry.actor)
        yield _named(_KIND, entry.kind.value)
        if entry.incident is not None:
            yield _named(_INCIDENT, str(entry.incident))
        day = _day_of(entry.event_at)
        yield from (f"{_DAY}{day:%Y%m%d}", f"{_MONTH}{day:%Y%m}", f"{_YEAR}{day:%Y}")


def pieces(text: str) -> set[str]:
    """Every piece of a folded text of one or more lines."""
    found: set[str] = set()
    for line in text.split("\n"):
        for word in line.split(" "):
            found.update(word[at : at + 2] for at in range(len(word) - 1))
        for run in _ASCII.findall(line):
            found.update(run[at : at + 3] for at in range(len(run) - 2))
    return found


def needed(term: str) -> set[str]:
    """Pieces that every line with the folded ``term`` in it has; none for a single character."""
    found: set[str] = set()
    for word in term.split(" "):
        found.update(pair for at in range(len(word) - 1) if not (pair := word[at : at + 2]).isascii())
    for run in _ASCII.findall(term):
        if len(run) > 2:  # its pairs are in its threes
            found.update(run[at : at + 3] for at in range(len(run) - 2))
        elif len(run) == 2 and " " not in run:
            found.add(run)
    return found


def _conditions(query: LogQuery, names: dict[str, list[str]]) -> list[list[str]]:
    """The query as groups of pieces: a line that fits has one at least of each group."""
    wanted = sorted(
        {piece for term in query.terms for piece in needed(term)}, key=lambda piece: (piece.isascii(), piece)
    )
    found = [[piece.translate(_SIGNS)] for piece in wanted]
    if query.incidents:
        found.append([_named(_INCIDENT, str(number)) for number in query.incidents])
    if query.kinds:
        found.append([_named(_KIND, kind.value) for kind in query.kinds])
    if query.hosts:
        fitting = (name for name in names.get("host", ()) if any(host in folded(name) for host in query.hosts))
        found.append([_named(_HOST, name) for name in fitting])
    if query.actors:
        fitting = (name for name in names.get("actor", ()) if any(is_actor(one, name) for one in query.actors))
        found.append([_named(_ACTOR, name) for name in fitting])
    if query.since is not None or query.until is not None:
        found.append(list(_days(query.since, query.until)))
    # Nobody has this name: a piece that no line has.
    return [group or [_KIND] for group in found]


def _any(group: Iterable[str]) -> str:
    found = " OR ".join(f'"{token}"' for token in group)
    return f"({found})" if " " in found else found


def _on_server(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _on_server_found(
    connection: Connection, conditions: list[list[str]], before: int | None, after: int | None
) -> Iterator[int]:
    """What PostgreSQL finds, portion by portion. Where many lines fit it walks along the numbers, else the pieces."""
    asked: dict[str, Any] = {f"any{place}": group for place, group in enumerate(conditions) if len(group) > 1}
    fits = [f"pieces && CAST(:{name} AS text[])" for name in asked]
    if every := [group[0] for group in conditions if len(group) == 1]:
        asked["every"] = every
        fits.append("pieces @> CAST(:every AS text[])")
    up = after is not None
    edge = after if after is not None else (1 << 31) - 1 if before is None else before
    statement = text(
        f"SELECT seq FROM {_TABLE} WHERE {' AND '.join(fits)} AND seq {'>' if up else '<'} :edge "
        f"ORDER BY seq {'ASC' if up else 'DESC'} LIMIT {_PORTION}"
    )
    while True:
        found = connection.execute(statement, {**asked, "edge": edge}).scalars().all()
        yield from found
        if len(found) < _PORTION:
            return
        edge = found[-1]


def _named(sign: str, name: str) -> str:
    return sign + name.translate(_SIGNS).replace(" ", _SIGNS[0x20])


def _day_of(at: float) -> datetime:
    return datetime.fromtimestamp(min(max(at, _TIMES[0]), _TIMES[1] - 1), UTC)


def _days(since: float | None, until: float | None) -> Iterator[str]:
    """Days, months and years (UTC) that together hold every moment from ``since`` to ``until``."""
    day = _day_of(since if since is not None else _TIMES[0]).date()
    last = _day_of(until if until is not None else _TIMES[1]).date()
    one = timedelta(days=1)
    while day <= last:
        month_end = (day.replace(day=1) + 31 * one).replace(day=1) - one
        year_end = day.replace(month=12, day=31)
        if (day.month, day.day) == (1, 1) and year_end <= last:
            yield f"{_YEAR}{day:%Y}"
            day = year_end + one
        elif day.day == 1 and month_end <= last:
            yield f"{_MONTH}{day:%Y%m}"
            day = month_end + one
        else:
            yield f"{_DAY}{day:%Y%m%d}"
            day += one
