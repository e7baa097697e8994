"""Between rows and the values of ``duty``."""

from __future__ import annotations

from typing import Any

import msgspec

from duty.phrases import Phrase, Value
from duty.records import IncidentMove, LogEntry, LogKind, Move, Subject
from storage.tables import LogRow, MoveRow


def micros(seconds: float) -> int:
    """Epoch seconds as whole microseconds."""
    return round(seconds * 1_000_000)


def seconds(whole: int) -> float:
    """Microseconds as epoch seconds."""
    return whole / 1_000_000


def spread(said: Phrase | None) -> dict[str, Any]:
    """A sentence as the columns it is kept in."""
    if said is None:
        return {}
    values = msgspec.json.encode(said.values).decode()
    return {
        "said_template": said.template,
        "said_values": values,
        "said_of": said.of or None,
        "said_english": str(said),
    }


def gather(row: LogRow | MoveRow) -> Phrase | None:
    """The sentence of a row."""
    if row.said_template is None:
        return None
    values = msgspec.json.decode(row.said_values or "{}", type=dict[str, Value])
    return Phrase(row.said_template, values, row.said_of or "")


def entry_of(row: LogRow) -> LogEntry:
    """A row of the log as a value."""
    return LogEntry(
        seq=row.seq,
        kind=LogKind(row.kind),
        event_at=seconds(row.event_at),
        entered_at=seconds(row.entered_at),
        actor=row.actor,
        subject=Subject(row.host, row.subject_kind, row.subject_key),
        text=row.text,
        said=gather(row),
        incident=row.incident,
    )


def move_of(row: MoveRow) -> IncidentMove:
    """A row of an incident's history as a value."""
    return IncidentMove(
        seq=row.seq,
        incident=row.incident,
        move=Move(row.move),
        at=seconds(row.at),
        actor=row.actor,
        text=row.text,
        said=gather(row),
        subject=Subject(row.host, row.subject_kind, row.subject_key),
        level=row.level,
        automatic=row.automatic,
    )
