"""What a site says of its alarms: ``[[alarm]]`` tables."""

from __future__ import annotations

import math
import unicodedata
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from config import units
from config.fields import Named, Percent, Seconds, between
from config.refusal import refuse
from config.table import Table
from duty.phrases import phrase

MAX_SENTENCE = 600
"""Characters: what is read at night while something is wrong is short."""
SHIFT = "shift"


def _sentence(value: str) -> str:
    if not value.strip():
        raise refuse(phrase("some text, not an empty one"))
    if len(value) > MAX_SENTENCE:
        raise refuse(phrase("at most {most} characters", most=MAX_SENTENCE))
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in value):
        raise refuse(phrase("text without tabs, line breaks, control or invisible characters"))
    return value


def _date(value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise refuse(phrase("a date, such as 2027-06-30")) from None


def _seconds_or_shift(value: object) -> float:
    return math.inf if value == SHIFT else units.duration(value)


Sentence = Annotated[str, AfterValidator(_sentence)]
Day = Annotated[str, BeforeValidator(_date, json_schema_input_type=Annotated[str, Field(examples=["2027-06-30"])])]
Priority = Annotated[int, Field(ge=1, le=4)]
Realarm = Annotated[float | None, BeforeValidator(_seconds_or_shift, json_schema_input_type=Seconds | Literal["shift"])]
"""Infinite at shift change: ``None`` is a key that was not given."""


class Words(Table):
    """A text for people. "…" alone is the same in every language."""

    has_short_form = True

    en: Sentence | None = None
    """In English."""
    zh_CN: Sentence | None = None  # noqa: N815 - the code of the language
    """In Chinese."""

    @classmethod
    def from_short(cls, value: object) -> object:
        """One text for every language."""
        if not isinstance(value, str):
            raise refuse(phrase("text in quotes"))
        _sentence(value)
        return {"en": value, "zh_CN": value}

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.en is None and self.zh_CN is None:
            raise refuse(phrase("en, zh_CN or both"))
        return self


class Alarm(Table):
    """The site's own word on a built-in alarm, or an alarm of its own for an application, a check or a log."""

    key: Named = Field()
    """Key of a built-in alarm (`watchkeeper alarms` lists them), or your name for one of your own."""
    condition: Named | None = None
    """Only for one of your own: the built-in alarm whose condition raises it, such as "app.check" or "event.act"."""
    role: str | None = None
    """Only for hosts of this role."""
    host: str | None = None
    """Only for this host."""
    thing: Named | None = None
    """Only for the thing with this key: process, line, mount, application or log. One of your own needs it."""
    priority: Priority | None = None
    """1 (answered in 5 minutes) to 4 (within the shift), for a fault."""
    warn_priority: Priority | None = None
    """The same for a warning; never more urgent than the fault."""
    respond: Annotated[Seconds, between(1, 604_800, "1s – 7d")] | None = None
    """Time within which the operator has to act."""
    on_delay: Annotated[Seconds, between(0, 3600, "0s – 1h")] | None = None
    """How long the condition must hold before the alarm comes; with priority 1 at most "5s"."""
    off_delay: Annotated[Seconds, between(0, 86_400, "0s – 1d")] | None = None
    """How long the condition must be gone before the alarm returns."""
    deadband: Percent | None = None
    """How far below its limit, in percent of the limit, a value must fall before the condition is gone."""
    latch: bool | None = None
    """An alarm that returned unseen stays until it is acknowledged. Never false with priority 1 and 2."""
    realarm: Realarm = None
    """After how long an acknowledged alarm that still holds comes again. Default: "shift", at shift change."""
    owner: Named | None = None
    """Who answers for this alarm."""
    review_by: Day | None = None
    """Date by which it is to be looked at again."""
    cause: Words | None = None
    """Why it comes. One of your own needs cause, consequence and action."""
    consequence: Words | None = None
    """What happens if nobody acts."""
    action: Words | None = None
    """What the operator does. An alarm that asks for nothing is none."""
