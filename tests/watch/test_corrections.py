"""A line put right and a line that comes late, from what a screen asks to what is kept and told."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from duty.corrections import is_late
from duty.records import LogKind, Move, NewLogEntry, Ref, Refused, Subject
from duty.site import SiteSpec
from tests.support.feeds import HandClock
from tests.support.watches import watching
from watch.alarm_desk import AlarmDesk
from watch.commands import Commands
from watch.recorder import Event, Recorder
from watch.records import Records
from wire.messages import CorrectLog, LogWritten, MoveIncident, OpenIncident, Reply, WriteLog

LOGIN = "pts/3 4711"


def ignored(*_: object) -> None:
    """Nobody listens."""


async def never(*_: object) -> Any:
    raise AssertionError


class Desk:
    def __init__(self, recorder: Recorder, records: Records, clock: HandClock, told: list[Event]) -> None:
        self.recorder, self.records, self.clock, self.told = recorder, records, clock, told
        engine: Any = SimpleNamespace(runs={}, desk=AlarmDesk(SiteSpec("s", "UTC", None, (), ""), ignored, ignored))
        self.commands = Commands(engine, recorder, clock, reload=never, keep_key=never)

    async def say(self, command: Any, who: str = "wang") -> Any:
        reply = await self.commands.do(who, command, LOGIN)
        assert reply.ok
        return reply.log[0] if reply.log else reply


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    clock = HandClock()
    records = await Records.open(tmp_path / "records.sqlite", clock)
    told: list[Event] = []
    recorder = Recorder(records, told.append)
    await recorder.load()
    yield Desk(recorder, records, clock, told)
    await records.close()


async def test_i4_both_lines_stand_and_know_of_each_other(desk: Desk) -> None:
    wrong = await desk.say(WriteLog(1, "restarted gateway 03", Subject("gw")))
    right = await desk.say(CorrectLog(2, wrong.seq, "restarted gateway 05", "typed the wrong number"), "li")
    assert (right.supersedes, right.actor, right.session, right.subject) == (wrong.seq, "li", LOGIN, Subject("gw"))
    newest, original = await desk.records.read_log()
    assert (original.text, original.corrected_by) == ("restarted gateway 03", newest.seq)
    assert newest.text == "restarted gateway 05" and newest.corrected_by is None
    assert [(entry.seq, entry.corrected_by) for entry in desk.recorder.recent] == [(2, None), (1, 2)]
    events = [event.entry.seq for event in desk.told if isinstance(event, LogWritten)]
    assert events == [1, 2]


async def test_what_was_corrected_is_corrected_again_at_its_correction(desk: Desk) -> None:
    await desk.say(WriteLog(1, "gateway 03"))
    await desk.say(CorrectLog(2, 1, "gateway 05", "wrong number"))
    with pytest.raises(Refused, match="corrected already, by line 2"):
        await desk.say(CorrectLog(3, 1, "gateway 07", "wrong again"))
    await desk.say(CorrectLog(4, 2, "gateway 07", "wrong again"))
    assert [entry.corrected_by for entry in await desk.records.read_log()] == [None, 3, 2]


async def test_two_who_correct_one_line_at_once_leave_one_correction(desk: Desk) -> None:
    await desk.say(WriteLog(1, "gateway 03"))
    both = await asyncio.gather(
        desk.say(CorrectLog(2, 1, "gateway 05", "x"), "wang"),
        desk.say(CorrectLog(2, 1, "gateway 06", "y"), "li"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["LogEntry", "Refused"]
    assert len(await desk.records.read_log()) == 2


async def test_the_watchs_own_lines_and_lines_that_are_not_there_are_not_corrected(desk: Desk) -> None:
    await desk.recorder.write(NewLogEntry(LogKind.WATCH, "", 5.0, text=""))
    for seq, why in ((1, "only what a person wrote"), (99, "no line 99")):
        with pytest.raises(Refused, match=why):
            await desk.say(CorrectLog(1, seq, "x", "y"))
    await desk.say(WriteLog(1, "mine"))
    with pytest.raises(Refused, match="needs its reason"):
        await desk.say(CorrectLog(1, 2, "x", "  "))
    with pytest.raises(Refused, match="nothing was written"):
        await desk.say(CorrectLog(1, 2, " ", "y"))


async def test_i5_a_late_line_has_both_times(desk: Desk) -> None:
    now = desk.clock.now().wall
    late = await desk.say(WriteLog(1, "seen at the rack", event_at=now - 3600))
    assert (late.event_at, late.entered_at) == (now - 3600, now) and is_late(late)
    assert not is_late(await desk.say(WriteLog(2, "now")))
    assert not is_late(await desk.say(WriteLog(3, "a minute ago", event_at=now - 60)))
    for wrong in (now + 60, math.inf, math.nan, -1.0):
        with pytest.raises(Refused, match="not come yet"):
            await desk.say(WriteLog(4, "x", event_at=wrong))


async def test_the_login_is_in_every_line_of_a_person(desk: Desk) -> None:
    await desk.say(OpenIncident(1, "slow", 3))
    await desk.say(MoveIncident(2, 1, Move.TAKEN))
    lines = await desk.records.read_log()
    assert [(line.kind, line.session) for line in lines] == [(LogKind.INCIDENT, LOGIN)] * 2
    assert [ref.kind for line in lines for ref in line.refs] == ["move"] * 2


async def test_a_file_is_named_by_its_digest_or_not_at_all(desk: Desk) -> None:
    good = Ref("file", "a\x1b[2J.png", "ab" * 32, 5)
    line = await desk.say(WriteLog(1, "see", files=(good,)))
    assert line.refs == (Ref("file", "a␛[2J.png", "ab" * 32, 5),)
    for bad in (Ref("file", "x", "../../etc/passwd", 5), Ref("move", "1", "ab" * 32), Ref("file", "x", "AB" * 32, 5)):
        with pytest.raises(Refused, match="SHA-256"):
            await desk.say(WriteLog(2, "see", files=(bad,)))
    with pytest.raises(Refused, match="more than 16"):
        await desk.say(WriteLog(3, "see", files=(good,) * 17))


async def test_a_real_screen_corrects_its_line_and_its_login_is_the_kernels(own_world: Path) -> None:
    site = own_world / "site.toml"
    site.write_text('[site]\nname = "Desk"\n[hosts.me]\nlocal = true\n')
    async with watching(site, "--until-alone") as watch:
        screen = await watch.screen()
        screen.say(WriteLog(1, "gateway 03"))
        wrong = (await screen.hear(Reply)).log[0]
        screen.say(CorrectLog(2, wrong.seq, "gateway 05", "wrong number"))
        right = (await screen.hear(Reply)).log[0]
        assert right.supersedes == wrong.seq
        assert right.session == wrong.session != ""
        await screen.leave()
