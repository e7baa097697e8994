"""Which numbers become series, and that rows say the same as the list."""

from __future__ import annotations

import math

import pytest

from duty.board import AppView, HostView, PerfView
from duty.quality import Quality, State
from duty.series import Columns, SeriesKey, series_of, unit_of
from tests.support.views import GIB, disk, line, process, view

AT = 1_700_000_000.0


def full(**more: object) -> HostView:
    given_: dict[str, object] = {
        "processes": (process("order-gw", AT), process("sge-session", AT)),
        "lines": (line("SGE-1", AT),),
        "disks": (disk("/", AT), disk("/data", AT, 90)),
    }
    return view("gw", AT, **{**given_, **more})


def test_every_number_of_a_host() -> None:
    found = dict(series_of(full()))
    assert found[SeriesKey("host", "", "cpu")] == 20
    assert found[SeriesKey("line", "SGE-1", "in")] == 2.5e6
    assert found[SeriesKey("disk", "/data", "used")] == 90 * GIB
    assert found[SeriesKey("process", "order-gw", "rss")] == 300 << 20
    assert len(found) == 4 + 2 * 5 + 4 + 2 * 4
    assert {unit_of(key) for key in found} == {"", "%", "B", "bit/s", "/s"}


def test_numbers_of_applications() -> None:
    perf = (PerfView("/data", 80.0, "B", State.OK), PerfView("gone", None, "", State.UNKNOWN))
    apps = tuple(
        AppView(key, "command", "x", False, State.OK, (), AT, 60, 0, response_s=0.2, cert_days=days, perf=numbers,
                read_at=AT - old)
        for key, days, numbers, old in (("db", None, perf, 0), ("web", 29.5, (), 50))
    )  # fmt: skip
    host = view("gw", AT, apps=apps)
    found = {str(key): value for key, value in series_of(host) if key.kind in ("app", "perf")}
    assert found == {
        "app:db:response": 0.2,
        "app:web:response": 0.2,
        "app:web:cert_days": 29.5,
        "perf:db /data:value": 80.0,
    }
    slow = Columns(slow=True, limit=100)
    assert {str(key): value for key, value in numbers(slow, host).items()}.items() >= found.items()
    later = numbers(slow, host, AT - 10)
    assert not any(key.key == "web" for key in later), "what was not asked anew gives nothing"
    assert unit_of(SeriesKey("app", "db", "response")) == "s"


def test_unknown_is_absent_and_never_zero() -> None:
    found = dict(
        series_of(full(cpu_percent=None, lines=(line("SGE-1", AT, (None, 0.0)),), disks=(disk("/", AT, None),)))
    )
    assert SeriesKey("host", "", "cpu") not in found and SeriesKey("line", "SGE-1", "in") not in found
    assert found[SeriesKey("line", "SGE-1", "out")] == 0.0
    assert SeriesKey("disk", "/", "used") not in found


@pytest.mark.parametrize("quality", Quality)
def test_what_is_not_read_now_gives_a_gap(quality: Quality) -> None:
    assert bool(list(series_of(full(quality=quality)))) is (quality in (Quality.GOOD, Quality.LATE))


def numbers(columns: Columns, host: HostView, since: float = 0.0) -> dict[SeriesKey, float]:
    row, _at = columns.row(host, since)
    assert len(row) == len(columns.keys)
    return {key: value for key, value in zip(columns.keys, row, strict=True) if not math.isnan(value)}


def test_rows_say_what_the_list_says() -> None:
    host = full(memory_percent=None)
    fast, slow = Columns(slow=False, limit=100), Columns(slow=True, limit=100)
    assert {**numbers(fast, host), **numbers(slow, host)} == dict(series_of(host))


def test_columns_stay_where_they_are_while_things_come_and_go() -> None:
    slow = Columns(slow=True, limit=100)
    numbers(slow, full())
    first = slow.keys
    swapped = full(disks=(disk("/new", AT, 1), disk("/data", AT, 91)))
    found = numbers(slow, swapped)
    assert slow.keys[: len(first)] == first
    assert found[SeriesKey("disk", "/data", "used")] == 91 * GIB
    assert SeriesKey("disk", "/", "used") not in found and found[SeriesKey("disk", "/new", "used")] == GIB


def test_a_process_that_becomes_a_line_of_the_same_name_is_another_thing() -> None:
    fast = Columns(slow=False, limit=100)
    numbers(fast, view("gw", AT, processes=(process("x", AT),)))
    found = numbers(fast, view("gw", AT, lines=(line("x", AT),)))
    assert SeriesKey("process", "x", "rss") not in found and found[SeriesKey("line", "x", "out")] == 1e6


def test_what_was_not_read_anew_is_not_in_the_row_again() -> None:
    slow = Columns(slow=True, limit=100)
    host = full(disks=(disk("/", AT), disk("/data", AT + 15)))
    row, at = slow.row(host, AT)
    assert at == AT + 15 and sum(not math.isnan(value) for value in row) == 4
    assert slow.row(host, AT + 15)[1] == 0.0
    assert slow.row(full(disks=(disk("/", None),)))[1] == 0.0


def test_a_host_that_names_things_without_end_fills_no_memory() -> None:
    slow = Columns(slow=True, limit=42)
    host = full(disks=tuple(disk(f"/{number}", AT) for number in range(1000)))
    assert len(numbers(slow, host)) == 40
    assert (len(slow.keys), slow.surplus) == (40, 990)
