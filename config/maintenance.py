"""Planned windows of maintenance: ``[[maintenance]]`` tables."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from config.fields import Named, TimeOfDay
from config.refusal import refuse
from config.table import Table
from duty.phrases import phrase

FORM = "%Y-%m-%d %H:%M"


def _written(value: object) -> str:
    try:
        return datetime.strptime(str(value).strip(), FORM).strftime(FORM)
    except ValueError:
        raise refuse(phrase('a day and time in the site\'s time zone, such as "2026-12-05 20:00"')) from None


def _some(value: list[str]) -> list[str]:
    if not value:
        raise refuse(phrase("at least one"))
    return value


DayAndTime = Annotated[
    str, BeforeValidator(_written, json_schema_input_type=Annotated[str, Field(examples=["2026-12-05 20:00"])])
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Maintenance(Table):
    """A window in which work is done on purpose: what comes in it is watched, and announced at its end if it stays."""

    name: Named
    """Its name, unique in the site."""
    things: Annotated[list[Named], AfterValidator(_some)]
    """What is worked on: "gw1" is all of that host, "gw1 line sge-2" or "gw1 process order-gw" one thing of it."""
    owner: Named
    """Who answers for the work."""
    reason: Named
    """What is done."""
    since: DayAndTime | None = None
    """When it begins, once, in the site's time zone, such as "2026-12-05 20:00"."""
    until: DayAndTime | None = None
    """When it ends."""
    start: TimeOfDay | None = Field(default=None, alias="from")
    """Instead of since and until: the time of the day at which it begins each time."""
    end: TimeOfDay | None = Field(default=None, alias="to")
    """Time at which it ends; where that is not later than `from`, on the next day."""
    days: list[Weekday] | None = None
    """Days on which it begins. Default: every day."""

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        once, daily = (self.since, self.until), (self.start, self.end)
        if (None in once and None in daily) or (any(once) and any(one is not None for one in (*daily, self.days))):
            raise refuse(phrase("either since and until, or from and to"))
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise refuse(phrase("an until later than since"))
        return self
