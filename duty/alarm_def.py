"""What an alarm is: its definition, which thing it is about, and what a look at that thing says of it now.

Source: ISA-18.2 as the domain model has it. A definition that asks for no action of an operator is not an alarm, so
cause, consequence and action are never empty.
"""

from __future__ import annotations

import msgspec

from duty.phrases import Phrase
from duty.quality import Quality, State
from duty.records import Subject

PRIORITIES = (1, 2, 3, 4)
"""1: answered within five minutes. 4: within the shift."""


class AlarmDef(msgspec.Struct, frozen=True):
    """One kind of alarm: why it comes, what it leads to, what the operator does, and how it behaves in time."""

    key: str
    """Stable name, ``process.missing``; what a site file refers to."""
    priority: int
    """Of :data:`PRIORITIES`, for a fault (``State.ACT``)."""
    warn_priority: int
    """The same for a warning (``State.WARN``)."""
    cause: Phrase
    consequence: Phrase
    action: Phrase
    respond_s: float
    """Seconds within which the operator has to act before the consequence comes."""
    on_delay_s: float = 0.0
    """Seconds the condition must hold before the alarm comes."""
    off_delay_s: float = 0.0
    """Seconds the condition must be gone before the alarm returns."""
    deadband_percent: float = 0.0
    """How far below its limit, in percent of the limit, a value must fall before the condition is gone."""
    latch: bool = True
    """Whether an alarm that returned unseen stays lit until it is acknowledged; never off for priority 1 and 2."""
    realarm_s: float | None = None
    """Seconds after which an acknowledged alarm that still holds is unacknowledged again; ``None``: at shift change."""
    owner: str = ""
    """Who answers for the definition."""
    review_by: str = ""
    """ISO date by which the definition is to be looked at again."""
    version: int = 1
    cuts: bool = False
    """While it holds, what depends on its thing cannot be reached or judged: alarms of that fold under it."""


class AlarmKey(msgspec.Struct, frozen=True, array_like=True):
    """One alarm: a definition on one thing. There is at most one alarm of a key."""

    subject: Subject
    definition: str
    """:attr:`AlarmDef.key`"""

    def __str__(self) -> str:
        return f"{self.definition} {self.subject}"


class Signal(msgspec.Struct, frozen=True, array_like=True):
    """What one look says of one alarm's condition."""

    key: AlarmKey
    state: State
    """``OK`` or ``UNJUDGED``: the condition does not hold; ``WARN`` and ``ACT``: it does; ``UNKNOWN``: not known."""
    quality: Quality
    """How far ``state`` can be trusted: while it is not good, the condition is neither true nor false but as it was."""
    said: Phrase
    """The sentence of it, with its values."""
    value: float | None = None
    limit: float | None = None
    """The number and the limit it is held against, where there are such."""
