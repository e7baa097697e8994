"""Who is on duty and how incidents are handled: people, contacts, levels and report clocks as tables."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from config.alarms import Words
from config.fields import Named, Plain, Seconds, User, between
from config.refusal import refuse
from config.table import Table
from duty.log_templates import FIELDS
from duty.phrases import phrase

Level = Annotated[int, Field(ge=1, le=4)]
Profile = Literal["cac-2025", "csrc-2012", "dora"]


def _date(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise refuse(phrase('a date such as "2026-03-05"')) from None


def _key(value: str) -> str:
    if not value.isprintable() or not value or len(value) > 20 or any(char in value for char in " |"):
        raise refuse(phrase("one word of at most 20 characters"))
    return value


TemplateKey = Annotated[str, AfterValidator(_key)]
Day = Annotated[str, AfterValidator(_date), Field(examples=["2026-03-05"])]


class PersonTable(Table):
    """One person of the site."""

    name: User
    """User of the operating system under which they open the screen, as the kernel says it."""
    shown: Named | None = None
    """Name for people. Default: the user's name."""
    role: Literal["operator", "lead", "manager"] = "operator"
    """What they may do: only a lead or a manager lowers the level of an incident."""
    phone: Plain | None = None
    """Where they are reached."""


class ContactTable(Table):
    """Somebody outside who is called when it matters."""

    name: Named
    """Who answers there."""
    what: Literal["vendor", "exchange", "line", "other"] = "other"
    """What they are called for; "line" is a line's provider."""
    phone: Plain
    """Their number."""
    tested: Day | None = None
    """Date on which the number was last tried. More than 90 days ago, and never, is said on the page of an incident."""


class StepTable(Table):
    """One step of an escalation."""

    to: Literal["seat", "lead", "manager"]
    """Who has to know: the other seat, the lead, the manager."""
    after: Annotated[Seconds, between(0, 7 * 86_400, "0s – 7d")]
    """Time without anybody taking the incident after which that is so."""


class LevelTable(Table):
    """One level of incidents. What is not given is as built in."""

    level: Level
    """1 is the gravest."""
    meaning: Named | None = None
    """What it means for the firm, in a few words."""
    respond: Annotated[Seconds, between(1, 7 * 86_400, "1s – 7d")] | None = None
    """Time within which somebody takes it."""
    escalate: list[StepTable] | None = None
    """Who has to know when nobody takes it; [] is nobody."""
    review_days: Annotated[int, Field(ge=0, le=366)] | None = None
    """Days after its resolution by which it is reviewed; 0: it is closed without a review."""
    clock: Literal["trading", "wall"] = "trading"
    """What the times count: trading minutes of the site's sessions, where it names any, or the clock on the wall."""


class ReportTable(Table):
    """A report to somebody outside, as a clock. Exactly one of within and workdays says how long it has."""

    name: Named
    """Your name for it, unique in the list."""
    source: Plain
    """The rule that asks for it; shown below its clock."""
    levels: list[Level] = Field(default_factory=lambda: [1])
    """Levels of incidents that it is for. Default: [1]."""
    since: Literal["awareness", "classification"] = "awareness"
    """Counted from when the incident was opened, or from when it got its level."""
    within: Annotated[Seconds, between(1, 366 * 86_400, "1s – 366d")] | None = None
    """Time it has."""
    workdays: Annotated[int, Field(ge=1, le=366)] | None = None
    """Days from Monday to Friday it has; holidays are not known."""
    again: Annotated[Seconds, between(60, 366 * 86_400, "1min – 366d")] | None = None
    """Each report makes the next one due after so long, until the service is back."""

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.within is None) == (self.workdays is None):
            raise refuse(phrase("exactly one of within and workdays"))
        return self


class TemplateTable(Table):
    """A line of the duty log that is written again and again, prepared."""

    key: TemplateKey
    """A short word for it; one of a built-in template takes that one's place."""
    text: Words
    """The line. {subject}, {host} and {incident} come from what is under the cursor; "…" is left to the person."""

    @field_validator("text")
    @classmethod
    def _known_fields(cls, value: Words) -> Words:
        for text in filter(None, (value.en, value.zh_CN)):
            if unknown := [name for name in re.findall(r"\{([^{}]*)\}", text) if name not in FIELDS]:
                raise refuse(
                    phrase(
                        "only the fields {fields} (found {name})",
                        fields="{subject}, {host}, {incident}",
                        name=unknown[0],
                    )
                )
        return value


class Incidents(Table):
    """How incidents are handled."""

    open_at: Annotated[int, Field(ge=1, le=4)] | None = None
    """Priority from which on an announced alarm opens an incident by itself: 2 means 1 and 2. Default: faults of
    reaching a host, of a key process, an application, the clock or the machine, and a line of a log to act on."""
    levels: list[LevelTable] = Field(default_factory=list)
    """Levels that are not as built in."""
    profiles: list[Profile] = Field(default_factory=list)
    """Built-in report clocks that run. None binds your firm for certain: read their sources. Default: none."""
    reports: list[ReportTable] = Field(default_factory=list)
    """Report clocks of your own."""
