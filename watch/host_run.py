"""One host in the run: its feed, its state, and what is due to be asked."""

from __future__ import annotations

import asyncio

from collectors.feed import SECTIONS, Feed, Section
from duty.host_state import HostState
from duty.moment import Moment
from duty.quality import Quality
from duty.sections import wants
from duty.site import HostSpec

PORTS_AFTER_CHANGE_S = 1.0
"""Seconds after processes changed until their ports are read again: a server needs a moment to listen."""
LOOK_AGAIN_S = 0.9
"""At least so many seconds between two walks of the process table, however often copies come and go."""
EARLY_S = 0.05
"""A turn that comes so many seconds before its time is not left for the next, a second later."""
CONFIRM_S = 2.0
"""Seconds until a fault of an application is looked at a second time."""
APART_S = 1.0
"""At least so many seconds from an answer to the next question of its kind."""
STAGGER_S = 0.3
"""Seconds between the first checks of a host's applications."""
EVENTS_S = 5.0
"""At most so many seconds between two looks at followed logs: a line to act on shows in that time."""
BEHIND_S = 1.0
"""Seconds between two pieces of a log of which more waits."""
HANGING_AFTER_S = 12.0
"""Seconds after which a section that was asked for and is still silent is shown as hanging."""


class HostRun:
    """A host being watched."""

    def __init__(self, feed: Feed, state: HostState, slow_s: float) -> None:
        self.feed = feed
        self.state = state
        self.slow_s = slow_s
        self.task: asyncio.Task[None] | None = None
        self._due = 0.0
        self._section_due: dict[Section, float] = dict.fromkeys(SECTIONS, 0.0)
        self._walked = 0.0
        self._app_due: dict[str, float] = {}
        self._followed = 0.0

    @property
    def spec(self) -> HostSpec:
        """What the site demands of it."""
        return self.state.spec

    def connected(self, mono: float) -> None:
        """The connection has just come up: ask everything, in an order that fills the screen.

        The second sample, with which there are rates, comes in its slot: half a second later at least.
        """
        self._due = mono - self.spec.interval_s / 2
        self._section_due = dict.fromkeys(SECTIONS, mono)
        for rule in self.spec.apps:
            if not rule.from_console:
                self._app_due.pop(rule.key, None)

    def changes_by_itself(self, at: Moment) -> bool:
        """Whether what is said of it may change by time alone: its readings age."""
        return self.state.quality(at) is not Quality.GOOD

    def ask(self, at: Moment) -> bool:
        """Ask what is due. False: there is something to tell of it, a question dropped or a section that hangs."""
        state, mono = self.state, at.mono
        if self.spec.apps:
            self._ask_apps(mono)
        if not state.connection.up:
            return True
        asked = True
        if mono >= self._due - EARLY_S:
            interval = state.spec.interval_s
            # Keep the beat; after a stall do not catch up on questions nobody needs any more.
            self._due = max(self._due + interval, mono + interval / 2)
            if not self.feed.ask_sample(state.watched()):
                state.dropped += 1
                asked = False
        return self._ask_sections(at) and asked

    def _ask_sections(self, at: Moment) -> bool:
        """False: one of them hangs."""
        state, mono, fine = self.state, at.mono, True
        if state.look_again and mono - self._walked >= LOOK_AGAIN_S:
            self._section_due["processes"] = mono
        if state.behind:
            self._section_due["events"] = min(self._section_due["events"], self._followed + BEHIND_S)
        for section in SECTIONS:
            if mono < self._section_due[section] or not self._wanted(section):
                continue
            if section == "events":
                self.feed.follow(state.cursors())
            if self.feed.ask_section(section):
                self._section_due[section] = mono + (min(self.slow_s, EVENTS_S) if section == "events" else self.slow_s)
                if section == "events":
                    self._followed = mono
                if section == "processes":
                    if state.look_again:
                        self._section_due["ports"] = min(self._section_due["ports"], mono + PORTS_AFTER_CHANGE_S)
                    self._walked, state.look_again = mono, False
            elif (since := self.feed.open_since(section)) is not None and mono - since > HANGING_AFTER_S:
                state.hangs(section, mono - since, at)
                fine = False
        return fine

    def _ask_apps(self, mono: float) -> None:
        """Applications have a clock each, and no other question waits for them."""
        for number, rule in enumerate(self.spec.apps):
            due = self._app_due.get(rule.key)
            if due is None:
                due = self._app_due[rule.key] = mono + number * STAGGER_S
            track = self.state.apps.get(rule.key)
            if track is not None and track.read_mono is not None:
                # One that takes as long as its interval is still given a rest.
                due = max(track.read_mono + APART_S, min(due, track.read_mono + CONFIRM_S) if track.doubtful else due)
            if mono >= due and self.feed.ask_app(rule):
                self._app_due[rule.key] = mono + rule.interval_s

    def _wanted(self, section: Section) -> bool:
        if section == "time" and self.state.read is None:
            return False  # compared by way of the samples' uptime: without one there is nothing to compare
        if section == "events" and self.state.events is None:
            return False
        return wants(self.spec, section)
