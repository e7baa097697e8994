"""What is done in an emergency: ``[[emergency]]`` tables with their steps."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from config.alarms import Words
from config.duty_tables import Level
from config.fields import Named, identifier
from config.refusal import refuse
from config.table import Table
from duty.emergency import HERE
from duty.phrases import phrase
from duty.records import Subject

KINDS = ("process", "line", "disk", "app", "event")
"""Things of a host that a step can show, as the first word behind the host."""


def shown_of(written: str) -> Subject | None:
    """``order-gw-1 process order-gw`` as a thing; a host alone, or ``@``, is itself. ``None``: it is none."""
    host, *rest = written.split(None, 2)
    if not rest:
        return Subject(HERE) if host == HERE else Subject(host, "host", host)
    if rest == ["host"]:
        return Subject(host, "host", host)
    return Subject(host, rest[0], rest[1]) if len(rest) == 2 else None


def _shown(value: str) -> str:
    if not value.strip() or shown_of(value) is None:
        raise refuse(
            phrase('a host, or host, kind and key as "order-gw-1 process order-gw"; "@" is the incident\'s host')
        )
    return value


def _key(value: str) -> str:
    if not identifier(value):
        raise refuse(
            phrase(
                "a name of at most 64 letters, digits, dots, hyphens and underscores, starting with a letter or digit"
            )
        )
    return value


Key = Annotated[str, AfterValidator(_key)]
Shows = Annotated[str, AfterValidator(_shown), Field(examples=["@", "@ disk /data", "order-gw-1 process order-gw"])]


class EmergencyStep(Table):
    """One thing to do."""

    key: Key | None = None
    """Your name for it, unique in the procedure; the record refers to it. Default: its number."""
    do: Words
    """What is done, in one or two sentences."""
    expect: Words
    """What shows that it worked."""
    shows: list[Shows] = Field(default_factory=list)
    """Things whose live values stand beside it: "HOST", or "HOST process KEY" (line, disk, app, event). "@" in place of
    the host is the incident's own, "@ host" that host itself, "@" alone the thing it is about."""


def _some(value: list[EmergencyStep]) -> list[EmergencyStep]:
    if not value:
        raise refuse(phrase("at least one [[emergency.steps]] table"))
    return value


class Emergency(Table):
    """A procedure that is opened from an incident. A condition that is not given holds for every incident."""

    key: Key
    """Your name for it, unique in the site."""
    title: Words
    """What it is for."""
    alarms: list[Named] = Field(default_factory=list)
    """Keys of the alarms it is for (`watchkeeper alarms` lists them)."""
    hosts: list[str] = Field(default_factory=list)
    """Ids of the hosts it is for."""
    roles: list[str] = Field(default_factory=list)
    """Roles it is for."""
    levels: list[Level] = Field(default_factory=list)
    """Levels of incidents it is for."""
    steps: Annotated[list[EmergencyStep], AfterValidator(_some)]
    """What is done, in order."""
