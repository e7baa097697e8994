"""Lines that put others right, and lines that come late. Neither changes what stands: each is a further line."""

from __future__ import annotations

import msgspec

from duty.phrases import Phrase, phrase
from duty.records import DUTY, LogEntry, LogKind, NewLogEntry, Refused

LATE_S = 300.0
"""Seconds between event and entry from which on a line is marked as late. Source: invariant I5 of the domain model."""
SKEW_S = 2.0
"""Seconds by which an event may lie after its entry: the clocks of screen and watch differ (I5, I15)."""


class Correction(msgspec.Struct, frozen=True):
    """What a person wants to put right: line ``seq`` of ``chain`` should have said ``text``; ``reason`` says why."""

    seq: int
    actor: str
    text: str
    reason: str
    chain: str = DUTY
    session: str = ""


def is_late(entry: LogEntry) -> bool:
    """Whether the line was entered more than :data:`LATE_S` after what it tells of."""
    return entry.entered_at - entry.event_at > LATE_S


def why_not(entry: LogEntry) -> Phrase | None:
    """Why a line cannot be corrected: only a person's own words can be wrong in this way."""
    if not entry.actor or not entry.text or entry.kind not in (LogKind.NOTE, LogKind.INCIDENT):
        return phrase("only what a person wrote can be corrected")
    if entry.corrected_by is not None:
        return phrase(
            "line {seq} was corrected already, by line {by}: correct that one", seq=entry.seq, by=entry.corrected_by
        )
    return None


def corrected(original: LogEntry, asked: Correction) -> NewLogEntry:
    """The line that stands beside ``original`` from now on. Raises :class:`Refused` with the reason why not."""
    if (why := why_not(original)) is not None:
        raise Refused(why)
    if not asked.reason:
        raise Refused(phrase("a correction needs its reason"))
    if asked.text == original.text:
        raise Refused(phrase("that is what the line says already"))
    return NewLogEntry(
        kind=LogKind.NOTE,
        actor=asked.actor,
        event_at=original.event_at,
        subject=original.subject,
        text=asked.text,
        said=phrase("corrects line {seq}: {reason}", seq=original.seq, reason=asked.reason),
        incident=original.incident,
        chain=original.chain,
        session=asked.session,
        supersedes=original.seq,
    )


def event_time(asked: float | None, now: float) -> float:
    """When something happened that is written down ``now``. Raises :class:`Refused` for what has not happened yet."""
    if asked is None:
        return now
    if not 0 < asked <= now + SKEW_S:  # false for what is no number as well
        raise Refused(phrase("that time has not come yet"))
    return asked
