"""Alarms between rows and the values of ``duty``: one row an alarm, replaced as it changes."""

from __future__ import annotations

import logging
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from duty.alarm_batch import Batch, Desk, Kept, WindowsKept
from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm
from storage.rows import micros
from storage.tables import ALARM, ALARM_DESK

_ALARM = msgspec.json.Decoder(Alarm)
_DESK = msgspec.json.Decoder(Desk)
_WINDOWS = msgspec.json.Decoder(WindowsKept)
_DESK_ROW, _WINDOWS_ROW = 1, 2
_NAMES = "host", "kind", "thing", "definition"
_REPLACED = delete(ALARM).where(*(ALARM.c[name] == bindparam(f"old_{name}") for name in _NAMES))
T = TypeVar("T")


def keep(connection: Connection, batch: Batch, saved_at: float) -> None:
    """Put the alarms of ``batch`` and its desk in the place of what is there."""
    at = micros(saved_at)
    replaced = [_columns(key, "old_") for key in (*batch.gone, *(alarm.key for alarm in batch.alarms))]
    if replaced:
        connection.execute(_REPLACED, replaced)
    if batch.alarms:
        rows = [{**_columns(one.key), "saved_at": at, "state": _text(one)} for one in batch.alarms]
        connection.execute(insert(ALARM), rows)
    for number, value in ((_DESK_ROW, batch.desk), (_WINDOWS_ROW, batch.kept_windows)):
        if value is not None:
            connection.execute(delete(ALARM_DESK).where(ALARM_DESK.c.id == number))
            connection.execute(insert(ALARM_DESK), [{"id": number, "saved_at": at, "state": _text(value)}])


def kept(connection: Connection) -> Kept:
    """All that is there. A row that makes no sense is passed over and said: its alarm comes anew by the next look."""
    alarms: list[Alarm] = []
    for row in connection.execute(select(ALARM)):
        try:
            alarms.append(_ALARM.decode(row.state))
        except (msgspec.MsgspecError, TypeError) as error:
            logging.getLogger("watchkeeper.store").warning(
                "alarm %s of %s %s %s makes no sense: %s", row.definition, row.host, row.kind, row.thing, error
            )
    desk = _beside(connection, _DESK_ROW, _DESK)
    return Kept(tuple(alarms), desk, _beside(connection, _WINDOWS_ROW, _WINDOWS) or WindowsKept())


def _beside(connection: Connection, number: int, decoder: msgspec.json.Decoder[T]) -> T | None:
    text = connection.execute(select(ALARM_DESK.c.state).where(ALARM_DESK.c.id == number)).scalar()
    try:
        return None if text is None else decoder.decode(text)
    except (msgspec.MsgspecError, TypeError) as error:
        logging.getLogger("watchkeeper.store").warning("what is kept beside the alarms makes no sense: %s", error)
        return None


def _columns(key: AlarmKey, before: str = "") -> dict[str, str]:
    subject = key.subject
    words = subject.host, subject.kind, subject.key, key.definition
    return {before + name: word for name, word in zip(_NAMES, words, strict=True)}


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
