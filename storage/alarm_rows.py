"""Alarms between rows and the values of ``duty``: one row an alarm, replaced as it changes."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from duty.alarm_batch import Batch, Desk, Kept
from duty.alarm_def import AlarmKey
from duty.alarm_record import Alarm
from storage.rows import micros
from storage.tables import ALARM, ALARM_DESK

_ALARM = msgspec.json.Decoder(Alarm)
_DESK = msgspec.json.Decoder(Desk)


def keep(connection: Connection, batch: Batch, saved_at: float) -> None:
    """Put the alarms of ``batch`` and its desk in the place of what is there."""
    at = micros(saved_at)
    for key in (*batch.gone, *(alarm.key for alarm in batch.alarms)):
        connection.execute(delete(ALARM).where(*(ALARM.c[name] == word for name, word in _columns(key).items())))
    if batch.alarms:
        rows = [{**_columns(one.key), "saved_at": at, "state": _text(one)} for one in batch.alarms]
        connection.execute(insert(ALARM), rows)
    connection.execute(delete(ALARM_DESK))
    connection.execute(insert(ALARM_DESK), [{"id": 1, "saved_at": at, "state": _text(batch.desk)}])


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
    text = connection.execute(select(ALARM_DESK.c.state)).scalar()
    try:
        desk = None if text is None else _DESK.decode(text)
    except (msgspec.MsgspecError, TypeError) as error:
        logging.getLogger("watchkeeper.store").warning("what is kept beside the alarms makes no sense: %s", error)
        desk = None
    return Kept(tuple(alarms), desk)


def _columns(key: AlarmKey) -> dict[str, str]:
    subject = key.subject
    return {"host": subject.host, "kind": subject.kind, "thing": subject.key, "definition": key.definition}


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
