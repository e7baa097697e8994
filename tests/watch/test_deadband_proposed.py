"""For an alarm that chatters about a number the readings that are kept propose a deadband."""

from __future__ import annotations

from pathlib import Path

import msgspec

from duty.alarm_def import AlarmKey
from duty.alarm_tuning import Kind, Trial
from duty.board import HostView
from duty.phrases import phrase
from duty.quality import State
from duty.records import Subject
from duty.site import AlarmRule, Limits, SiteSpec
from tests.support.desks import BEHIND, JUMP, SITE, line, process, view
from tests.support.feeds import HandClock
from tests.support.handwatch import Watch
from watch.history import History
from wire.alarms import ReadAlarm

BUSY = AlarmKey(Subject("jump", "process", "relay"), "process.cpu")
RELAY = msgspec.structs.replace(JUMP.processes[0], cpu_percent=Limits(80.0))
DESK = msgspec.structs.replace(
    SITE,
    hosts=(msgspec.structs.replace(JUMP, processes=(RELAY,)), *BEHIND),
    alarms=(AlarmRule("process.cpu", on_delay_s=0.0, off_delay_s=0.0, deadband_percent=0.0),),
)


def busy(percent: float, at: float) -> HostView:
    why = (phrase("CPU at {value} % (limit {limit} %)", value=percent, limit=80),) if percent >= 80 else ()
    state = State.WARN if why else State.OK
    one = msgspec.structs.replace(process(), state=state, why=why, states=(state,) if why else (), cpu_percent=percent)
    return msgspec.structs.replace(view("jump", one, lines=(line(),)), read_at=at)


async def proposed(path: Path, site: SiteSpec, low: float) -> tuple[Trial, ...]:
    clock = HandClock()
    history = History(path / "history.sqlite", site, clock)
    watch = await Watch(path / "records.sqlite", clock, site, history).start()
    try:
        for second in range(60):
            seen = busy(81.0 if second % 10 < 5 else low, clock.now().wall)
            history.see(seen)
            watch.see(seen, 1.0)
        await watch.drained()
        guidance = (await watch.commands.do("wang", ReadAlarm(1, BUSY))).guidance
        assert guidance is not None
        return guidance.trials
    finally:
        await watch.stop()
        await history.close()


async def test_a_number_that_dances_on_its_limit_gets_a_deadband_with_what_it_would_have_removed(
    tmp_path: Path,
) -> None:
    (band,) = [one for one in await proposed(tmp_path, DESK, 79.0) if one.kind is Kind.DEADBAND]
    assert (band.amount, band.before, band.removed, band.chatters) == (2.0, 6, 5, False)
    assert band.longer_s > 0


async def test_one_that_falls_far_below_its_limit_gets_none(tmp_path: Path) -> None:
    trials = await proposed(tmp_path, DESK, 20.0)
    assert trials and {one.kind for one in trials} <= {Kind.ON_DELAY, Kind.OFF_DELAY}
