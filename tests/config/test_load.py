"""Site files as data: each file of ``bad/`` breaks one rule and says what must be told; ``good/`` must load."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_site
from config.read import MAX_BYTES
from duty.maintenance import planned
from duty.records import Subject
from duty.site import AlarmRule, DiskRule, EventPattern, HistoryRule, HostSpec, Limits, SessionRule, SiteSpec
from tests.config.written import load_bytes

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.toml"))
GOOD = sorted((HERE / "good").glob("*.toml"))


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", BAD, ids=named)
def test_bad(path: Path) -> None:
    wanted = [
        line.removeprefix("# expect: ")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("# expect: ")
    ]
    loaded = load_site(path)
    told = [
        " :: ".join([each.key or "-", str(each.line or "-"), str(each.wanted), *filter(None, [each.suggestion])])
        for each in loaded.problems
    ]
    assert told == wanted
    assert loaded.site is None
    assert {each.file for each in loaded.problems} == {str(path)}


@pytest.mark.parametrize("path", GOOD, ids=named)
def test_good(path: Path) -> None:
    loaded = load_site(path)
    assert loaded.problems == ()
    assert loaded.site is not None


def site(name: str) -> SiteSpec:
    loaded = load_site(HERE / "good" / f"{name}.toml").site
    assert loaded is not None
    return loaded


def host(name: str, host_id: str) -> HostSpec:
    return next(host for host in site(name).hosts if host.id == host_id)


def test_a_bare_host_is_its_alias_and_all_its_disks() -> None:
    assert host("minimal", "gw1") == HostSpec(id="gw1", address="gw1", disks=(DiskRule(mount="*"),))


def test_the_site_as_a_whole() -> None:
    loaded = site("roles")
    assert (loaded.name, loaded.time_zone, loaded.language) == ("贵金属席位", "Asia/Shanghai", "zh_CN")
    assert (loaded.interval_s, loaded.slow_interval_s, loaded.max_dials) == (2, 60, 8)
    assert loaded.source == str(HERE / "good" / "roles.toml")
    assert site("spellings").known_hosts == (str(HERE / "good" / "known"),)
    assert (site("spellings").interval_s, site("spellings").slow_interval_s) == (90, 1800)


def test_the_host_wins_over_its_role() -> None:
    found = host("roles", "gw1")
    assert (found.port, found.user, found.via, found.group) == (22, "watch", "jump1", "Gateways")
    assert found.identity == str(HERE / "good" / "keys/watch")
    assert found.interval_s == 0.5
    assert [rule.key for rule in found.processes] == ["gatewayd", "journal", "settle"]
    gateway = found.processes[0]
    assert (gateway.name, gateway.user, gateway.count_min, gateway.count_max) == ("gatewayd", "trade", 2, None)
    assert gateway.cpu_percent == Limits(150, 190)
    assert gateway.ports == ("127.0.0.1:9001", "[::1]:9001", "9002")
    assert [rule.mount for rule in found.disks] == ["/", "/data"]
    assert found.disks[1].used_percent == Limits(70, None)
    assert found.disks[1].required and found.disks[1].read_only_ok


def test_lines_know_each_way() -> None:
    line = host("roles", "gw1").lines[0]
    assert (line.interface, line.capacity_in_bps, line.capacity_out_bps) == ("eth1", 100e6, 20e6)
    assert line.use_percent == Limits(None, 80)


def test_a_level_can_be_switched_off() -> None:
    settle = host("roles", "gw1").processes[2]
    assert (settle.stuck_d_s, settle.zombies, settle.min_uptime_s) == (None, Limits(), 300)
    line = host("roles", "gw2").lines[0]
    assert (line.use_percent, line.errors_per_s, line.drops_per_s) == (Limits(), Limits(None, 0.1), Limits(2, None))


def test_this_machine_takes_nothing_of_ssh_from_its_role() -> None:
    found = host("roles", "me")
    assert (found.address, found.via, found.user, found.port, found.identity) == ("", None, None, None, None)
    assert [(rule.key, rule.unit, rule.pidfile) for rule in found.processes[2:]] == [
        ("riskd", "riskd.service", None),
        ("feed", None, "/run/x/feed.pid"),
    ]
    assert found.lines == ()
    assert found.processes[2].rss_bytes == Limits(1.5 * 2**30, 2e9)


def test_followed_logs_know_their_gravest_patterns_first() -> None:
    (log,) = host("events", "gw1").events
    assert (log.key, log.file, log.unit, log.hold_s) == ("gw-log", "/var/log/order-gw.log", None, 1800)
    assert log.patterns == (
        EventPattern("FATAL|心跳丢失", 2),
        EventPattern("ERROR", 1, "harmless"),
        EventPattern("login", 0),
    )
    same, kernel, unit = host("events", "gw2").events
    assert (same.patterns, same.hold_s) == (log.patterns, 600)
    assert (kernel.key, kernel.source, kernel.patterns) == (
        "kernel",
        "journal kernel",
        (EventPattern("Out of memory"),),
    )
    assert (unit.key, unit.source) == ("chronyd", "journal chronyd.service")
    assert [(one.quiet_after_s, one.log) for one in host("events", "gw2").processes] == [(300, "gw-log"), (None, None)]
    assert host("events", "gw3").events == ()


def test_spellings_of_the_same() -> None:
    first, second = host("spellings", "gw-1.example"), host("spellings", "gw2")
    assert (first.address, first.disks) == ("fe80::1", ())
    assert [(rule.count_min, rule.count_max) for rule in second.processes] == [(0, 0), (1, 4)]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b'[site]\nname = "\xff\xfe"\n', 2, "UTF-8"),
        (b"#" * (MAX_BYTES + 1), None, "at most 1024 KB"),
        (b"x = " + b"[" * 200_000, None, "sane size"),
        (b"x = " + b"[" * 400 + b"]" * 400, None, "sane size"),
        (b"x = " + b"{a=" * 300 + b"1" + b"}" * 300, None, "sane size"),
        (b"x = " + b"9" * 5_000, None, "sane size"),
    ],
    ids=["not-utf-8", "huge", "nested", "deep-list", "deep-table", "long-number"],
)
def test_bytes_that_are_no_site_file(tmp_path: Path, data: bytes, line: int | None, words: str) -> None:
    path = tmp_path / "watchkeeper.toml"
    path.write_bytes(data)
    (problem,) = load_site(path).problems
    assert problem.line == line
    assert words in str(problem.wanted)


def test_a_byte_order_mark_and_windows_lines_are_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "watchkeeper.toml"
    path.write_bytes(b'\xef\xbb\xbf[site]\r\nname = "Desk"\r\n[hosts.gw1]\r\n')
    assert load_site(path).problems == ()
    path.write_bytes(b'\xef\xbb\xbf[site]\r\nname = "Desk"\r\n[hosts.gw1]\r\nport = 0\r\n')
    assert load_site(path).problems[0].line == 4


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    assert "none at this path" in str(load_site(tmp_path / "nothing").problems[0].wanted)
    assert "folder" in str(load_site(tmp_path).problems[0].wanted)
    through_a_file = tmp_path / "file"
    through_a_file.write_text("")
    assert "can be read" in str(load_site(through_a_file / "x").problems[0].wanted)
    assert "can be read" in str(load_site(Path("a\0b")).problems[0].wanted)


def test_nothing_hostile_in_what_is_shown() -> None:
    text = '[site]\nname = "\\u001b[31m"\n"\\u001b]0;x\\u0007" = 1\n[hosts.gw1]\naddress = "a\\u202eb"\n'
    text += 'via = "\\u009b2J"\n'
    for problem in load_bytes(text.encode(), "x\x1b.toml").problems:
        shown = f"{problem.file}{problem.key}{problem.wanted}{problem.got}{problem.suggestion}"
        assert not set("\x1b\x07\x9b\u202e") & set(shown)


scalars = st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.floats(allow_nan=False))


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_never_raises_on_any_bytes(data: bytes) -> None:
    loaded = load_bytes(data)
    assert (loaded.site is None) == bool(loaded.problems)


PIECES = [path.read_text(encoding="utf-8") for path in (*BAD, *GOOD)]


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(PIECES), st.sampled_from(PIECES), st.integers(0, 600), st.integers(0, 600), st.text(max_size=4))
def test_never_raises_on_files_torn_and_joined(one: str, other: str, cut: int, begin: int, between: str) -> None:
    data = (one[:cut] + between + other[begin:]).encode("utf-8", "replace")
    loaded = load_bytes(data)
    assert (loaded.site is None) == bool(loaded.problems)


WORDS = [
    "site",
    "hosts",
    "roles",
    "gw1",
    "name",
    "processes",
    "lines",
    "disks",
    "mount",
    "cpu",
    "warn",
    "act",
    "via",
    "local",
]
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)),
    max_leaves=12,
)


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(WORDS), values, max_size=4))
def test_never_raises_on_keys_in_wrong_places(document: dict[str, object]) -> None:
    from tests.config.test_positions import inline

    text = "".join(f"{key} = {inline(value)}\n" for key, value in document.items()).replace("\x7f", "\\u007f")
    loaded = load_bytes(text.encode("utf-8", "replace"))
    assert (loaded.site is None) == bool(loaded.problems)


def test_sessions_and_history() -> None:
    loaded = site("past")
    assert loaded.history == HistoryRule(2 << 30, 90)
    assert loaded.sessions == (
        SessionRule("night", 20 * 60, 2 * 60 + 30, (1, 2, 3, 4, 5)),
        SessionRule("weekend test", 9 * 60 + 5, 0, (6, 7)),
    )
    assert [rule.full_within_s for rule in host("past", "db1").disks] == [
        Limits(3 * 86_400, 8 * 3_600),
        Limits(86_400, 7_200),
        Limits(),
        Limits(act=6 * 3_600),
    ]
    assert site("minimal").history == HistoryRule() and site("minimal").sessions == ()


def test_words_on_alarms() -> None:
    rules = site("alarms").alarms
    assert rules[0] == AlarmRule("process.missing", owner="desk", review_by="2027-06-30")
    assert [(rule.key, rule.condition, rule.role, rule.thing) for rule in rules[-2:]] == [
        ("db.tablespace", "app.check", "", "space"),
        ("gateway.fatal", "event.act", "gateway", "gw-log"),
    ]
    assert rules[1].realarm_s == 600 and rules[3].realarm_s == 0 and rules[3].latch is False
    dated = b'[site]\nname = "Desk"\n[hosts.gw1]\n[[alarm]]\nkey = "app.slow"\nreview_by = 2027-06-30\n'
    loaded = load_bytes(dated).site
    assert loaded is not None and loaded.alarms[0].review_by == "2027-06-30"


def test_a_host_that_cannot_be_read_does_not_hide_what_is_wrong_with_an_alarm_by_itself() -> None:
    text = '[site]\nname = "Desk"\n[hosts.gw1]\nport = 0\n[[alarm]]\nkey = "disk.filling"\nthing = "x"\nlatch = false\n'
    problems = load_bytes(text.encode()).problems
    assert [problem.key for problem in problems] == ["hosts.gw1.port", "alarm[0].latch"]


def test_windows_and_dependencies_come_out_as_they_are_meant() -> None:
    made = site("maintenance")
    assert made.open_incident_at == 2
    assert made.hosts[2].depends_on == (Subject("fw1", "host", "fw1"), Subject("gw1", "line", "sge-2"))
    noon = datetime(2026, 12, 5, 4, tzinfo=UTC).timestamp()  # of a Saturday in Shanghai
    windows = planned(made.maintenance, made.time_zone, noon)
    assert [one.id for one in windows] == ["site:move to the new room", "site:backup"]
    move, backup = windows
    assert (move.since, move.until) == (noon + 8 * 3600, noon + 14.5 * 3600)
    assert move.covers(Subject("gw1", "line", "sge-2")) and move.covers(Subject("db1", "disk", "/data"))
    assert not move.covers(Subject("db1", "disk", "/"))
    assert (backup.since, backup.until) == (noon + 11 * 3600, noon + 13 * 3600)
    late = planned(made.maintenance, made.time_zone, noon + 12.5 * 3600)
    assert [one.id for one in late if one.open_at(noon + 12.5 * 3600)] == ["site:move to the new room", "site:backup"]
