"""The watch as a real process: how it starts, how it ends, and what is left when it is killed."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from pathlib import Path

import psutil
import pytest

from config.paths import prepare
from duty.alarm_def import AlarmKey
from duty.alarm_states import AlarmState
from duty.quality import Quality, State
from duty.records import IncidentState, Subject
from tests.support.hanging_mount import hanging
from tests.support.screens import BareScreen, until
from tests.support.watches import QUICK, ROOT, SITE, Watch, all_ended, watching
from wire.alarms import AcknowledgeAlarms, AlarmsChanged, Seen
from wire.doorway import held
from wire.messages import (
    BoardUpdate,
    Farewell,
    IncidentChanged,
    LogWritten,
    ReloadSite,
    Reply,
    TakeIncident,
    Welcome,
    WriteLog,
)


@pytest.fixture
def site(own_world: Path) -> Path:
    path = own_world / "desk" / "watchkeeper.toml"
    path.parent.mkdir()
    path.write_text(SITE)
    prepare(Watch(path).places)
    return path


def first(screen: BareScreen) -> Welcome:
    return next(message for message in screen.heard if isinstance(message, Welcome))


async def reply(screen: BareScreen) -> Reply:
    return await screen.hear(Reply)


async def board_until(screen: BareScreen, holds: object) -> BoardUpdate:
    assert callable(holds)
    async with asyncio.timeout(30):
        while not holds(board := await screen.draw()):
            pass
    return board


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_ends_it_cleanly(site: Path, number: signal.Signals) -> None:
    async with watching(site) as watch:
        screen = await watch.screen()
        await board_until(screen, lambda board: any(host.disks for host in board.hosts))
        family = watch.family()
        assert watch.process is not None
        watch.process.send_signal(number)
        farewell = await screen.hear(Farewell)
        assert str(farewell.why) == f"the watch was told to end ({number.name})"
        assert await screen.hung_up()
        assert await watch.ended() == (0, "")
        assert not watch.socket.exists() and not held(watch.socket)
        await all_ended(family)
        assert not watch.store.with_name(watch.store.name + "-wal").exists(), "the database was closed"
        lines = said(watch.store)
        assert lines[0].startswith("the watch begins") and lines[-1].startswith("the watch was told to end")


def said(store: Path) -> list[str]:
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        found = [row[0] for row in database.execute("SELECT said_english FROM log_entry ORDER BY seq")]
    database.close()
    return [str(one) for one in found]


async def test_nohup_is_respected(site: Path) -> None:
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    async with watching(site, code=code) as watch:
        screen = await watch.screen()
        assert watch.process is not None
        watch.process.send_signal(signal.SIGHUP)
        screen.say(WriteLog(1, "still here"))
        assert (await reply(screen)).ok


async def test_a_second_watch_is_refused_names_the_first_and_touches_nothing(site: Path) -> None:
    async with watching(site) as watch:
        screen = await watch.screen()
        async with watching(site) as second:
            code, words = await second.ended()
            assert watch.process is not None
            assert code == 4 and f"process {watch.process.pid}" in words
        screen.say(WriteLog(1, "still here"))
        assert (await reply(screen)).ok
        assert [line for line in said(watch.store) if line.startswith("the watch")] == [
            "the watch begins: Desk, 1 hosts"
        ]


async def test_it_ends_when_the_last_screen_leaves_unless_it_is_to_stay(
    site: Path,
) -> None:
    async with watching(site, "--until-alone") as watch:
        one, two = await watch.screen(), await watch.screen()
        assert not first(one).stays and first(two).attached == (first(one).who,)
        await one.leave()
        await asyncio.sleep(0.5)
        two.say(WriteLog(1, "alone"))
        assert (await reply(two)).ok, "one screen is left"
        await two.leave()
        assert await watch.ended() == (0, "")
        lines = said(watch.store)
        assert lines[-1].startswith("the last screen has left")
        assert sum("a screen attaches" in line for line in lines) == 2
        assert sum(line.endswith("leaves") for line in lines) == 1, "of the last the end of the watch tells"
    async with watching(site) as staying:
        screen = await staying.screen()
        assert first(screen).stays
        await screen.leave()
        await asyncio.sleep(0.5)
        assert await (await staying.screen()).draw()


async def test_who_only_asks_is_no_screen(site: Path) -> None:
    """``status`` and the start itself greet the watch: its patience for a first screen is not used up by that."""
    async with watching(site, "--until-alone") as watch:
        await (await watch.screen(who="")).leave()
        await asyncio.sleep(0.5)
        assert watch.process is not None and watch.process.poll() is None
        await (await watch.screen()).leave()
        assert await watch.ended() == (0, "")


async def test_killed_and_started_again_it_goes_on_with_what_was_open(site: Path) -> None:
    site.write_text(SITE + 'processes = [{ key = "gateway", name = "wk-no-such-gateway" }]\n')
    async with watching(site) as watch:
        screen = await watch.screen()
        opened = (await screen.hear(IncidentChanged)).incident
        assert opened.automatic and opened.active and opened.subject.key == "gateway"
        screen.say(TakeIncident(1, opened.id))
        assert (await reply(screen)).ok
        screen.say(WriteLog(2, "before the kill"))
        entry = (await reply(screen)).log[0]
        family = watch.family()
        watch.kill()
        assert await screen.hung_up()
        await all_ended(family)
        assert watch.socket.exists(), "the file of a killed watch is there, and in nobody's way"
        watch.start()
        again = await watch.screen()
        (incident,) = first(again).incidents
        assert (incident.id, incident.state, incident.owner) == (opened.id, IncidentState.ACCEPTED, first(again).who)
        assert incident.active and incident.count == opened.count
        assert entry in first(again).log
        again.say(WriteLog(3, "after the kill"))
        assert (await reply(again)).log[0].seq > entry.seq
        await board_until(again, lambda board: board.hosts and board.hosts[0].state is State.ACT)
        assert not [one for one in again.heard if isinstance(one, IncidentChanged)], "it is the same incident"


async def test_a_bad_site_file_leaves_the_old_one_in_force_and_says_so(site: Path) -> None:
    async with watching(site) as watch:
        screen = await watch.screen()
        await board_until(screen, lambda board: board.hosts and board.hosts[0].samples > 0)
        site.write_text(SITE + "labell = 'x'\nrole = 'none'\n")
        screen.say(ReloadSite(1))
        answer = await reply(screen)
        assert not answer.ok and "2 problems" in str(answer.why)
        assert len(answer.problems) == 2 and f"{site}:8: hosts.me.labell" in answer.problems[0]
        seen = await board_until(screen, lambda board: board.site.config_error is not None)
        assert seen.site.config_error == answer.why and seen.site.name == "Desk"
        await board_until(screen, lambda board: board.hosts and board.hosts[0].samples > 5)  # watching goes on
        site.write_text(SITE.replace("Desk", "Other desk") + "label = '台'\n")
        screen.say(ReloadSite(2))
        assert (await reply(screen)).ok
        good = await board_until(screen, lambda board: board.site.name == "Other desk")
        assert good.site.config_error is None and good.hosts[0].label == "台" and good.hosts[0].samples > 0
        texts = [str(one.entry.said) for one in screen.heard if isinstance(one, LogWritten) and one.entry.said]
        assert [text.split(":")[0] for text in texts if text.startswith(("the site file", "site file"))] == [
            "the site file has 2 problems; the one before stays in force",
            "site file read",
        ]


async def test_a_file_that_has_gone_is_a_bad_one(site: Path) -> None:
    async with watching(site) as watch:
        screen = await watch.screen()
        site.unlink()
        screen.say(ReloadSite(1))
        answer = await reply(screen)
        assert not answer.ok and len(answer.problems) == 1 and str(site) in answer.problems[0]


async def test_a_store_that_is_no_database_does_not_keep_the_watch_from_watching(site: Path) -> None:
    watch = Watch(site)
    watch.store.mkdir()
    async with watching(site) as watch:
        screen = await watch.screen()
        seen = await board_until(screen, lambda board: board.hosts and board.hosts[0].samples > 0)
        assert seen.site.store_error is not None
        assert watch.process is not None
        watch.process.terminate()
        await screen.hear(Farewell)
        code, _ = await watch.ended()
        assert code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [("[site]\n", "site.name"), ("[site\n", ":1:"), (SITE + "locla = true\n", "locla")],
)
async def test_a_bad_site_file_at_the_start_is_listed_and_ends_with_2(site: Path, text: str, words: str) -> None:
    site.write_text(text)
    async with watching(site) as watch:
        code, told = await watch.ended()
        assert code == 2 and words in told and str(site) in told and "Traceback" not in told
        assert not held(watch.socket) and not watch.socket.exists()


async def test_a_place_it_cannot_listen_at_is_said(site: Path) -> None:
    watch = Watch(site)
    watch.socket.write_text("in the way")
    async with watching(site) as watch:
        code, told = await watch.ended()
        assert code == 2 and "not a socket" in told
        assert watch.socket.read_text() == "in the way" and not watch.store.exists()


async def test_the_practice_fleet_goes_with_its_watch() -> None:
    prepare(Watch(None).places)
    async with watching(None, "--practice-hosts", "1") as watch:
        screen = await watch.screen()
        board = await board_until(screen, lambda board: len(board.hosts) > 1)
        assert board.site.practice
        screen.say(ReloadSite(1))
        assert "no file" in str((await reply(screen)).why)
        fleet = [one for one in watch.family() if "practice" in one.cmdline()]
        folders = [word for one in fleet for word in one.cmdline() if "watchkeeper-practice-" in word]
        assert len(fleet) == len(folders) == 1 and Path(folders[0]).is_dir()
        assert watch.process is not None
        watch.process.terminate()
        await screen.hear(Farewell)
        assert (await watch.ended())[0] == 0
        assert all(not one.is_running() for one in fleet) and not Path(folders[0]).exists()
        watch.start()
        again = await watch.screen()
        await again.draw()
        family = watch.family()
        folders = [word for one in family for word in one.cmdline() if "watchkeeper-practice-" in word]
        watch.kill()
        await all_ended(family)
        await until(lambda: not Path(folders[0]).exists())


async def test_told_to_end_while_it_starts_it_ends(site: Path) -> None:
    slow = (
        "import asyncio, watch.service as s\nasync def never(*_):\n    print('starting', flush=True)\n"
        "    await asyncio.sleep(600)\ns.first_site = never\n"
    )
    async with watching(site, code=slow) as watch:
        assert watch.process is not None and watch.process.stdout is not None
        assert await asyncio.to_thread(watch.process.stdout.readline) == "starting\n"
        assert held(watch.socket)
        watch.process.terminate()
        assert await watch.ended() == (0, "")
        assert not held(watch.socket) and not watch.socket.exists()


SLOW_TO_LOAD = """
import pathlib, time, watch.service as s
load = s.load_feeds
def slowly():
    while not pathlib.Path({gate!r}).exists():
        time.sleep(0.01)
    load()
s.load_feeds = slowly
"""


async def test_screens_are_let_in_before_it_can_speak_with_hosts_and_what_they_ask_for_waits(site: Path) -> None:
    gate = site.with_name("gate")
    async with watching(site, code=SLOW_TO_LOAD.format(gate=str(gate))) as watch:
        screen = await watch.screen()
        board = await screen.draw()
        assert board.full and [(host.id, host.quality, host.state) for host in board.hosts] == [
            ("me", Quality.NEVER, State.UNKNOWN)
        ]
        assert [str(entry.said) for entry in first(screen).log] == [], "its own beginning is not recorded yet"
        screen.say(WriteLog(1, "early"))
        screen.say(ReloadSite(2))
        assert str((await screen.hear(LogWritten)).entry.said) == "the watch begins: Desk, 1 hosts"
        assert not any(isinstance(message, Reply) for message in screen.heard)
        gate.touch()
        assert (await reply(screen)).ok and (await reply(screen)).ok
        await board_until(screen, lambda board: any(host.quality is Quality.GOOD for host in board.hosts))


async def test_told_to_end_while_it_loads_what_speaks_with_hosts_it_ends(site: Path) -> None:
    async with watching(site, code=SLOW_TO_LOAD.format(gate=str(site.with_name("gate")))) as watch:
        await (await watch.screen()).draw()
        assert watch.process is not None
        watch.process.terminate()
        assert await watch.ended() == (0, "")
        assert not held(watch.socket) and said(watch.store)[-1].startswith("the watch was told to end")


async def test_what_it_dies_of_is_said_to_every_screen(site: Path) -> None:
    bug = (
        "import asyncio, watch.engine as e\n"
        "async def broken(self):\n    await asyncio.sleep(1.0)\n    raise ZeroDivisionError('a bug')\n"
        "e.Engine._beat = broken\n"
    )
    async with watching(site, code=bug) as watch:
        screen = await watch.screen()
        assert "a bug" in str((await screen.hear(Farewell)).why)
        code, told = await watch.ended()
        assert code not in (0, 2) and "ZeroDivisionError" in told
        assert not watch.socket.exists()


@pytest.mark.parametrize("emulated", [True, False], ids=["emulated", "real"])
async def test_a_hanging_mount_is_shown_and_does_not_keep_it_from_ending(site: Path, emulated: bool) -> None:
    folder = site.parent / "served"
    folder.mkdir()
    before, preamble = hanging(folder, emulated=emulated)
    preamble = QUICK + "import collectors.local_mounts as m; m.DEADLINE_S = 0.5\n" + preamble
    watch = Watch(site, code=preamble)
    site.write_text(SITE + f'disks = ["*", "{folder}"]\n')
    hang = Path(f"{folder}.hang")
    outer = await asyncio.create_subprocess_exec(*before, *watch.command, "watch", cwd=ROOT)
    try:
        screen = await watch.screen()

        def condition(board: BoardUpdate) -> str:
            return next((d.condition for host in board.hosts for d in host.disks if d.mount == str(folder)), "")

        await board_until(screen, lambda board: condition(board) == "ok")
        hang.touch()
        hung = await board_until(screen, lambda board: condition(board) == "hanging")
        disks = {disk.mount: disk for host in hung.hosts for disk in host.disks}
        assert disks["/"].condition == "ok" and disks["/"].used_percent is not None
        assert "does not answer for" in str(disks[str(folder)].why[0])
        assert not [one for host in hung.hosts for one in host.sections if one.state is not State.OK]
        psutil.Process(first(screen).watch_pid).terminate()
        await screen.hear(Farewell)
        async with asyncio.timeout(20):
            assert await outer.wait() == 0
        assert not held(watch.socket)
    finally:
        hang.unlink(missing_ok=True)
        if outer.returncode is None:
            outer.kill()
            await outer.wait()


async def test_from_a_fault_to_the_alarm_on_every_screen_and_over_a_kill(site: Path) -> None:
    """The whole way: a reading, the alarm, the store, the door; an acknowledgement back, and a watch that is killed."""
    site.write_text(SITE + 'processes = [{ key = "gateway", name = "wk-no-such-gateway" }]\n')
    key = AlarmKey(Subject("me", "process", "gateway"), "process.missing")
    async with watching(site) as watch:
        one, two = await watch.screen(), await watch.screen()
        assert first(one).alarms.alarms == ()
        changed = await one.hear(AlarmsChanged)
        while not changed.events:
            changed = await one.hear(AlarmsChanged)
        (alarm,), (event,) = changed.alarms, changed.events
        assert (alarm.key, alarm.state, event.announced) == (key, AlarmState.UNACKNOWLEDGED, True)
        assert changed.load is not None and changed.load.per_window == 1
        two.say(AcknowledgeAlarms(1, (Seen(key, alarm.event),), "restarting it"))
        assert (await reply(two)).ok
        while changed.alarms[0].state is not AlarmState.ACKNOWLEDGED:
            changed = await one.hear(AlarmsChanged)
        one.say(AcknowledgeAlarms(2, (Seen(key, alarm.event),)))
        answer = await reply(one)
        assert not answer.ok and [refusal.key for refusal in answer.refusals] == [key]
        assert str(answer.why).startswith("acknowledged already by")
        family = watch.family()
        watch.kill()
        await all_ended(family)
        watch.start()
        again = await watch.screen()
        (held,) = first(again).alarms.alarms
        assert (held.key, held.state, held.event) == (key, AlarmState.ACKNOWLEDGED, alarm.event)
        await board_until(again, lambda board: board.hosts and board.hosts[0].state is State.ACT)
        again.say(WriteLog(3, "after the kill"))
        assert (await reply(again)).ok
        told = [event for one in again.heard if isinstance(one, AlarmsChanged) for event in one.events]
        assert told == [], "nothing is announced twice"
        assert len([line for line in said(watch.store) if line.startswith("alarm process.missing")]) == 2
