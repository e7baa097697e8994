"""From an ``[[alarm]]`` table to what everyone reads."""

from __future__ import annotations

import math

from config.alarms import Alarm, Words
from duty.phrases import Phrase, own
from duty.site import AlarmRule


def alarm_rule(alarm: Alarm) -> AlarmRule:
    """One word of the site on its alarms as everyone reads it."""
    return AlarmRule(
        key=alarm.key,
        condition=alarm.condition or "",
        role=alarm.role or "",
        host=alarm.host or "",
        thing=alarm.thing or "",
        priority=alarm.priority,
        warn_priority=alarm.warn_priority,
        respond_s=alarm.respond,
        on_delay_s=alarm.on_delay,
        off_delay_s=alarm.off_delay,
        deadband_percent=alarm.deadband,
        latch=alarm.latch,
        realarm_s=0.0 if alarm.realarm == math.inf else alarm.realarm,
        owner=alarm.owner,
        review_by=alarm.review_by,
        cause=_words(alarm.cause),
        consequence=_words(alarm.consequence),
        action=_words(alarm.action),
    )


def _words(given: Words | None) -> Phrase | None:
    return None if given is None else words_of(given)


def words_of(given: Words) -> Phrase:
    """A text for people as it travels."""
    return own({code: text for code, text in (("en", given.en), ("zh_CN", given.zh_CN)) if text is not None})
