"""The last minutes of a thing's series, kept with the incident about it. Nothing that is opened waits long for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from duty.evidence import POINTS, WINDOW_S, past_of, series_for, with_past
from duty.incident_details import AlarmGuidance, Evidence, Past
from duty.records import Subject
from storage.failures import StoreFailed
from watch.history import History

WAIT_S = 1.0
"""Seconds an incident waits for its graphs at most: without them it is opened all the same."""


class LastMinutes:
    """What history knows of a thing, from memory and, where that does not go back far enough, from its file."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def freeze(
        self, seen: Evidence | None, subject: Subject, alarms: Iterable[AlarmGuidance] = ()
    ) -> Evidence | None:
        """``seen`` with the alarms it is for and the last minutes before it; ``None`` where nothing is known."""
        return None if seen is None else with_past(seen, alarms, await self._read(subject, seen.at))

    async def _read(self, subject: Subject, at: float) -> tuple[Past, ...]:
        view = self._history.view(subject.host)
        if view is None:
            return ()
        try:
            async with asyncio.timeout(WAIT_S):
                found = [
                    await self._history.graph(view.id, key, at - WINDOW_S, at, POINTS)
                    for key in series_for(view, subject)
                ]
        except (StoreFailed, TimeoutError) as failed:
            logging.getLogger("watchkeeper.history").warning("no graph is kept with %s: %r", subject, failed)
            return ()
        return tuple(map(past_of, found))


async def as_seen(seen: Evidence | None, _subject: Subject, alarms: Iterable[AlarmGuidance] = ()) -> Evidence | None:
    """What a watch without history freezes."""
    return None if seen is None else with_past(seen, alarms)
