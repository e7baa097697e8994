"""For an alarm that chatters: which delay or deadband would have kept it quiet, and at what price.

Tried on the signal's own history, never on a table of usual values: what it would have removed, and which real ones
(those that lasted longer than the delay) it would have brought later, or kept longer, and by how much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from duty.alarm_def import AlarmDef
from duty.alarm_load import CHATTER_COUNT, CHATTER_S

DELAYS_S = (2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0)
DEADBANDS_PERCENT = (1.0, 2.0, 3.0, 5.0, 10.0, 15.0)
"""What is tried, the least first."""
P1_ON_DELAY_S = 5.0
"""The longest on-delay proposed for priority 1: such an alarm is seen within five seconds (as RTS 6, article 16(5))."""
RESPOND_SHARE = 0.25
"""Of the time to respond an on-delay may take so much: the rest is the operator's."""


class Kind(StrEnum):
    """What is changed."""

    ON_DELAY = "on-delay"
    OFF_DELAY = "off-delay"
    DEADBAND = "deadband"


class Episode(msgspec.Struct, frozen=True, array_like=True):
    """One time the condition held; ``until`` is the end of the history if it holds still. Seconds of any one clock."""

    since: float
    until: float

    @property
    def lasted_s(self) -> float:
        """Seconds."""
        return self.until - self.since


class Trial(msgspec.Struct, frozen=True):
    """What one setting would have made of the history."""

    kind: Kind
    amount: float
    """Seconds, or percent of the limit."""
    before: int
    """Times the alarm came as it is now."""
    removed: int
    """Of these, those that would not have come."""
    delayed: int
    """Real ones that would have come later."""
    delayed_s: float
    """By so many seconds each."""
    longer_s: float
    """Seconds that alarms would have stood longer than their condition held, all together."""
    chatters: bool
    """Whether it would chatter still."""


def episodes(history: Sequence[tuple[float, bool | None]], until: float) -> tuple[Episode, ...]:
    """When the condition held. ``None``: not known then, so it is as it was. ``until``: the end of the history."""
    found: list[Episode] = []
    since: float | None = None
    for at, holds in history:
        if holds and since is None:
            since = at
        elif holds is False and since is not None:
            found.append(Episode(since, at))
            since = None
    if since is not None:
        found.append(Episode(since, until))
    return tuple(found)


def try_on_delay(held: Sequence[Episode], delay_s: float) -> Trial:
    """The condition has to hold so long before the alarm comes."""
    real = [Episode(one.since + delay_s, one.until) for one in held if one.lasted_s > delay_s]
    return Trial(
        Kind.ON_DELAY, delay_s, len(held), len(held) - len(real), len(real), delay_s, 0.0, is_chattering_history(real)
    )


def try_off_delay(held: Sequence[Episode], delay_s: float) -> Trial:
    """The condition has to be gone so long before the alarm returns: what comes again meanwhile is the same alarm."""
    joined: list[Episode] = []
    for one in held:
        if joined and one.since - joined[-1].until <= delay_s:
            joined[-1] = Episode(joined[-1].since, one.until)
        else:
            joined.append(one)
    longer = sum(one.lasted_s + delay_s for one in joined) - sum(one.lasted_s for one in held)
    removed = len(held) - len(joined)
    return Trial(Kind.OFF_DELAY, delay_s, len(held), removed, 0, 0.0, longer, is_chattering_history(joined))


def try_deadband(
    values: Sequence[tuple[float, float | None]],
    limit: float,
    percent: float,
    until: float,
    *,
    below: bool = False,
    definition: AlarmDef | None = None,
) -> Trial:
    """A value has to be so far on the good side of its limit before the alarm returns. ``below``: bad when low.

    ``definition``: the delays and the deadband that it has now; else none.
    """
    now = 0.0 if definition is None else definition.deadband_percent
    delays = (0.0, 0.0) if definition is None else (definition.on_delay_s, definition.off_delay_s)
    held = stood(values, limit, now, until, delays, below=below)
    wide = stood(values, limit, percent, until, delays, below=below)
    longer = sum(one.lasted_s for one in wide) - sum(one.lasted_s for one in held)
    removed = len(held) - len(wide)
    return Trial(Kind.DEADBAND, percent, len(held), removed, 0, 0.0, longer, is_chattering_history(wide))


def stood(
    values: Sequence[tuple[float, float | None]],
    limit: float,
    percent: float,
    until: float,
    delays: tuple[float, float] = (0.0, 0.0),
    *,
    below: bool = False,
) -> list[Episode]:
    """The times an alarm stood, by the values it judges: as :func:`duty.alarm.look` would have had it.

    With a deadband of ``percent`` of the limit, on-delay and off-delay. ``None``: not known then, it stays as it is.
    """
    band = abs(limit) * percent / 100
    found: list[Episode] = []
    since = bad = well = None
    for at, value in values:
        if value is None:
            well = None
            continue
        past = limit - value if below else value - limit
        if since is None:
            bad = None if past < 0 else at if bad is None else bad
            since = at if bad is not None and at - bad >= delays[0] else None
        elif past >= 0 or -past < band:
            well = None
        else:
            well = at if well is None else well
            if at - well >= delays[1]:
                found.append(Episode(since, at))
                since = bad = well = None
    return found if since is None else [*found, Episode(since, until)]


def is_chattering_history(held: Sequence[Episode]) -> bool:
    """Whether an alarm came often enough in a short time, anywhere in the history."""
    starts = [one.since for one in held]
    return any(late - early <= CHATTER_S for early, late in zip(starts, starts[CHATTER_COUNT - 1 :], strict=False))


def propose(
    definition: AlarmDef,
    history: Sequence[tuple[float, bool | None]],
    until: float,
    values: Sequence[tuple[float, float | None]] = (),
    limit: float | None = None,
    *,
    below: bool = False,
) -> tuple[Trial, ...]:
    """For each kind of change the least that ends the chattering; the one with the lowest price first.

    A kind with which it would chatter still is left out. Nothing is proposed for a history without chattering. The
    lowest price is no real alarm delayed, then the least time that alarms stand longer than their condition.
    """
    held = episodes(history, until)
    if not is_chattering_history(held):
        return ()
    longest = definition.respond_s * RESPOND_SHARE
    if definition.priority == 1:
        longest = min(longest, P1_ON_DELAY_S)
    tried = [
        _least([delay for delay in DELAYS_S if delay <= longest], lambda delay: try_on_delay(held, delay)),
        _least(DELAYS_S, lambda delay: try_off_delay(held, delay)),
    ]
    if values and limit is not None:
        trial = _least(
            [part for part in DEADBANDS_PERCENT if part > definition.deadband_percent],
            lambda part: try_deadband(values, limit, part, until, below=below, definition=definition),
        )
        # The values may go less far back than the history: what removes nothing of what they show is no remedy.
        tried.append(trial if trial is not None and trial.removed > 0 else None)
    found = [trial for trial in tried if trial is not None]
    return tuple(sorted(found, key=lambda trial: (trial.delayed, trial.longer_s)))


def _least(amounts: Sequence[float], attempt: Callable[[float], Trial]) -> Trial | None:
    trials = (attempt(amount) for amount in amounts)
    return next((trial for trial in trials if not trial.chatters), None)
