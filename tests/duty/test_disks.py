import pytest

from duty.disks import judge_disks
from duty.forecast import FLAT, Forecast
from duty.quality import State
from duty.readings import MountReading, Mounts
from duty.site import DiskRule, Limits

GIB = 1 << 30


def mount(path: str, used: float = 50, **changes: object) -> MountReading:
    values: dict[str, object] = {
        "mount": path, "source": "/dev/sda1", "fstype": "ext4", "read_only": False,
        "total_bytes": 100 * GIB, "used_bytes": int(used * GIB), "available_bytes": int((100 - used) * GIB),
        "inodes": 1000, "inodes_free": 900,
    }  # fmt: skip
    return MountReading(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reading", "state", "condition"),
    [
        (mount("/", 50), State.OK, "ok"),
        (mount("/", 85), State.WARN, "ok"),
        (mount("/", 95), State.ACT, "ok"),
        (mount("/", 10, inodes_free=50), State.ACT, "ok"),
        (mount("/", 10, read_only=True), State.ACT, "read-only"),
        (mount("/", 10, hanging_s=7.0), State.ACT, "hanging"),
        (mount("/", 10, total_bytes=None, used_bytes=None, available_bytes=None), State.UNKNOWN, "ok"),
    ],
)
def test_one_mount(reading: MountReading, state: State, condition: str) -> None:
    (view,) = judge_disks((DiskRule("/"),), Mounts((reading,)), 1.0)
    assert (view.state, view.condition) == (state, condition)


def test_before_mounts_were_read_nothing_is_well() -> None:
    (view,) = judge_disks((DiskRule("/data"), DiskRule("*")), None, None)
    assert view.state is State.UNKNOWN


def test_a_required_mount_that_is_absent_is_a_fault() -> None:
    views = judge_disks((DiskRule("/data", required=True), DiskRule("/opt")), Mounts(()), 1.0)
    assert {v.mount: v.state for v in views} == {"/data": State.ACT, "/opt": State.UNJUDGED}


def test_star_takes_the_rest_but_not_images_and_worst_comes_first() -> None:
    rules = (DiskRule("*"), DiskRule("/data", used_percent=Limits(10, 20)))
    reading = Mounts((mount("/", 70), mount("/data", 30), mount("/snap", 100, fstype="squashfs", read_only=True)))
    assert [(v.mount, v.state) for v in judge_disks(rules, reading, 1.0)] == [
        ("/data", State.ACT),
        ("/", State.OK),
    ]


def test_full_is_counted_as_df_counts_it() -> None:
    reserved = mount("/", total_bytes=100 * GIB, used_bytes=90 * GIB, available_bytes=5 * GIB)
    (view,) = judge_disks((DiskRule("/"),), Mounts((reserved,)), 1.0)
    assert view.used_percent == pytest.approx(94.7, abs=0.1)


# --- when it will be full -------------------------------------------------------------------------------------------

HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("seconds", "limits", "state", "why"),
    [
        (3 * DAY, Limits(warn=DAY, act=2 * HOUR), State.OK, []),
        (20 * HOUR, Limits(warn=DAY, act=2 * HOUR), State.WARN, ["full in 20 h (16-24 h)"]),
        (1.5 * HOUR, Limits(warn=DAY, act=2 * HOUR), State.ACT, ["full in 90 min (72-108 min)"]),
        (2.2 * DAY, Limits(warn=3 * DAY), State.WARN, ["full in 2 d (1-3 d)"]),
        (0.0, Limits(warn=DAY), State.WARN, ["full"]),
        (60.0, Limits(), State.OK, []),
    ],
)
def test_a_disk_that_will_be_full_soon(seconds: float, limits: Limits, state: State, why: list[str]) -> None:
    rule = DiskRule("/", full_within_s=limits)
    outlooks = {"/": Forecast(seconds, 0.8 * seconds, 1.2 * seconds)}
    (view,) = judge_disks((rule,), Mounts((mount("/"),)), 1.0, outlooks)
    assert (view.state, [str(one) for one in view.why]) == (state, why)
    assert view.time_to_full == outlooks["/"]


def test_a_reason_for_no_forecast_is_shown_and_judges_nothing() -> None:
    (view,) = judge_disks((DiskRule("/"),), Mounts((mount("/"),)), 1.0, {"/": FLAT})
    assert (view.state, view.time_to_full) == (State.OK, FLAT)


def test_a_disk_that_does_not_answer_is_not_judged_by_its_past() -> None:
    hanging = Mounts((mount("/", hanging_s=7.0),))
    (view,) = judge_disks((DiskRule("/"),), hanging, 1.0, {"/": Forecast(60.0, 50.0, 70.0)})
    assert [str(one) for one in view.why] == ["does not answer for 7 s"]


def test_what_is_full_soonest_comes_first_among_equals() -> None:
    outlooks = {"/a": FLAT, "/b": Forecast(9 * DAY, 8 * DAY, 10 * DAY), "/c": Forecast(5 * DAY, 4 * DAY, 6 * DAY)}
    reading = Mounts((mount("/a", 70), mount("/b", 10), mount("/c", 5), mount("/d", 85)))
    views = judge_disks((DiskRule("*"),), reading, 1.0, outlooks)
    assert [view.mount for view in views] == ["/d", "/c", "/b", "/a"]
