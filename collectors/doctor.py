"""The examination of one host: the settings in force, then each step of the connection until the first sample."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import msgspec

from collectors.answers import Answer, SampleAnswer
from collectors.dial import CIPHERS, Dialled, Trace, dial
from collectors.failures import DialFailed, Failure, failure, said
from collectors.questions import Questions
from collectors.ssh_environment import SshEnvironment
from collectors.ssh_options import Settings
from collectors.ssh_session import ProbeSession, open_session
from collectors.ways import settings_of, way_to
from duty.phrases import N_, Phrase, of, phrase
from duty.site import HostSpec, SiteSpec

State = Literal["ok", "failed", "not_reached"]


class Step(msgspec.Struct, frozen=True):
    """One step of the examination. ``seconds``: how long it took, where that is known by itself."""

    name: Phrase
    state: State
    detail: Phrase
    advice: Phrase | None = None
    seconds: float | None = None


NOTHING = phrase("–")
STEPS = (
    N_("name"),
    N_("connection"),
    N_("banner"),
    N_("key exchange"),
    N_("host key"),
    N_("login"),
)
LAST_STEPS = (N_("channel and probe"), N_("first sample"))
_STEP_OF = {
    "no_name": 0, "refused": 1, "silent": 1, "no_route": 1, "not_forwarded": 1, "mute": 2, "not_ssh": 2,
    "proxy_command": 2, "no_agreement": 3, "key_unknown": 4, "key_changed": 4, "key_revoked": 4, "certificate": 4,
    "not_let_in": 5, "identity": 5, "slow_login": 5,
}  # fmt: skip


async def examine(spec: HostSpec, site: SiteSpec, env: SshEnvironment) -> list[Step]:
    """Go through every step of reaching ``spec``, with connections of its own. Never raises for a host."""
    steps: list[Step] = []
    try:
        settings = await settings_of(spec, site)
        steps += _settings(settings)
        way = await way_to(spec, site, settings, env)
    except DialFailed as error:
        return [*steps, _failed(phrase("settings"), error.failure), *_not_reached("", 0)]
    steps.append(Step(phrase("jump hosts"), "ok", phrase("{value}", value=" → ".join(way.names) or "–")))
    async with _closing() as opened:
        tunnel = way.direct
        for hop in (*way.route, settings):
            label = "" if hop is settings else str(hop.asked.host)
            seen, dialled = await _hop(hop, env, opened[-1] if opened else None, tunnel, label)
            steps += seen
            if dialled is None:
                return [*steps, *(_not_reached("", 0) if label else _not_reached("", len(STEPS)))]
            opened.append(dialled)
        steps += await _probe(opened[-1], env, spec)
    return steps


@asynccontextmanager
async def _closing() -> AsyncIterator[list[Dialled]]:
    opened: list[Dialled] = []
    try:
        yield opened
    finally:
        for dialled in reversed(opened):
            dialled.close()
        await asyncio.sleep(0)


def _settings(settings: Settings) -> list[Step]:
    asked = settings.asked
    ours = {"User": asked.user, "Port": asked.port, "IdentityFile": asked.identity}
    rows: tuple[tuple[Phrase, str, str], ...] = (
        (phrase("address"), settings.address, "Hostname"),
        (phrase("port"), str(settings.port), "Port"),
        (phrase("user"), settings.user, "User"),
        (phrase("private keys"), ", ".join(settings.identities) or "~/.ssh/id_*", "IdentityFile"),
        (phrase("agent"), settings.agent or "–", "IdentityAgent"),
        (phrase("known hosts"), ", ".join(settings.known_hosts), "UserKnownHostsFile"),
        (phrase("ciphers"), settings.ciphers or CIPHERS, "Ciphers"),
        (phrase("ProxyCommand"), settings.proxy_command or "–", "ProxyCommand"),
    )
    steps = []
    for name, value, keyword in rows:
        if ours.get(keyword):
            detail = phrase("{value} (site file)", value=value)
        elif keyword in settings.origins:
            detail = phrase("{value} ({origin})", value=value, origin=settings.origins[keyword])
        else:
            detail = phrase("{value} (default)", value=value)
        steps.append(Step(name, "ok", detail))
    for option in settings.ignored:
        detail = phrase("{keyword} ({file}:{line})", keyword=option.keyword, file=option.file, line=option.line)
        advice = phrase("this option has no effect here; host keys are always checked")
        steps.append(Step(phrase("option not used"), "ok", detail, advice))
    return steps


async def _hop(
    settings: Settings, env: SshEnvironment, under: Dialled | None, tunnel: object, label: str
) -> tuple[list[Step], Dialled | None]:
    steps: list[Step] = []
    through = under.connection if under is not None else tunnel
    if through is None and settings.proxy_command is None:
        named = await _resolve(settings, env, label)
        if named.state == "failed":
            return [named, *_not_reached(label, 1, len(STEPS))], None
        steps.append(named)
    trace = Trace(settings)
    failed: Failure | None = None
    dialled: Dialled | None = None
    try:
        dialled = await dial(settings, env, through, trace)  # type: ignore[arg-type]  # a connection or None
    except DialFailed as error:
        failed = error.failure
    return [*steps, *_steps_of(trace, failed, label)], dialled


async def _resolve(settings: Settings, env: SshEnvironment, label: str) -> Step:
    began = env.monotonic()
    name = of(label, phrase("name"))
    try:
        async with asyncio.timeout(env.deadlines.connect_s):
            found = await asyncio.get_running_loop().getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except TimeoutError:
        return _failed(name, failure("no_name", host=settings.host, error="–"))
    except OSError as error:
        return _failed(name, failure("no_name", host=settings.host, error=said(error)))
    addresses = ", ".join(dict.fromkeys(str(one[4][0]) for one in found))
    return Step(name, "ok", phrase("{value}", value=addresses), seconds=env.monotonic() - began)


def _steps_of(trace: Trace, failed: Failure | None, label: str) -> list[Step]:
    details = (
        phrase("{value}", value=trace.settings.address),
        phrase("{value}", value=trace.server_version or "–"),
        phrase("{value}", value=trace.cipher or "–"),
        phrase("{value}", value=f"{trace.key.algorithm} {trace.key.fingerprint}" if trace.key else "–"),
        phrase("{value}", value=trace.settings.user),
    )
    times = (trace.opened_after_s, None, None, None, trace.took_s)
    reached = 6 if failed is None else _STEP_OF.get(failed.kind, _depth(trace))
    steps: list[Step] = []
    for number, (detail, seconds) in enumerate(zip(details, times, strict=True), 1):
        name = of(label, Phrase(STEPS[number]))
        if failed is None or number < reached:
            steps.append(Step(name, "ok", detail, seconds=seconds))
        elif number == max(reached, 1):
            steps.append(_failed(name, failed))
        else:
            steps.append(Step(name, "not_reached", NOTHING))
    return steps


def _depth(trace: Trace) -> int:
    if not trace.opened:
        return 1
    if not trace.server_version:
        return 2
    return 5 if trace.key is not None else 3


async def _probe(dialled: Dialled, env: SshEnvironment, spec: HostSpec) -> list[Step]:
    first: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def hear(answer: Answer) -> None:
        if isinstance(answer, SampleAnswer) and not first.done():
            first.set_result(answer)

    began = env.monotonic()
    name, last = (Phrase(template) for template in LAST_STEPS)
    try:
        session, ready = await open_session(dialled.connection, env.deadlines, hear, spec)
    except DialFailed as error:
        return [_failed(name, error.failure), Step(last, "not_reached", NOTHING)]
    who = ready.identity
    detail = phrase("{shell}, {awk}, probe {version}", shell=who.shell, awk=who.awk, version=who.probe_version)
    steps = [Step(name, "ok", detail, seconds=env.monotonic() - began)]
    began = env.monotonic()
    session.ask(Questions().sample((), began))
    either: set[asyncio.Future[Any]] = {first, session.ended}
    await asyncio.wait(either, timeout=env.deadlines.ready_s, return_when=asyncio.FIRST_COMPLETED)
    return [*steps, _sample(last, first, session, env.monotonic() - began)]


def _sample(name: Phrase, first: asyncio.Future[Answer], session: ProbeSession, took: float) -> Step:
    if not first.done():
        why = session.ended.result() if session.ended.done() else failure("no_answer", seconds=round(took))
        session.end(why)
        return _failed(name, why)
    answer = first.result()
    session.end(failure("lost", error="–"))
    uptime = answer.sample.uptime_s if isinstance(answer, SampleAnswer) else 0.0
    return Step(name, "ok", phrase("up for {seconds} s", seconds=round(uptime)), seconds=took)


def _failed(name: Phrase, why: Failure) -> Step:
    return Step(name, "failed", why.why, why.advice)


def _not_reached(label: str, begin: int, end: int | None = None) -> list[Step]:
    names = (*STEPS, *LAST_STEPS)[begin:end]
    return [Step(of(label, Phrase(name)), "not_reached", NOTHING) for name in names]
