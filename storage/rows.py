"""Between rows and the values of ``duty``."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row

from duty.chain import LOG_FORM, MOVE_FORM
from duty.events import EventMemory, EventStep
from duty.incident_details import Details
from duty.phrases import Phrase
from duty.records import IncidentMove, LogEntry, LogKind, Move, Ref, Subject

_MEMORY = msgspec.json.Decoder(EventMemory)
_DETAILS: msgspec.json.Decoder[Details] = msgspec.json.Decoder(Details)
_VALUES = msgspec.json.Decoder(dict[str, str | int | float | Phrase])
_REFS = msgspec.json.Decoder(tuple[Ref, ...])


def micros(seconds: float) -> int:
    """Epoch seconds as whole microseconds."""
    return round(seconds * 1_000_000)


def seconds(whole: int) -> float:
    """Microseconds as epoch seconds."""
    return whole / 1_000_000


def entry_row(entry: LogEntry) -> dict[str, Any]:
    """A line of the log as the columns it is kept in, but for its hashes."""
    return {
        "chain": entry.chain,
        "seq": entry.seq,
        "form": LOG_FORM,
        "kind": entry.kind.value,
        "event_at": micros(entry.event_at),
        "entered_at": micros(entry.entered_at),
        "trading_day": entry.trading_day,
        "post": entry.post,
        "shift": entry.shift,
        "actor": entry.actor,
        "session": entry.session,
        "text": entry.text,
        "incident": entry.incident,
        "refs": refs_text(entry.refs),
        "supersedes": entry.supersedes,
        **_subject(entry.subject),
        **_spread(entry.said),
    }


def entry_of(row: Row[Any]) -> LogEntry:
    """A row of the log as a value."""
    return LogEntry(
        seq=row.seq,
        kind=LogKind(row.kind),
        event_at=seconds(row.event_at),
        entered_at=seconds(row.entered_at),
        actor=row.actor,
        subject=Subject(row.host, row.subject_kind, row.subject_key),
        text=row.text,
        said=_gather(row),
        incident=row.incident,
        chain=row.chain,
        trading_day=row.trading_day,
        post=row.post,
        shift=row.shift,
        session=row.session,
        refs=refs_of(row.refs),
        supersedes=row.supersedes,
        hash=row.hash,
        corrected_by=row.corrected_by,
    )


def refs_text(refs: tuple[Ref, ...]) -> str:
    """References as the text that is kept and hashed."""
    return msgspec.json.encode(refs).decode() if refs else "[]"


def refs_of(text: str) -> tuple[Ref, ...]:
    """References of their text. Raises ``msgspec.MsgspecError`` where it is none."""
    return _REFS.decode(text) if text != "[]" else ()


def move_row(move: IncidentMove) -> dict[str, Any]:
    """A move of an incident as the columns it is kept in."""
    return {
        "seq": move.seq,
        "incident": move.incident,
        "move": move.move.value,
        "at": micros(move.at),
        "actor": move.actor,
        "text": move.text,
        "level": move.level,
        "automatic": int(move.automatic),
        "other": move.other,
        "details": None if move.details is None else msgspec.json.encode(move.details).decode(),
        "form": MOVE_FORM,
        **_subject(move.subject),
        **_spread(move.said),
    }


def move_of(row: Row[Any]) -> IncidentMove:
    """A row of an incident's history as a value."""
    return IncidentMove(
        seq=row.seq,
        incident=row.incident,
        move=Move(row.move),
        at=seconds(row.at),
        actor=row.actor,
        text=row.text,
        said=_gather(row),
        subject=Subject(row.host, row.subject_kind, row.subject_key),
        level=row.level,
        automatic=row.automatic,
        other=row.other,
        details=None if row.details is None else _DETAILS.decode(row.details),
    )


def event_row(step: EventStep, saved_at: float) -> dict[str, Any]:
    """What is known of a followed log as the columns it is kept in."""
    memory = msgspec.json.encode(step.memory).decode()
    return {"host": step.host, "key": step.key, "saved_at": micros(saved_at), "memory": memory}


def event_of(row: Row[Any]) -> EventMemory | None:
    """A row of a followed log as a value; ``None`` where it is none that this program wrote."""
    try:
        return _MEMORY.decode(row.memory)
    except (msgspec.MsgspecError, TypeError):
        return None


def _subject(subject: Subject) -> dict[str, str]:
    return {"host": subject.host, "subject_kind": subject.kind, "subject_key": subject.key}


def _spread(said: Phrase | None) -> dict[str, str | None]:
    # Every column every time: rows of one statement must name the same ones.
    if said is None:
        return {"said_template": None, "said_values": None, "said_of": None, "said_english": None}
    return {
        "said_template": said.template,
        "said_values": msgspec.json.encode(said.values).decode(),
        "said_of": said.of or None,
        "said_english": str(said),
    }


def _gather(row: Row[Any]) -> Phrase | None:
    if row.said_template is None:
        return None
    return Phrase(row.said_template, _VALUES.decode(row.said_values or "{}"), row.said_of or "")
