"""When a missing process begins to count, and that what is not known ends nothing."""

from __future__ import annotations

import msgspec
import pytest

from duty.board import AppView, ClockView, EventView, HealthView, HostView, ProcessView
from duty.conditions import Watchfulness
from duty.connection import Connection, Link
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Subject

GATEWAY = Subject("gw", "process", "gateway")


def host(*processes: ProcessView, quality: Quality = Quality.GOOD, **more: object) -> HostView:
    worst = max((process.state for process in processes), default=State.OK)
    made = HostView(
        "gw", "", "", "", None, worst, quality, (), 1.0, 1.0, Connection(Link.UP, 1.0), 1.0, processes=processes
    )
    return msgspec.structs.replace(made, **more)


def app(state: State) -> AppView:
    return AppView("web", "tcp", "a:1", False, state, (), 1.0, 15.0, 0.0)


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


def log(state: State, *, acting: bool = False, read_at: float | None = 1.0) -> HostView:
    why = (phrase("not read"),) if state is State.UNKNOWN else ()
    if acting:
        why = (phrase("{line}", line="FATAL"),)
    seen = EventView("gw-log", "/var/log/gw.log", state, why, acting=acting, read_at=read_at)
    return msgspec.structs.replace(host(), state=state, events=(seen,))


def test_a_line_to_act_on_ends_only_where_its_log_can_be_read() -> None:
    watch = Watchfulness()
    assert steps(watch, log(State.ACT, acting=True)) == [True]
    assert steps(watch, log(State.UNKNOWN), log(State.UNKNOWN, read_at=None), start=10) == []
    assert steps(watch, log(State.WARN), start=20) == [False]


@pytest.mark.parametrize(
    ("kind", "unread", "well"),
    [
        ("process", {"processes": (running(None),)}, {"processes": (running(1),)}),
        ("clock", {"clock": ClockView(State.UNKNOWN, ())}, {"clock": ClockView(State.OK, (), read_at=1.0)}),
        ("machine", {"health": HealthView(State.UNKNOWN, ())}, {"health": HealthView(State.OK, (), read_at=1.0)}),
        ("app", {"apps": (app(State.UNKNOWN),)}, {"apps": (app(State.OK),)}),
        ("event", {"events": log(State.UNKNOWN, read_at=None).events}, {"events": log(State.OK).events}),
    ],
)
def test_after_a_restart_every_kind_waits_for_its_first_reading(
    kind: str, unread: dict[str, object], well: dict[str, object]
) -> None:
    keys = {"process": "gateway", "clock": "clock", "machine": "machine", "app": "web", "event": "gw-log"}
    watch = Watchfulness()
    watch.resume([Subject("gw", kind, keys[kind])])
    before = msgspec.structs.replace(host(), **unread)
    assert steps(watch, host(quality=Quality.NEVER, **unread), before, before) == []
    assert steps(watch, msgspec.structs.replace(host(), **well), start=10) == [False]
