"""What the evaluation of alarms costs: 500 hosts x 40 signals a second against one core.

    python bench/alarm_cost.py [HOSTS] [SIGNALS] [SECONDS]

CPU time of the process for one look a second at every alarm, as a share of one core; signals are made beforehand, so
that nothing but the alarms is measured. The mixes: nothing changes; values move, states do not; each second some alarms
come and others return; every host is lost and comes back. The floor is the same loop over a function that does nothing.
The first second, in which every alarm becomes known, is not counted.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence

from duty.alarm import look, new_alarm
from duty.alarm_def import AlarmDef, AlarmKey, Signal
from duty.alarm_folds import host_subject, parents_of, roots_of
from duty.alarm_hiding import hide, quieted
from duty.alarm_load import Load, counted
from duty.alarm_record import NOTHING, Alarm, AlarmEvent, Step
from duty.moment import Moment
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.records import Subject
from duty.site import HostSpec, SiteSpec

SAID = phrase("use {percent} % of {limit} %", percent=42, limit=80)
RULE = AlarmDef("line.use", 2, 3, SAID, SAID, SAID, 900.0, on_delay_s=3.0, off_delay_s=5.0, deadband_percent=2.0)
Looks = Sequence[Sequence[Signal]]
"""The signals of each second."""


def keys(hosts: int, signals: int) -> list[AlarmKey]:
    return [AlarmKey(Subject(f"h{h}", "line", f"l{s}"), RULE.key) for h in range(hosts) for s in range(signals)]


def signal(key: AlarmKey, state: State, value: float, quality: Quality = Quality.GOOD) -> Signal:
    return Signal(key, state, quality, SAID, value, 80.0)


def quiet(names: list[AlarmKey], seconds: int) -> Looks:
    same = [signal(key, State.OK, 40.0) for key in names]
    return [same] * seconds


def moving(names: list[AlarmKey], seconds: int) -> Looks:
    return [[signal(key, State.OK, 40.0 + (n + s) % 7) for n, key in enumerate(names)] for s in range(seconds)]


def changing(share: float) -> Callable[[list[AlarmKey], int], Looks]:
    """Every second this share of the alarms begins to be bad; it is so for eight seconds."""
    every = round(1 / share)

    def looks(names: list[AlarmKey], seconds: int) -> Looks:
        well = [signal(key, State.OK, 40.0) for key in names]
        bad = [signal(key, State.WARN, 85.0) for key in names]
        return [[(bad if (n + s) % every < 8 else well)[n] for n in range(len(names))] for s in range(seconds)]

    return looks


def unseen(names: list[AlarmKey], seconds: int) -> Looks:
    """All is lost at a third of the time and comes back at two thirds."""
    well = [signal(key, State.OK, 40.0) for key in names]
    lost = [signal(key, State.OK, 40.0, Quality.UNREACHABLE) for key in names]
    return [lost if seconds // 3 <= s < 2 * seconds // 3 else well for s in range(seconds)]


def nothing(alarm: Alarm, definition: AlarmDef, seen: Signal, at: Moment) -> Step:
    return alarm, NOTHING


def run(looks: Looks, names: list[AlarmKey], judge: Callable[..., Step]) -> tuple[list[float], int]:
    """CPU seconds of each second's looks, and how many events came of all."""
    book = {key: new_alarm(key) for key in names}
    load, came, taken = Load(), 0, []
    for second, seen in enumerate(looks):
        at = Moment(1_700_000_000.0 + second, float(second))
        began = time.process_time()
        told: list[AlarmEvent] = []
        for one in seen:
            before = book[one.key]
            after, events = judge(before, RULE, one, at)
            if after is not before:
                book[one.key] = after
                told += events
        load, _ = counted(load, told, at)
        taken.append(time.process_time() - began)
        came += len(told)
    return taken[1:], came


def storm(hosts: int, signals: int) -> dict[str, float]:
    """CPU seconds of a turn in which a jump host is lost, every host behind it, and every signal of these is bad."""
    site = SiteSpec(
        "s", "UTC", None, (HostSpec("j", "j"), *(HostSpec(f"h{n}", "a", via="j") for n in range(hosts))), "s"
    )
    parents = parents_of(site)
    lost = AlarmDef("host.lost", 1, 1, SAID, SAID, SAID, 300.0, cuts=True)
    hit = AlarmDef("line.use", 2, 3, SAID, SAID, SAID, 900.0)
    definitions = {one.key: one for one in (lost, hit)}
    down = [AlarmKey(host_subject(name), lost.key) for name in ("j", *(f"h{n}" for n in range(hosts)))]
    names = [*down, *keys(hosts, signals)]
    before = {key: new_alarm(key) for key in names}
    seen = [signal(key, State.ACT, 90.0) for key in names]
    at = Moment(1_700_000_000.0, 1.0)
    times: dict[str, float] = {"the roots, of nothing that holds": cpu(lambda: roots_of(before, definitions, parents))}
    alarms: dict[AlarmKey, Alarm] = {}
    events: list[AlarmEvent] = []

    def looks() -> None:
        for one in seen:
            alarms[one.key], told = look(before[one.key], definitions[one.key.definition], one, at)
            events.extend(told)

    times["the looks"] = cpu(looks)
    roots: dict[AlarmKey, AlarmKey] = {}
    times["the roots"] = cpu(lambda: roots.update(roots_of(alarms, definitions, parents)))
    assert len(roots) == len(names) - 1
    hidden: dict[AlarmKey, Alarm] = {}

    def of(key: AlarmKey) -> AlarmDef:
        return definitions[key.definition]

    def hiding() -> None:
        changed, told = hide(alarms, before, of, roots, at)
        hidden.update(alarms | changed)
        events[:] = quieted([*events, *told], hidden)

    times["hiding"] = cpu(hiding)
    assert sum(event.announced for event in events) == 1
    times["the roots, a turn later"] = cpu(lambda: roots_of(hidden, definitions, parents))
    times["hiding, a turn later"] = cpu(lambda: hide(hidden, hidden, of, roots, at))
    return times


def cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    hosts, signals, seconds = (int(word) for word in (*sys.argv[1:], *("500", "40", "30")[len(sys.argv) - 1 :]))
    names = keys(hosts, signals)
    mixes: dict[str, Callable[[list[AlarmKey], int], Looks]] = {
        "nothing changes": quiet,
        "values move": moving,
        "0.1 % come each second": changing(0.001),
        "1 % come each second": changing(0.01),
        "all lost, all back": unseen,
    }
    print(f"{hosts} hosts x {signals} signals, a look a second for {seconds} s; one core")
    print(f"{'':26} {'% of a core':>11} {'worst s':>8} {'µs a signal':>12} {'signals/s':>11} {'events':>8}")
    floor, _ = run(quiet(names, seconds), names, nothing)
    row("(loop alone)", floor, len(names), 0)
    for name, make in mixes.items():
        taken, came = run(make(names, seconds), names, look)
        row(name, taken, len(names), came)
    print("everything lost and bad in one second, under one jump host; ms of CPU")
    for name, spent in storm(hosts, signals).items():
        print(f"{name:36} {spent * 1e3:8.1f}")


def row(name: str, taken: list[float], number: int, came: int) -> None:
    mean = statistics.mean(taken)
    shares = f"{mean * 100:11.2f} {max(taken) * 100:8.2f}"
    print(f"{name:26} {shares} {mean / number * 1e6:12.3f} {number / mean:11,.0f} {came:8}")


if __name__ == "__main__":
    main()
