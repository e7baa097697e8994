"""Applications asked from the console: real listeners on loopback, each well or unwell in its own way."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from collectors.apps.checks import CheckRoom, HostChecks
from duty.apps import AppTrack
from duty.moment import Moment
from duty.quality import State
from duty.readings import AppReading
from duty.site import AppRule, HostSpec, Limits
from tests.collectors.ssh.conftest import Heard, until
from tests.support.listeners import Office, endless, listening, mute, page, says, swallowing
from tests.support.sshd import free_port

HOST = HostSpec("here", "", local=True)


def rule(kind: str, port: int, **more: Any) -> AppRule:
    secure = bool(more.get("secure"))
    target = f"{'https' if secure else kind}://127.0.0.1:{port}"
    made: dict[str, Any] = {"address": "127.0.0.1", "port": port, "path": "/", "deadline_s": 5.0, **more}
    return AppRule("app", kind, target, **made)  # type: ignore[arg-type]


async def asked(what: AppRule) -> AppReading:
    return await HostChecks(HOST, Heard(), CheckRoom()).check(what)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))


async def test_a_connection_is_enough_where_no_banner_is_wanted() -> None:
    async with listening(mute) as port:
        reading = await asked(rule("tcp", port))
    assert reading.outcome == "answered"
    steps = dict(reading.steps)
    assert set(steps) == {"resolve", "connect", "whole"} and steps["whole"] >= steps["connect"] >= 0


@pytest.mark.parametrize(
    ("talk", "banner", "outcome", "words"),
    [
        (says(b"SGE front 4.2\r\nmore"), "^SGE", "answered", ""),
        (says(b"SGE front 4.2"), "front [[:digit:]]", "answered", ""),
        (says(b"SSH-2.0-x\r\n"), "^SGE", "failed", "says SSH-2.0-x, which does not fit ^SGE"),
        (says(b"\x1b]0;owned\x07\r\n"), "^SGE", "failed", "says ␛]0;owned␇, which"),
        (says(b""), "^SGE", "failed", "closes the connection without an answer"),
        (mute, "^SGE", "failed", "takes the connection, but says nothing within 0.5 s"),
        (endless, "^SGE", "failed", "says xxxxx"),
    ],
)
async def test_banners(talk: Any, banner: str, outcome: str, words: str) -> None:
    async with listening(talk) as port:
        reading = await asked(rule("tcp", port, banner=banner, deadline_s=0.5 if talk is mute else 5.0))
    assert reading.outcome == outcome and words in str(reading.why or "")


async def test_refused_and_unknown_names() -> None:
    reading = await asked(rule("tcp", free_port()))
    assert reading.outcome == "failed" and "refuses the connection" in str(reading.why)
    reading = await asked(rule("tcp", 1, address="no-such-name.invalid"))
    assert reading.outcome == "unable" and "no-such-name.invalid" in str(reading.why)


async def test_an_address_that_swallows_everything_is_a_step_not_taken() -> None:
    with swallowing() as listener:
        reading = await asked(rule("tcp", listener.getsockname()[1], deadline_s=0.4))
    assert reading.outcome == "failed" and "does not take the connection within 0.4 s" in str(reading.why)


@pytest.mark.parametrize(
    ("talk", "more", "outcome", "words"),
    [
        (page("200 OK", b"all ok"), {"expect": "all ok"}, "answered", ""),
        (page("301 Moved"), {}, "answered", ""),
        (page("404 Not Found"), {}, "failed", "answers with status 404 Not Found"),
        (page("404 Not Found"), {"status": (404,)}, "answered", ""),
        (page("200 OK"), {"status": (204,)}, "failed", "answers with status 200 OK"),
        (page("200 OK", b"degraded"), {"expect": "ok"}, "failed", "without the text ok"),
        (says(b"220 mail.example ESMTP\r\n"), {}, "failed", "does not speak HTTP"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nshort"), {}, "failed", "breaks off"),
        (says(b""), {}, "failed", "closes the connection without an answer"),
        (mute, {"deadline_s": 0.5}, "failed", "says nothing within 0.5 s"),
        (says(b"HTTP/1.1 200 OK\r\nX: y", 0), {}, "failed", ""),
    ],
)
async def test_http(talk: Any, more: dict[str, Any], outcome: str, words: str) -> None:
    async with listening(talk) as port:
        reading = await asked(rule("http", port, **more))
    assert reading.outcome == outcome and words in str(reading.why or ""), reading


async def test_an_answer_that_never_ends_is_cut() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10\r\n" + b"y" * 16 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0.001 if writer.transport.get_write_buffer_size() else 0)

    async with listening(drip) as port:
        reading = await asked(rule("http", port, expect="yyyy"))
    assert reading.outcome == "answered"


async def test_the_request_is_one_a_server_understands() -> None:
    heard: list[bytes] = []
    async with listening(page("200 OK", heard=heard)) as port:
        await asked(rule("http", port, path="/health?x=1"))
    assert heard[0].startswith(b"GET /health?x=1 HTTP/1.1\r\n")
    assert f"host: 127.0.0.1:{port}".encode() in heard[0].lower()


Made = Callable[[Office], ssl.SSLContext]


@pytest.mark.parametrize(
    ("made", "more", "verified", "fault", "state"),
    [
        (lambda o: o.context(), {}, True, "", State.OK),
        (lambda o: o.context(ends=0.9), {}, True, "", State.ACT),
        (lambda o: o.context(ends=20), {}, True, "", State.WARN),
        (lambda o: o.context(begins=-9, ends=-1), {}, False, "ended", State.ACT),
        (lambda o: o.context(begins=3), {}, False, "not_yet", State.ACT),
        (lambda o: o.context("other.example"), {}, False, "name", State.ACT),
        (lambda o: o.context("front.sge"), {"server_name": "front.sge"}, True, "", State.OK),
        (lambda o: o.context(), {"ca": None}, False, "issuer", State.WARN),
        (lambda o: o.context("other.example", ends=0.9), {"verify": False}, None, "", State.ACT),
    ],
)
async def test_certificates(
    office: Office, made: Made, more: dict[str, Any], verified: bool | None, fault: str, state: State
) -> None:
    """What it shows is read whether or not it holds up."""
    async with listening(mute, made(office)) as port:
        what = rule("tls", port, **{"ca": str(office.ca), "cert_days": Limits(30, 7), **more})
        reading = await asked(what)
    assert reading.outcome == "answered" and reading.certificate is not None, reading
    shown = reading.certificate
    assert (shown.verified, shown.fault, shown.issuer) == (verified, fault, "Practice Authority")
    track = AppTrack(what, Moment(office.now, 0.0))
    track.see(reading, Moment(office.now, 1.0))
    view = track.view(Moment(office.now, 1.0), None)
    assert view.state is state and view.cert_days is not None
    assert set(dict(reading.steps)) == {"resolve", "connect", "tls", "whole"}


async def test_a_certificate_signed_by_itself(office: Office, tmp_path: Path) -> None:
    key = tmp_path / "signed-by-itself.pem"
    key.write_bytes(office.authority.own())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(key)
    async with listening(mute, context) as port:
        reading = await asked(rule("tls", port))
    assert reading.certificate is not None and reading.certificate.fault == "self_signed"


async def test_https_says_both_page_and_certificate(office: Office) -> None:
    async with listening(page("503 Down"), office.context(ends=1)) as port:
        reading = await asked(rule("http", port, secure=True, ca=str(office.ca)))
    assert reading.outcome == "failed" and "503" in str(reading.why)
    assert reading.certificate is not None and reading.certificate.verified


@pytest.mark.parametrize(
    ("talk", "words"),
    [
        (mute, "no TLS handshake is done within 0.5 s"),
        (says(b"220 not tls\r\n"), "fails in the TLS handshake"),
        (says(b""), "closes the connection without an answer"),
    ],
)
async def test_what_is_no_tls(talk: Any, words: str) -> None:
    async with listening(talk) as port:
        reading = await asked(rule("tls", port, deadline_s=0.5))
    assert reading.outcome == "failed" and words in str(reading.why), reading


async def test_an_authorities_file_that_is_not_there_is_no_fault_of_the_application(tmp_path: Path) -> None:
    async with listening(mute) as port:
        reading = await asked(rule("tls", port, ca=str(tmp_path / "none.pem")))
    assert reading.outcome == "unable" and "none.pem" in str(reading.why)


async def test_a_check_that_hangs_costs_its_own_cell_only() -> None:
    heard = Heard()
    checks = HostChecks(HOST, heard, CheckRoom())
    async with listening(mute) as port:
        slow = rule("tcp", port, banner="x", deadline_s=30.0)
        assert checks.ask(slow) and not checks.ask(slow), "one of a kind at a time"
        for number in range(3):
            quick = AppRule(f"quick-{number}", "tcp", "", address="127.0.0.1", port=port)
            assert checks.ask(quick)
        await until(lambda: len(heard.sections.get("here", ())) == 3)
        assert {r.key for r in heard.sections["here"] if isinstance(r, AppReading)} == {"quick-0", "quick-1", "quick-2"}
        checks.cancel()
        await until(lambda: not checks._running)


# --- commands --------------------------------------------------------------------------------------------------------


def command(*argv: str, deadline_s: float = 10.0) -> AppRule:
    return AppRule("check", "command", " ".join(argv), argv=argv, from_console=True, deadline_s=deadline_s)


async def test_a_plugin_s_words_numbers_and_exit() -> None:
    reading = await asked(command("sh", "-c", "echo 'DB WARNING|size=5MB;;;0;10'; echo more; exit 1"))
    assert (reading.outcome, reading.exit, reading.text, reading.detail) == ("answered", 1, "DB WARNING", "more")
    assert reading.perf[0].maximum == 10 * 2**20 and dict(reading.steps)["whole"] > 0


async def test_words_are_words_and_no_shell_reads_them(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    reading = await asked(command("echo", f"$(touch {trap})", "`id`", "; id", "|", "a b"))
    assert reading.text == f"$(touch {trap}) `id` ; id" and not trap.exists()


async def test_a_command_that_is_missing_or_dies() -> None:
    assert (await asked(command("/no/such/plugin"))).outcome == "unable"
    reading = await asked(command("sh", "-c", "kill -9 $$"))
    assert (reading.outcome, reading.exit) == ("answered", 137)


@contextlib.asynccontextmanager
async def counted(mark: str) -> AsyncIterator[Callable[[], int]]:
    import psutil

    def count() -> int:
        found = 0
        for process in psutil.process_iter(["cmdline"]):
            found += mark in " ".join(process.info["cmdline"] or ())
        return found

    yield count


async def test_at_its_deadline_a_command_is_ended_with_all_it_started() -> None:
    async with counted("86421") as count:
        reading = await asked(command("sh", "-c", "sleep 86421 & sleep 86421 & wait", deadline_s=0.5))
        assert reading.outcome == "unable" and "did not end within 0.5 s" in str(reading.why)
        await until(lambda: count() == 0)


async def test_endless_output_is_cut_and_ended() -> None:
    reading = await asked(command("sh", "-c", "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyy; done", deadline_s=1.0))
    assert reading.outcome == "unable"
