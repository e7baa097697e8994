"""The applications of the simulated machines: they answer through the machines' own SSH connections, and a check
command on the database's machine says how full it is."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import asyncssh
import msgspec

from collectors.apps.tls import TlsStream
from collectors.apps.way import Carried, Stream
from duty.site import AppRule, HostSpec, Limits, PerfBound, PerfLimit
from practice.certificates import DAY_S, Authority
from practice.machines import Machine
from practice.models import AppModel, MachineModel
from practice.papers import ADDRESS, Papers

Talk = Callable[[Any, Any], Awaitable[None]]
"""What an application does with a caller: an asyncssh reader and writer."""

INTERVAL_S = 5.0
"""Drills should show within seconds."""
USUAL_DAYS = 82
NEAR_END_S = 20 * 3600
_BODY = b'{"status":"ok"}'


def rule_of(app: AppModel, authority: Path | None) -> AppRule:
    """What the site demands of an application."""
    if app.kind == "command":
        argv = ("/usr/lib/nagios/plugins/check_pgsql", "-d", "settle", "--size")
        limit = PerfLimit("size", PerfBound(80, percent=True), PerfBound(90, percent=True))
        return AppRule(app.key, "command", " ".join(argv), argv=argv, limits=(limit,), deadline_s=10.0,
                       interval_s=INTERVAL_S)  # fmt: skip
    made = AppRule(
        key=app.key,
        kind=app.kind,
        target=f"{ADDRESS}:{app.port}",
        address=ADDRESS,
        port=app.port,
        banner=f"^{app.banner.split(' ', 1)[0]}" if app.banner else None,
        time_s=Limits(0.3, 1.0),
        cert_days=Limits(30, 7),
        ca=str(authority) if authority is not None else None,
        server_name=app.names[0] if app.names else None,
        interval_s=INTERVAL_S,
    )
    if app.kind == "tcp":
        return made
    secure = bool(app.names)
    target = f"http{'s' if secure else ''}://{made.target}/health"
    return msgspec.structs.replace(made, target=target, path="/health", secure=secure, expect="ok")


def spec_of(model: MachineModel) -> HostSpec:
    """As much of the machine's demands as its probe carries: the check commands."""
    return HostSpec(model.id, model.id, apps=tuple(rule_of(app, None) for app in model.apps))


def run_check(machine: Machine, number: str, now: float) -> list[str]:
    """One run of a check command, in the lines of the probe protocol."""
    checks = [app for app in machine.model.apps if app.kind == "command"]
    if not number.isdecimal() or not 1 <= int(number) <= len(checks):
        return ["! checks - unknown"]
    app = checks[int(number) - 1]
    if app.process not in machine.running:
        return [f"c {number}", "x 2", "o POSTGRES_SIZE CRITICAL: could not connect to server: Connection refused"]
    if machine.stuck_since(app.process) is not None:
        return [f"c {number}", "x 2", "o POSTGRES_SIZE CRITICAL: could not connect to server: timeout expired"]
    used, total = machine.database(app, now)
    connections = 30 + int(20 * machine.level(now)[1])
    text = f"POSTGRES_SIZE OK: settle {used / total:.1%} of {app.size_gb:.0f} GB"
    return [f"c {number}", "x 0", f"o {text} | size={used}B;;;0;{total} connections={connections};180;195;0;200"]


class Notary:
    """Vouches for the fleet's certificates."""

    def __init__(self, papers: Papers, now: float) -> None:
        self._papers, self._now = papers, now
        self._authority: Authority | None = None
        self._contexts: dict[tuple[tuple[str, ...], int], ssl.SSLContext] = {}

    def context(self, names: tuple[str, ...], ending: bool, now: float) -> ssl.SSLContext:
        """A server's context with a certificate for ``names``; ``ending``: one that ends tomorrow."""
        which = (names, int(now // 3600) if ending else -1)
        found = self._contexts.get(which)
        if found is None:
            ends = now + NEAR_END_S if ending else self._now + USUAL_DAYS * DAY_S
            pem = self.authority().server(names, self._now - 8 * DAY_S, ends)
            found = self._contexts[which] = self._papers.server_context(pem)
        return found

    def authority(self) -> Authority:
        """Who signs; made when somebody needs it."""
        if self._authority is None:
            self._authority = Authority("Practice Authority", self._now)
            self._papers.write_authority(self._authority.pem)
        return self._authority


class Applications:
    """Those of one machine."""

    def __init__(self, machine: Machine, notary: Notary) -> None:
        self._machine = machine
        self._notary = notary
        self._at = {app.port: app for app in machine.model.apps if app.port}
        if any(app.names for app in self._at.values()):
            notary.authority()

    def at(self, port: int, now: float) -> Talk | None:
        """What answers at a port of the machine; ``None``: nothing does."""
        app = self._at.get(port)
        after = self._machine.answers_after(app, now) if app is not None else None
        return None if app is None or after is None else partial(self._serve, app, after, now)

    async def _serve(self, app: AppModel, after_s: float, now: float, reader: Any, writer: Any) -> None:
        stream: Stream = Carried(reader, writer, writer.channel)
        try:
            if app.names:
                context = self._notary.context(app.names, app.key in self._machine.ending, now)
                secured = TlsStream(stream, context, None, server=True)
                await secured.handshake()
                stream = secured
            await _answer(app, after_s, stream)
        except (OSError, EOFError, ssl.SSLError, asyncssh.Error):
            pass  # a caller that hangs up, as callers do
        finally:
            writer.close()


async def _answer(app: AppModel, after_s: float, stream: Stream) -> None:
    if app.kind == "tcp":
        await asyncio.sleep(after_s)
        if app.banner:
            await stream.write(f"{app.banner}\r\n".encode())
        while await stream.read(4096):
            pass
        return
    heard = b""
    while b"\r\n\r\n" not in heard and len(heard) < 8192:
        data = await stream.read(4096)
        if not data:
            return
        heard += data
    await asyncio.sleep(after_s)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(_BODY)}\r\n\r\n"
    await stream.write(head.encode() + _BODY)
