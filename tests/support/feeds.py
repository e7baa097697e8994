"""A feed that a test drives by hand, and a clock that stands until it is moved."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Literal

from collectors.feed import Listener, Section
from duty.connection import Connection, Link
from duty.moment import Moment
from duty.site import AppRule, HostSpec, SiteSpec


class HandClock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> Moment:
        return Moment(1_700_000_000 + self.seconds, self.seconds)


class HandFeed:
    """Says nothing by itself. Records what it was asked."""

    def __init__(self, spec: HostSpec, site: SiteSpec, listener: Listener) -> None:
        self.spec = spec
        self.listener = listener
        self.samples: list[tuple[int, ...]] = []
        self.sections: list[str] = []
        self.asked: list[str] = []
        self.cursors: list[dict[str, str]] = []
        self.busy: dict[str, float] = {}
        self.redials = 0
        self.cancelled = False

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled = True

    def connect(self, link: Link = Link.UP) -> None:
        self.listener.on_connection(self.spec.id, Connection(link, 0.0))

    def ask_sample(self, watched: tuple[int, ...]) -> bool:
        if "sample" in self.busy:
            return False
        self.samples.append(watched)
        return True

    def ask_section(self, section: Section) -> bool:
        if section in self.busy:
            return False
        self.sections.append(section)
        return True

    def ask_app(self, rule: AppRule) -> bool:
        if rule.key in self.busy:
            return False
        self.asked.append(rule.key)
        return True

    def follow(self, cursors: Mapping[str, str]) -> None:
        self.cursors.append(dict(cursors))

    def redial(self) -> None:
        self.redials += 1

    def update(self, spec: HostSpec) -> None:
        self.spec = spec

    def open_since(self, section: Section | Literal["sample"]) -> float | None:
        return self.busy.get(section)
