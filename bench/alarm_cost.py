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
from duty.alarm_covers import release, suppress
from duty.alarm_def import AlarmDef, AlarmKey, Signal
from duty.alarm_folds import host_subject, parents_of, roots_of
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


def fold(hosts: int, signals: int) -> tuple[float, float]:
    """CPU seconds to find the roots of all alarms, while the jump host is lost and while nothing is."""
    site = SiteSpec(
        "s", "UTC", None, (HostSpec("j", "j"), *(HostSpec(f"h{n}", "a", via="j") for n in range(hosts))), "s"
    )
    lost = AlarmDef("host.lost", 1, 1, SAID, SAID, SAID, 300.0, cuts=True)
    root = AlarmKey(host_subject("j"), lost.key)
    book = {key: new_alarm(key) for key in keys(hosts, signals)}
    names = book | {root: look(new_alarm(root), lost, signal(root, State.ACT, 0.0), Moment(1.0, 1.0))[0]}
    # What is on the hosts folds when these are lost themselves.
    for n in range(hosts):
        key = AlarmKey(host_subject(f"h{n}"), lost.key)
        names[key] = look(new_alarm(key), lost, signal(key, State.ACT, 0.0), Moment(1.0, 1.0))[0]
    times, parents = [], parents_of(site)
    for alarms in (names, book):
        began = time.process_time()
        roots = roots_of(alarms, {lost.key: lost, RULE.key: RULE}, parents)
        times.append(time.process_time() - began)
        assert len(roots) == (len(names) - 1 if alarms is names else 0)
    return times[0], times[1]


def covers(number: int) -> float:
    """CPU seconds to suppress so many alarms and to release them."""
    book = [new_alarm(key) for key in keys(number, 1)]
    at = Moment(1_700_000_000.0, 1.0)
    began = time.process_time()
    for alarm in book:
        hidden, _ = suppress(alarm, "watch", SAID, at, by=alarm.key)
        release(hidden, RULE, at)
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
    holds, none = fold(hosts, signals)
    print(f"roots of all alarms: {holds * 1e3:.1f} ms while everything is lost, {none * 1e3:.1f} ms while nothing is")
    print(f"to suppress and release {len(names)} alarms: {covers(len(names)) * 1e3:.0f} ms")


def row(name: str, taken: list[float], number: int, came: int) -> None:
    mean = statistics.mean(taken)
    shares = f"{mean * 100:11.2f} {max(taken) * 100:8.2f}"
    print(f"{name:26} {shares} {mean / number * 1e6:12.3f} {number / mean:11,.0f} {came:8}")


if __name__ == "__main__":
    main()
