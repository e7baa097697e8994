"""The plain mode before a watch that says exactly what a test wants: every sentence, and what may never be said."""

from __future__ import annotations

from pathlib import Path

import msgspec

from duty.board import ProcessView
from duty.incident_details import Cause, Resolution, Review
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Move, Subject
from tests.support.fake_watch import FakeWatch
from tests.support.screens import until
from tests.tui.app.alarm_scene import LINE, acknowledged, set_scene
from tests.tui.app.sites import AWAY, NOW, WELL, host, watch_at
from tests.tui.plain.conftest import hears
from tui.plain.incident_orders import CAUSES
from wire.alarms import Seen
from wire.messages import CorrectLog
from wire.words import speak

HOSTILE = "\x1b[31mred\x07 \u202eevil\x9b2J\nnext"


async def test_the_summary_says_the_site_the_hosts_what_is_wrong_and_the_incidents(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("PRACTICE. Site Practice, 2027-01-15 16:00:00 Asia/Shanghai.")
        await heard.says("Hosts: 3 good, 0 late, 0 stale, 1 unreachable, 0 unread.")
        await heard.says("Things not well: ")
        assert heard.lines[:2] == [
            "application web on local: act: the certificate ends in 20 h (limit 7 d).",
            "process orderd on ogw1: act: 0 of 1 running.",
        ]
        await heard.says("Open incidents: 1, taken by nobody: 1.")
        await heard.says("Incident 1, level 2, open, for 0 s, the fault still holds: process orderd is missing.")
        await heard.says("help lists")
        assert watch.drawn, "the next board may come"


async def test_a_change_is_a_sentence_for_the_worse_and_for_the_better(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        lame = ProcessView("quoted", State.ACT, (phrase("not running"),), 0, "1")
        watch.change(msgspec.structs.replace(WELL, state=State.ACT, processes=(lame,)))
        assert (await heard.says("Worse"))[8:] == " Worse: process quoted on qgw1 is act, was well: not running."
        watch.change(WELL)
        assert (await heard.says("Better"))[8:] == " Better: process quoted on qgw1 is well, was act."
        watch.change(msgspec.structs.replace(WELL, cpu_percent=13.0))
        watch.change(msgspec.structs.replace(AWAY, state=State.ACT))
        assert await heard.asked("quiet") == ["Quiet: only a lost watch is told; speak ends this."]


async def test_a_host_that_is_lost_is_one_sentence_and_what_it_had_is_compared_when_it_is_back(
    watch: FakeWatch,
) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        lost = msgspec.structs.replace(
            WELL, state=State.ACT, quality=Quality.UNREACHABLE, why=(phrase("the port is closed"),)
        )
        watch.change(lost)
        assert (await heard.says("Worse"))[8:] == " Worse: qgw1 is unreachable, was well: the port is closed."
        worse = ProcessView("quoted", State.WARN, (phrase("started {seconds} s ago", seconds=3),), 1, "1")
        watch.change(msgspec.structs.replace(WELL, state=State.WARN, processes=(worse,)))
        await heard.says("Worse: process quoted on qgw1 is warning, was well: started 3 s ago.")
        await heard.says("Better: qgw1 is well, was unreachable.")


async def test_incidents_and_the_log_are_told_and_what_was_done_here_only_once(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        watch.move(2, Move.OPENED, "zhang", "feed slow", level=3, subject=Subject("qgw1", "host", "qgw1"))
        await heard.says("Incident 2 opened by zhang, level 3: feed slow.")
        assert await heard.asked("take 1") == ["Incident 1 is yours."]
        watch.move(1, Move.RETURNED, "", automatic=True)
        await heard.says("Incident 1: well again, a person has to close it: process orderd is missing.")
        assert await heard.asked("resolve 1 gremlins x") == [f"Say the cause first, one of {CAUSES}."]
        assert await heard.asked("resolve 1 software  restarted it") == ["Written: incident 1."]
        assert await heard.asked("close 1") == ["incident 1 is of level 2: it is reviewed before it is closed"]
        assert await heard.asked("review 1 it died | a leak | theirs | no") == ["Written: incident 1."]
        (alone,) = await heard.asked("close 1  over")
        assert alone == "incident 1 is of level 2 and you resolved it: another person closes it"
        watch.move(1, Move.REOPENED, "zhang", "mine")
        watch.move(1, Move.TAKEN, "zhang")
        watch.move(1, Move.RESOLVED, "zhang", "restarted it", details=Resolution(Cause.SOFTWARE))
        watch.move(1, Move.REVIEWED, "zhang", details=Review("it died", "a leak"))
        await heard.says("Incident 1 reviewed by zhang.")
        assert await heard.asked("close 1  over") == ["Incident 1 is closed."]
        assert watch.incidents[1].last_note == "over" and watch.incidents[1].cause is Cause.SOFTWARE
        assert await heard.asked("reopen 1 it is back") == ["Written: incident 1."]
        assert await heard.asked("level 1 1") == ["Written: incident 1."]
        assert await heard.asked("level 1 3 only one desk") == [
            "only a lead lowers a level, and the site file names none"
        ]
        assert await heard.asked("link 1 change T-7712") == ["Written: incident 1."]
        assert await heard.asked("report 1 the exchange") == ["Written: incident 1."]
        assert await heard.asked("merge 1 2") == ["Written: incident 1."]
        assert await heard.asked("note phone of the exchange engaged") == ["Written in the duty log."]
        assert watch.log[0].text == "phone of the exchange engaged"
        watch.write("relief is here", "zhang")
        assert (await heard.says("relief"))[8:] == " Duty log: zhang: relief is here."
        watch.move(2, Move.TAKEN, "zhang")
        await heard.says("Incident 2 taken by zhang: feed slow.")


async def test_numbers_are_those_of_incidents_and_nothing_else_is_done(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        for line, said in {
            "take": "Say which incident by its number: take 12.",
            "take first": "first is not the number of an incident: take 12.",
            "close -1 x": "-1 is not the number of an incident: close 12 ….",
            "take 77": "there is no incident 77",
        }.items():
            assert await heard.asked(line) == [said]
        assert [type(command).__name__ for command in watch.commands] == ["TakeIncident"]


async def test_a_host_by_name_label_or_beginning(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        told = await heard.asked("host qgw1")
        assert told[0].startswith("qgw1, qgw1 label gateway trading: well since ")
        assert "process quoted on qgw1: well. 1 of 1 running, CPU 3.0 %, memory 50.0 MiB." in told
        assert await heard.asked("host QGW") == told == await heard.asked("host qgw1 label")
        assert await heard.asked("host nowhere") == ["There is no host nowhere; host alone lists them."]
        assert await heard.asked("host") == ["Hosts: qgw1, ogw1, risk1, local."]
        watch.change(host("qgw2"))
        await until(lambda: "qgw2" in heard.speaker.picture.hosts)
        assert await heard.asked("host qg") == ["qg may be: qgw1, qgw2."]


async def test_a_flood_is_one_sentence(watch: FakeWatch) -> None:
    many = tuple(ProcessView(f"p{n}", State.OK, (), 1, "1") for n in range(50))
    watch.hosts["big"] = host("big", processes=many)
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        lame = tuple(ProcessView(one.key, State.ACT, (phrase("not running"),), 0, "1") for one in many)
        watch.change(host("big", state=State.ACT, processes=lame))
        said = await heard.says("Much at once; got worse: 50.")
        assert said.count("not running") == 3 and heard.lines == []


async def test_quiet_is_quiet_but_for_the_watch_itself(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        await heard.asked("quiet")
        watch.write("nobody hears this", "zhang")
        watch.hang_up()
        await heard.says("CONNECTION TO THE WATCH LOST: the watch has closed the connection.")
        await heard.says("PRACTICE")  # it is back
        await heard.says("Open incidents")
        told = await heard.asked("speak")
        assert told[0] == "Changes are told." and "nobody hears this" in " ".join(told)


async def test_what_is_told_later_has_the_time_at_which_it_was_heard(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        await heard.asked("quiet")
        watch.write("phone rang", "zhang")
        await until(lambda: heard.speaker.picture.log[0].text == "phone rang")
        watch.clock = lambda: NOW + 3600
        watch.change(WELL)
        await until(lambda: heard.speaker.picture.now >= NOW + 3600)
        assert await heard.asked("speak") == ["Changes are told.", "16:00:00 Duty log: zhang: phone rang."]


async def test_without_a_watch_it_says_so_and_ends(own_world: Path) -> None:
    async with hears(watch_at(own_world / "none")) as heard:
        assert await heard.task == 3
        assert "no watch at" in heard.speaker.parting_words and heard.lines == []


async def test_a_lost_watch_is_said_once_and_commands_are_refused(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        await watch.stop()
        await heard.says("CONNECTION TO THE WATCH LOST")
        assert await heard.asked("take 1") == ["there is no watch to ask just now"]
        assert "NO WATCH since 16:00:00: what is said is old." in await heard.asked("status")


async def test_hostile_text_is_said_harmless_and_on_one_line(watch: FakeWatch) -> None:
    evil = ProcessView(HOSTILE, State.ACT, (phrase("{text}", text=HOSTILE),), 0, "1")
    watch.hosts["evil"] = host("evil", label=HOSTILE, state=State.ACT, processes=(evil,))
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        watch.write(HOSTILE, HOSTILE)
        await heard.says("Duty log")
        lines = [*await heard.asked("status"), *await heard.asked("host evil"), *await heard.asked("log")]
        lines += await heard.asked(f"host {HOSTILE}")
        assert any("evil" in line for line in lines)
        assert all(line.isprintable() for line in lines)


async def test_what_was_typed_before_the_end_is_answered(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        for line in ("incidents", "", "  LOG  ", None):
            heard.typed.put_nowait(line)
        assert await heard.task == 0
        await heard.says("Open incidents")
        await heard.says("shift taken over")


async def test_leaving_asks_where_the_watch_ends_with_it(watch: FakeWatch) -> None:
    watch.stays = False
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        assert (await heard.asked("quit"))[-1] == "Type quit again to leave."
        heard.typed.put_nowait("quit")
        assert await heard.task == 0
    watch.stays = True
    async with watch, hears(watch) as heard:
        heard.typed.put_nowait("quit")
        assert await heard.task == 0


async def test_every_command_is_explained_and_chinese_is_spoken(watch: FakeWatch) -> None:
    speak("zh_CN")
    try:
        async with watch, hears(watch) as heard:
            await heard.says("练习。站点 Practice")
            told = await heard.asked("help")
            assert "take N：接手事件 N。" in told and len(told) == 31
    finally:
        speak("en")


async def test_a_correction_and_a_late_line_are_said_as_such(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        watch.write("gateway 03", "zhang")
        watch.correct("zhang", CorrectLog(1, watch.log[0].seq, "gateway 05", "wrong number"))
        watch.write("seen at the rack", "zhang", at=NOW - 3600)
        await heard.says("seen at the rack")
        late, original, correction, *_ = await heard.asked("log")
        assert "late, written" in late and "seen at the rack" in late
        assert original.endswith("zhang: gateway 03 (corrected, see the next line)")
        assert correction.endswith("gateway 05 (corrects line 2: wrong number)")


async def test_alarms_are_told_listed_and_acknowledged_by_their_number(own_world: Path) -> None:
    async with watch_at(own_world / "w") as watch, hears(watch) as heard:
        await heard.says("help lists what")
        set_scene(watch.alarms)
        said = await heard.says("ALARM 1, priority 1: qgw1 exchange A: interface eth1 has no link.")
        assert said.startswith("16:00:00")
        listed = await heard.asked("alarms")
        assert "Alarms: 2 wait, 1 acknowledged, 4 put aside" in listed[0]
        first = next(line for line in listed if line.startswith("Alarm 1,"))
        assert "unacknowledged" in first and "3 hidden under it" in first
        assert await heard.asked("ack 1") == ["Acknowledged: qgw1 exchange A"]
        assert watch.commands[-1].seen == (Seen(LINE, 1),)
        assert await heard.asked("ack 1") == ["acknowledged already by li, 0 s ago"]
        (unknown,) = await heard.asked("ack 99")
        assert "No alarm was told under the number 99" in unknown
        (wrong,) = await heard.asked("ack all")
        assert "ack 3" in wrong


async def test_an_alarm_that_came_again_is_acknowledged_only_as_it_was_told(own_world: Path) -> None:
    async with watch_at(own_world / "w") as watch, hears(watch) as heard:
        await heard.says("help lists what")
        watch.alarms.comes(LINE)
        await heard.says("ALARM 1")
        heard.speaker.picture.alarms.change = lambda _message: None  # what comes now is not told in time
        heard.speaker.roll.tell = lambda key, event: 1
        watch.alarms.goes(LINE)
        watch.alarms.comes(LINE)
        said = await heard.asked("ack 1")
        assert any("something new has come of this alarm" in line for line in said)


async def test_what_another_does_with_an_alarm_is_told(own_world: Path) -> None:
    async with watch_at(own_world / "w") as watch, hears(watch) as heard:
        await heard.says("help lists what")
        watch.alarms.comes(LINE, phrase("{line}", line=HOSTILE))
        said = await heard.says("ALARM 1")
        assert "\x1b" not in said and "\u202e" not in said
        acknowledged(watch.alarms, LINE, "zhang")
        await heard.says("Alarm of qgw1 exchange A: acknowledged by zhang.")
