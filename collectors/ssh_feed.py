"""A host over SSH as a feed: dialled, asked, listened to, and dialled again when it breaks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Literal

import asyncssh
import msgspec

from collectors import probe
from collectors.answers import Answer, SampleAnswer, SectionAnswer, Unusable
from collectors.apps.checks import HostChecks, hanging
from collectors.apps.way import FromHost
from collectors.dial import Dialled, dial
from collectors.failures import DialFailed, Failure, failure, said
from collectors.feed import Listener, Section
from collectors.jumps import Lease
from collectors.known_hosts import accept_key
from collectors.questions import Questions, check_name
from collectors.ssh_environment import SshEnvironment
from collectors.ssh_options import Settings
from collectors.ssh_session import ProbeSession, open_session
from collectors.ways import Way, settings_of, way_to
from duty.connection import Connection, Link
from duty.phrases import Phrase, phrase
from duty.readings import AppReading, Ports, SectionFailure
from duty.site import AppRule, HostSpec, SiteSpec

QUIET_S = 2.0
"""A host that leaves a sample open for longer is not one to ask an application from: the delay may be its own."""


class SshFeed:
    """One host of the site over SSH (:class:`collectors.feed.Feed`)."""

    def __init__(self, spec: HostSpec, site: SiteSpec, listener: Listener, env: SshEnvironment) -> None:
        self.spec = spec
        self.site = site
        self.connection = Connection(Link.IDLE, env.wall())
        self.failure: Failure | None = None
        self._listener = listener
        self._env = env
        self._settings: Settings | None = None
        self._way: Way | None = None
        self._lease: Lease | None = None
        self._dialled: Dialled | None = None
        self._session: ProbeSession | None = None
        self._questions = Questions()
        self._attempt = 0
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()
        self._answered_at = 0.0
        self._anew = False
        self._commands: tuple[AppRule, ...] = ()
        self._checks = HostChecks(spec, listener, env.room, FromHost(self._calm_tunnel), env.monotonic)
        self._cursors: Mapping[str, str] = {}
        self._told = b""
        """What the section of events was told on this connection."""

    # --- what the engine asks -------------------------------------------------------------------------------------

    def ask_sample(self, watched: tuple[int, ...]) -> bool:
        """Ask for a fast sample with these pids. ``False``: not connected, or the last answer is still open."""
        if self._session is None or not self._session.ready.done() or self._questions.open_since("sample") is not None:
            return False
        return self._session.ask(self._questions.sample(watched, self._env.monotonic()))

    def ask_section(self, section: Section) -> bool:
        """Ask for a slow section. ``False``: not connected, or the same section is still open."""
        if self._session is None or not self._session.ready.done() or self._questions.open_since(section) is not None:
            return False
        if section == "events" and (told := probe.follow(self.spec.events, self._cursors)) != self._told:
            self._told = told
            self._session.ask(told)
        return self._session.ask(self._questions.section(section, self._env.monotonic()))

    def ask_app(self, rule: AppRule) -> bool:
        """Ask an application. ``False``: the host it is asked from is not reached, or its last run is open."""
        if rule.from_console:
            return self._checks.ask(rule)
        if rule.kind == "command":
            return self._ask_command(rule)
        return self.tunnel is not None and self._checks.ask(rule)

    def _ask_command(self, rule: AppRule) -> bool:
        session = self._session
        if session is None or not session.ready.done() or rule not in self._commands:
            return False
        number = self._commands.index(rule) + 1
        if self._questions.open_since(check_name(number)) is not None:
            return False
        return session.ask(self._questions.check(number, self._env.monotonic()))

    def open_since(self, section: Section | Literal["sample"]) -> float | None:
        """Since when (monotonic) a question is unanswered; ``None`` if there is none."""
        return self._questions.open_since(section)

    def follow(self, cursors: Mapping[str, str]) -> None:
        """From where the next question for events reads on."""
        self._cursors = cursors

    def redial(self) -> None:
        """Dial now instead of waiting for the back-off."""
        self._env.jumps.redial()
        self._attempt = 0
        self._wake.set()

    def update(self, spec: HostSpec) -> None:
        """A new site file demands other things of the same host; the connection stays if the way to it does."""
        before, self.spec = self.spec, spec
        self._checks.spec = spec
        if _way_of(before) != _way_of(spec):
            self._anew = self._session is not None
            self._hang_up()
            self.redial()
        elif self._session is not None and self._session.ready.done():
            if probe.script(before) != probe.script(spec):
                self._begin_anew(self._session)
                return
            self._commands = probe.commands_of(spec)
            self._told = b""
            self._session.ask(probe.setup(spec))

    def _begin_anew(self, session: ProbeSession) -> None:
        """Other check commands are another script: the probe is started again on the same connection."""
        self._anew = True
        session.end(failure("lost", error="–"))

    def accept_offered(self, fingerprint: str) -> Phrase | None:
        """Make the key that was offered and not accepted a known one, if it still is the one a person has seen.

        Writes the known_hosts file and dials. The key may be that of a jump host on the way.

        Returns:
            ``None`` when accepted, else why not.
        """
        offer = self.failure.offer if self.failure is not None else None
        if offer is None or offer.key.fingerprint != fingerprint:
            return phrase("the host does not offer the key {fingerprint} now", fingerprint=fingerprint)
        refused = accept_key(offer.name, offer.port, offer.key, offer.file)
        if refused is None:
            self.redial()
        return refused

    # --- what other hosts ask -------------------------------------------------------------------------------------

    @property
    def tunnel(self) -> asyncssh.SSHClientConnection | None:
        """The login that stands, for hosts reached through this one; it does not need the probe."""
        return self._dialled.connection if self._dialled is not None and self._dialled.stands else None

    @property
    def why_no_tunnel(self) -> Failure | None:
        """Why no login stands; ``None`` where one does or is being made without a failure before."""
        if self.failure is not None or self._dialled is None or not self._dialled.lost.done():
            return self.failure
        return self._dialled.lost.result()  # broken a moment ago: this feed has not come round to say so

    def _calm_tunnel(self) -> asyncssh.SSHClientConnection | None:
        """The login that stands, if the host answers on it in time."""
        asked = self._questions.open_since("sample")
        if asked is not None and self._env.monotonic() - asked > QUIET_S:
            return None
        return self.tunnel if self.connection.link is not Link.SLOW else None

    async def settled_within(self, seconds: float) -> None:
        """Wait until the first dial has ended, well or not, but no longer than ``seconds``."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._settled.wait()

    def wake(self) -> None:
        """The host through which this one is reached stands: dial now."""
        self._wake.set()

    # --- the life of the connection -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, stay connected, back off with jitter when it fails; until cancelled. Never raises for a host."""
        self._env.enter(self)
        try:
            while True:
                self._wake.clear()
                retry_at: float | None = None
                try:
                    ended = await self._once()
                except DialFailed as error:
                    ended, retry_at = error.failure, error.retry_at
                except Exception as error:  # one host's surprise must not end the watch of it
                    ended = failure("broken", error=said(error))
                if self._anew:
                    self._anew = False
                    continue
                await self._rest(self._seen_from_here(ended), retry_at)
        finally:
            self._checks.cancel()
            self._hang_up()
            self._env.leave(self)
            self._say(Link.IDLE)

    async def _once(self) -> Failure:
        if self._attempt == 0 or self.failure is None:
            self._say(Link.DIALLING)
        else:
            self._say(self.connection.link, self.failure)
        if self._dialled is None or not self._dialled.stands:
            await self._dial()
        dialled = self._dialled
        assert dialled is not None
        asked = self._env.monotonic()
        limits = self._env.deadlines
        carried = self.spec
        self._session, ready = await open_session(dialled.connection, limits, self._hear, carried)
        self._commands = probe.commands_of(self.spec)
        self._questions = Questions()
        self._told = b""
        self._session.ask(probe.setup(self.spec))
        if probe.script(carried) != probe.script(self.spec):
            self._begin_anew(self._session)
        self.failure = None
        self._say(Link.UP)
        now = self._env.monotonic()
        self._answered_at = now
        self._listener.on_section(self.spec.id, ready.identity, now, now - asked)
        ended = await self._session.ended
        await asyncio.sleep(0)  # the library closes channels before it says why the connection is lost
        lost = dialled.lost
        if self._answered_at - now >= self._env.backoff.reset_s:
            self._attempt = 0
        return (lost.result() if lost.done() else None) or ended

    async def _dial(self) -> None:
        self._hang_up()
        self._settings = await settings_of(self.spec, self.site)
        self._way = await way_to(self.spec, self.site, self._settings, self._env)
        self._lease = await self._way.lease()
        self._dialled = await dial(
            self._settings, self._env, self._lease.connection if self._lease else self._way.direct
        )
        self._settled.set()
        for other in list(self._env.feeds.values()):
            if other.spec.via == self.spec.id:
                other.wake()

    async def _rest(self, ended: Failure, retry_at: float | None) -> None:
        self._close_session()
        if ended.link is not Link.PROBE_REFUSED or not self._is_jump_host():
            self._hang_up()
        self.failure = ended
        self._settled.set()
        self._attempt += 1
        pause = self._env.backoff.wait(self._attempt, ended.link is Link.NOT_LET_IN, self._env.draw())
        if retry_at is not None:
            pause = max(0.1, retry_at - self._env.monotonic()) + self._env.draw() * 0.5
        self._say(ended.link, ended, next_try=self._env.wall() + pause)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._wake.wait()

    def _seen_from_here(self, ended: Failure) -> Failure:
        """A connection that broke because the jump host did is the jump host's failure."""
        if ended.link in (Link.LOST, Link.REFUSED, Link.BROKEN) and self._way is not None:
            return self._way.why_down() or ended
        return ended

    def _is_jump_host(self) -> bool:
        return any(host.via == self.spec.id for host in self.site.hosts)

    def _hang_up(self) -> None:
        self._close_session()
        if self._dialled is not None:
            self._dialled.close()
            self._dialled = None
        if self._lease is not None:
            self._lease.release()
            self._lease = None

    def _close_session(self) -> None:
        self._questions = Questions()
        if self._session is not None:
            self._session.end(failure("lost", error="–"))
            self._session = None

    # --- what is heard --------------------------------------------------------------------------------------------

    def _hear(self, answer: Answer) -> None:
        now = self._env.monotonic()
        self._answered_at = now
        host = self.spec.id
        if isinstance(answer, SampleAnswer):
            if self._questions.answered(answer.sample.seq) is not None:
                self._listener.on_sample(host, answer.sample, now)
                self._answers_again()
        elif isinstance(answer, SectionAnswer):
            asked = self._questions.answered(answer.seq)
            if asked is None:
                return
            if isinstance(answer.reading, AppReading):
                self._hear_check(answer.reading, now, now - asked)
                return
            reading = answer.reading
            if isinstance(reading, Ports):
                reading = msgspec.structs.replace(reading, among=self._questions.among(answer.seq))
            self._listener.on_section(host, reading, now, now - asked)
        elif isinstance(answer, Unusable):
            self._questions.unusable(answer.seq, answer.failure.section)
            self._listener.on_failure(host, answer.failure, now)
            self._answers_again()

    def _hear_check(self, reading: AppReading, now: float, took_s: float) -> None:
        """A check command's answer names it by its number."""
        number = int(reading.key) if reading.key.isdigit() else 0
        if not 1 <= number <= len(self._commands):
            return
        steps = (("whole", took_s),) if reading.outcome == "answered" else ()
        named = msgspec.structs.replace(reading, key=self._commands[number - 1].key, steps=steps)
        self._listener.on_section(self.spec.id, named, now, took_s)

    def _answers_again(self) -> None:
        if self.connection.link is Link.SLOW:
            self.failure = None
            self._say(Link.UP)

    def look_at_clock(self, now: float) -> None:
        """Called about once a second: what was asked and not answered becomes slow, a failure, or the end."""
        session, limits = self._session, self._env.deadlines
        if session is None or not session.ready.done():
            return
        for section, since in self._questions.give_up_sections(now, limits.section_s):
            if (rule := self._command(section)) is not None:
                self._listener.on_section(self.spec.id, hanging(rule, now - since), now, now - since)
                continue
            why = phrase("no answer for {seconds} s", seconds=round(now - since))
            self._listener.on_failure(self.spec.id, SectionFailure(section, why), now)
        asked = self._questions.open_since("sample")
        if asked is None or now - asked < limits.slow_s:
            return
        if now - asked >= limits.give_up_s:
            session.end(failure("given_up", seconds=round(now - asked)))
        elif self._questions.due_to_say(now, limits.slow_s):
            self._say(Link.SLOW, failure("no_answer", seconds=round(now - asked)))

    def _command(self, question: str) -> AppRule | None:
        """The check command a question is about, if it is about one."""
        names = {check_name(number): rule for number, rule in enumerate(self._commands, 1)}
        return names.get(question)

    def _say(self, link: Link, why: Failure | None = None, next_try: float | None = None) -> None:
        before, settings, trace = self.connection, self._settings, self._dialled.trace if self._dialled else None
        self.connection = Connection(
            link,
            since=before.since if before.link is link else self._env.wall(),
            why=why.why if why else None,
            advice=why.advice if why else None,
            attempt=self._attempt,
            next_try=next_try,
            address=settings.address if settings else "",
            user=settings.user if settings else "",
            route=self._way.names if self._way else (),
            server=trace.server_version if trace else "",
            cipher=trace.cipher if trace else "",
            host_key=trace.key if trace else None,
            offered_key=why.offer.key if why and why.offer else None,
        )
        self._listener.on_connection(self.spec.id, self.connection)


def _way_of(spec: HostSpec) -> tuple[object, ...]:
    return spec.address, spec.port, spec.user, spec.identity, spec.via
