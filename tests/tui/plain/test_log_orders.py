"""The duty log in plain mode: looked through, a line read, a late one written, one put right."""

from __future__ import annotations

from msgspec import structs

from duty.records import Subject
from tests.support.fake_watch import FakeWatch
from tests.tui.app.sites import NOW
from tests.tui.plain.conftest import hears
from wire.messages import CorrectLog, ReadLog, WriteLog


def full(watch: FakeWatch, count: int) -> None:
    for number in range(1, count + 1):
        watch.write(f"网关 {number}" if number % 2 else f"line {number}", "zhang", Subject("qgw1", "host", "qgw1"))


async def test_what_is_looked_for_is_found_page_by_page(watch: FakeWatch) -> None:
    watch.log.clear()
    full(watch, 90)
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        first = await heard.asked("find 网关 host:qgw1")
        assert len(first) == 21 and first[0].endswith("zhang, qgw1: 网关 89") and first[0].startswith("line 89, ")
        assert first[-1] == "There may be older lines: older goes on."
        second = await heard.asked("older")
        assert second[0].endswith("网关 49") and len(second) == 21
        third = await heard.asked("older")
        assert [third[0].split()[-1], third[-2].split()[-1], third[-1]] == ["9", "1", "There is nothing older."]
        assert await heard.asked("older") == ["There is nothing older."]
        assert await heard.asked("find nowhere-at-all") == ["Nothing in the log fits."]
        assert "is no field" in (await heard.asked("find hots:qgw1"))[0]
        assert (await heard.asked("find"))[0].startswith("Say what to look for")
        assert [one.before for one in watch.asked if isinstance(one, ReadLog)][:3] == [None, 51, 11]


async def test_a_line_is_corrected_by_its_number_and_both_are_told(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        watch.write("gateway 03", "li")
        seq = watch.log[0].seq
        assert (await heard.asked(f"correct {seq} gateway 05"))[0].startswith("Say it so: correct 48")
        assert await heard.asked(f"correct {seq} gateway 05 | wrong number") == ["Written in the duty log."]
        assert structs.replace(watch.commands[-1], ask=0) == CorrectLog(0, seq, "gateway 05", "wrong number")
        told = await heard.asked(f"line {seq}")
        assert told[0].endswith(f"li: gateway 03 (corrected by line {seq + 1})")
        assert f"It corrects line {seq}." in await heard.asked(f"line {seq + 1}")
        assert (await heard.asked(f"correct {seq} again | why"))[0].startswith(f"line {seq} was corrected already")
        assert await heard.asked("line 4711") == ["There is no line 4711 in the log."]
        assert (await heard.asked("line"))[0].startswith("Say which line by its number")


async def test_a_late_line_says_when_it_happened(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        assert await heard.asked("late 15:05 seen at the rack") == ["Written in the duty log."]
        command = watch.commands[-1]
        assert isinstance(command, WriteLog) and command.event_at == NOW - 55 * 60
        assert command.text == "seen at the rack"
        assert await heard.asked("late 01-14 21:05  of yesterday") == ["Written in the duty log."]
        assert watch.log[0].text == "of yesterday" and watch.log[0].event_at == NOW - (18 * 60 + 55) * 60
        for wrong in ("late", "late 15:05", "late soon it broke", "late 99:99 x"):
            assert (await heard.asked(wrong))[0].startswith("Say it so: late 21:05")
        assert len(watch.commands) == 2


async def test_a_line_about_a_host_names_it(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        assert await heard.asked("about qgw1 fan is loud") == ["Written in the duty log."]
        assert (watch.log[0].subject, watch.log[0].text) == (Subject("qgw1", "host", "qgw1"), "fan is loud")
        assert (await heard.asked("about nowhere x"))[0].startswith("There is no host nowhere")


async def test_a_prepared_line_is_written_when_its_gaps_are_filled(watch: FakeWatch) -> None:
    async with watch, hears(watch) as heard:
        await heard.says("help lists")
        known = await heard.asked("template")
        assert "restart: Restarted {subject} because …. Checked afterwards: …" in known
        assert await heard.asked("template restart qgw1 | it hung") == [
            "Not written, still to say is each … of: Restarted qgw1 because it hung. Checked afterwards: …"
        ]
        assert await heard.asked("template restart qgw1 | it hung | quotes flow") == ["Written in the duty log."]
        assert watch.log[0].text == "Restarted qgw1 because it hung. Checked afterwards: quotes flow"
        assert watch.log[0].subject == Subject("qgw1", "host", "qgw1")
        assert await heard.asked("template round | all well") == ["Written in the duty log."]
        assert (await heard.asked("template nope"))[0].startswith("There is no prepared line nope")
        assert (await heard.asked("template round nowhere | x"))[0].startswith("There is no host nowhere")
        assert len(watch.commands) == 2
