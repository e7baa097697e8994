"""When a missing process begins to count, and that what is not known ends nothing."""

from __future__ import annotations

from duty.board import HostView, ProcessView
from duty.conditions import Watchfulness
from duty.connection import Connection, Link
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Subject

GATEWAY = Subject("gw", "process", "gateway")


def host(*processes: ProcessView, quality: Quality = Quality.GOOD) -> HostView:
    worst = max((process.state for process in processes), default=State.OK)
    return HostView(
        "gw", "", "", "", None, worst, quality, (), 1.0, 1.0, Connection(Link.UP, 1.0), 1.0, processes=processes
    )


def running(count: int | None) -> ProcessView:
    if count is None:
        return ProcessView("gateway", State.UNKNOWN, (phrase("not read yet"),), None, "1+")
    why = () if count else (phrase("not running"),)
    return ProcessView("gateway", State.OK if count else State.ACT, why, count, "1+")


def steps(watch: Watchfulness, *views: HostView, start: float = 0.0) -> list[bool]:
    """What changed, one second after the other."""
    return [change.on for second, view in enumerate(views) for change in watch.step(view, False, start + second)]


def test_missing_counts_after_a_while_and_ends_when_it_is_there() -> None:
    watch = Watchfulness()
    assert steps(watch, host(running(0)), host(running(1))) == []
    assert steps(watch, *[host(running(0))] * 4, start=10) == [True]
    assert steps(watch, host(running(1)), start=20) == [False]


def test_after_a_restart_an_incident_waits_until_its_process_was_looked_for() -> None:
    watch = Watchfulness()
    watch.resume([GATEWAY])
    assert steps(watch, host(quality=Quality.NEVER), host(running(None)), host(running(None)), host(running(0))) == []
    assert steps(watch, host(running(1)), start=10) == [False]


def test_one_that_cannot_be_read_is_not_well() -> None:
    watch = Watchfulness()
    assert steps(watch, *[host(running(0))] * 4) == [True]
    assert steps(watch, host(running(None)), host(running(0), quality=Quality.LATE), host(running(0)), start=10) == []


def test_one_that_is_demanded_no_longer_ends() -> None:
    watch = Watchfulness()
    assert steps(watch, *[host(running(0))] * 4) == [True]
    assert steps(watch, host(), start=10) == [False]
