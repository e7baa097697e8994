"""From an ``[[emergency]]`` table to what everyone reads."""

from __future__ import annotations

from config.alarm_settle import words_of
from config.emergency import Emergency, shown_of
from duty.emergency import Procedure, Step


def procedure(table: Emergency) -> Procedure:
    """One procedure; a step without a name is called by its number."""
    return Procedure(
        key=table.key,
        title=words_of(table.title),
        steps=tuple(
            Step(
                one.key or str(number),
                words_of(one.do),
                words_of(one.expect),
                tuple(thing for written in one.shows if (thing := shown_of(written)) is not None),
            )
            for number, one in enumerate(table.steps, 1)
        ),
        alarms=tuple(table.alarms),
        hosts=tuple(table.hosts),
        roles=tuple(table.roles),
        levels=tuple(sorted(set(table.levels))),
    )
