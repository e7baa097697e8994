"""Processes that are known by their logs: one whose log grows is at work, however little CPU time it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from duty.events import EventTrack
from duty.processes import ProcessTrack


def hear(processes: Iterable[ProcessTrack], logs: Mapping[str, EventTrack], before: Mapping[str, str]) -> None:
    """The followed logs of the host were read; ``before``: the cursor of each before that."""
    for track in processes:
        key = track.rule.log
        if key is not None:
            log = logs.get(key)
            grew = log is not None and log.memory.cursor != before.get(key)
            track.logged(grew=grew, unread=log is None or log.read_at is None or log.unread is not None)


def lose(processes: Iterable[ProcessTrack]) -> None:
    """Nobody knows whether the logs grow: that of a process says nothing until it is read again."""
    for track in processes:
        if track.rule.log is not None:
            track.logged(grew=False, unread=True)
