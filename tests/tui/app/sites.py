"""A small site for tests of the shell: four hosts, each in another condition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from duty.board import (
    AppView,
    DiskView,
    EventSeen,
    EventView,
    HostView,
    LineView,
    PerfView,
    ProcessView,
    SectionView,
    SiteView,
)
from duty.connection import Connection, HostKey, Link
from duty.phrases import phrase
from duty.quality import Quality, State
from duty.readings import Certificate, Identity
from duty.records import Move, Subject
from tests.support.fake_watch import FakeWatch
from wire.messages import FaultKind

NOW = 1_800_000_000.0
OLD_KEY = HostKey("ssh-ed25519", "SHA256:oldoldoldoldoldoldoldoldoldoldoldoldoldoldo", "ssh-ed25519 AAAAold")
NEW_KEY = HostKey("ssh-ed25519", "SHA256:newnewnewnewnewnewnewnewnewnewnewnewnewnewn", "ssh-ed25519 AAAAnew")

SITE = SiteView("Gold Test", False, "Asia/Shanghai", "/etc/watchkeeper.toml", NOW, None, None)
PRACTICE = SiteView("Practice", True, "Asia/Shanghai", "practice", NOW, None, None)


def up(**more: Any) -> Connection:
    return Connection(Link.UP, NOW - 3600, address="10.0.0.1:22", user="ops", cipher="aes128-gcm@openssh.com", **more)


def host(name: str, **more: Any) -> HostView:
    given: dict[str, Any] = {
        "label": f"{name} label",
        "role": "gateway",
        "group": "trading",
        "via": None,
        "state": State.OK,
        "quality": Quality.GOOD,
        "why": (),
        "since": NOW - 600,
        "read_at": NOW - 1,
        "connection": up(),
        "interval_s": 1.0,
    }
    return HostView(name, **{**given, **more})


WELL = host(
    "qgw1",
    cpu_percent=12.5,
    load1=0.42,
    cpus=4,
    memory_percent=40.0,
    memory_total=8 << 30,
    swap_percent=0.0,
    uptime_s=90_000.0,
    samples=77,
    dropped=2,
    processes=(
        ProcessView("quoted", State.OK, (), 1, "1", pids=(4711,), uptime_s=3600.0, cpu_percent=3.0, rss_bytes=50 << 20),
    ),
    lines=(LineView("exchange A", "eth1", State.OK, (), 2_500_000.0, None, 10_000_000.0, 10_000_000.0),),
    disks=(DiskView("/", State.OK, (), "ok", "/dev/sda1", "ext4", 100 << 30, 40 << 30, 60 << 30, 40.0, 3.0),),
    apps=(
        AppView(
            "front",
            "tcp",
            "10.0.0.1:9001",
            False,
            State.OK,
            (),
            NOW - 60,
            15.0,
            3.0,
            response_s=0.012,
            text="SGE front",
            read_at=NOW - 3,
            deadline_s=5.0,
        ),
    ),
    events=(
        EventView(
            "quote-log",
            "/var/log/quoted.log",
            State.WARN,
            (phrase("{line}", line="ERROR [b]no tick[/b]"),),
            False,
            0,
            12,
            3,
            5 << 20,
            (EventSeen(NOW - 20, 1, "ERROR [b]no tick[/b]"), EventSeen(NOW - 90, 0, "login li")),
            NOW - 1,
            states=(State.WARN,),
        ),
        EventView("kernel", "journal kernel", State.UNKNOWN, (phrase("not read yet"),), states=(State.UNKNOWN,)),
    ),
    identity=Identity("6.1.0", "qgw1.example", "dash", "mawk", "ops", "1", "abcdef0123456789", True, 100, 4096),
)
LAME = host(
    "ogw1",
    state=State.ACT,
    why=(phrase("process {name} is missing", name="orderd"),),
    processes=(
        ProcessView(
            "orderd",
            State.ACT,
            (phrase("{count} of {wanted} running", count=0, wanted="1"),),
            0,
            "1",
            states=(State.ACT,),
        ),
    ),
    sections=(
        SectionView(
            "mounts",
            State.UNKNOWN,
            phrase("{mount} has not answered for {seconds} s", mount="/mnt/[nfs]", seconds=12),
            NOW - 40,
            NOW - 41,
            0.2,
            "/mnt/[nfs]",
        ),
    ),
)
AWAY = host(
    "risk1",
    state=State.UNKNOWN,
    quality=Quality.UNREACHABLE,
    read_at=NOW - 300,
    connection=Connection(
        Link.KEY_CHANGED,
        NOW - 299,
        why=phrase("the key of {host} is another one", host="risk1"),
        advice=phrase("ask who reinstalled it before accepting"),
        attempt=4,
        next_try=NOW + 20,
        address="10.0.0.3:22",
        route=("jump1",),
        host_key=OLD_KEY,
        offered_key=NEW_KEY,
    ),
)
HERE = host(
    "local",
    local=True,
    role="console",
    apps=(
        AppView(
            "web",
            "http",
            "https://10.0.0.9/",
            True,
            State.ACT,
            (phrase("the certificate ends in {span} (limit {limit} d)", span="20 h", limit="7"),),
            NOW - 60,
            15.0,
            3.0,
            fails=2,
            response_s=1.25,
            cert_days=0.83,
            text="200 OK",
            read_at=NOW - 90,
            deadline_s=5.0,
            steps=(("resolve", 0.001), ("connect", 0.01), ("tls", 0.2), ("first_byte", 1.0), ("whole", 1.25)),
            states=(State.ACT,),
            certificate=Certificate(
                "web.example", "Firm CA", NOW - 86400 * 300, NOW + 86400 * 0.83, ("web.example",), False, "issuer"
            ),
        ),
        AppView(
            "db-free",
            "command",
            "check_db -d [bold]x",
            True,
            State.WARN,
            (phrase("{label} at {value} (limit {limit})", label="size", value="85.0 %", limit="80 %"),),
            NOW - 60,
            60.0,
            3.0,
            response_s=0.2,
            text="DB OK",
            read_at=NOW - 3,
            deadline_s=10.0,
            detail="further words",
            states=(State.WARN,),
            perf=(
                PerfView("size", 85.0 * 2**30, "B", State.WARN, 100.0 * 2**30, 90.0 * 2**30, 85.0),
                PerfView("rows", None, "", State.UNKNOWN),
            ),
        ),
    ),
)

FAULTS = (
    FaultKind("process_dies", phrase("a process dies"), {"qgw1": ("quoted",), "ogw1": ("orderd",)}),
    FaultKind("host_hangs", phrase("the host hangs"), {"risk1": ()}),
)


def watch_at(path: Path, *, practice: bool = False, clock: Any = lambda: NOW, **more: Any) -> FakeWatch:
    """A fake watch with these hosts, one open incident and one line in the log."""
    hosts = {view.id: view for view in (WELL, LAME, AWAY, HERE)}
    site = PRACTICE if practice else SITE
    watch = FakeWatch(path, site, hosts, faults=FAULTS if practice else (), clock=clock, **more)
    watch.move(1, Move.OPENED, "watch", "", level=2, said=phrase("process {name} is missing", name="orderd"),
               subject=Subject("ogw1", "process", "orderd"), automatic=True)  # fmt: skip
    watch.write("shift taken over", "zhang")
    return watch
