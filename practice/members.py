"""The machines of a gold-exchange member as the practice site shows them, and as many branches as are asked for."""

from __future__ import annotations

from practice.models import AppModel, InterfaceModel, LogModel, MachineModel, MountModel, ProcessModel

_LAN = InterfaceModel("eth0", 38e6, 31e6)
_ROOT = MountModel("/", "/dev/sda2", 60, 0.38)
_LOG = MountModel("/var/log", "/dev/sda3", 40, 0.47, grows_mb_day=420)
_BOOT = MountModel("/boot", "/dev/sda1", 1, 0.31, grows_mb_day=0)


def _java(
    key: str, jar: str, cpu: float, rss_mb: float, ports: tuple[int, ...] = (), threads: int = 96
) -> ProcessModel:
    args = f"java -server -Xmx4g -Dapp={key} -jar /opt/{key}/lib/{jar}"
    return ProcessModel(key, "java", args, "trade", cpu, rss_mb, threads, 340, ports, f"{key}.service")


def _native(key: str, cpu: float, rss_mb: float, ports: tuple[int, ...] = (), user: str = "trade") -> ProcessModel:
    args = f"/opt/{key}/bin/{key} -c /opt/{key}/etc/{key}.conf"
    return ProcessModel(key, key, args, user, cpu, rss_mb, 6, 72, ports, f"{key}.service", f"/run/{key}.pid")


_CHRONY = ProcessModel(
    "chronyd", "chronyd", "/usr/sbin/chronyd -F 1", "chrony", 0.001, 3.2, 1, 12, (), "chrony.service"
)


def _jump() -> MachineModel:
    audit = _native("session-audit", 0.02, 88, user="audit")
    sshd = ProcessModel(
        "sshd", "sshd", "sshd: /usr/sbin/sshd -D [listener]", "root", 0.002, 9, 1, 14, (22,), "ssh.service"
    )
    return MachineModel(
        "jump-1",
        "跳板机 jump host",
        "jump",
        "access",
        (sshd, audit, _CHRONY),
        (InterfaceModel("eth0", 4e6, 5e6),),
        (_ROOT, _BOOT),
        jump=True,
        cpus=2,
        memory_gb=4,
        background_cpu=0.03,
        table=110,
    )


def _quote_gateway() -> MachineModel:
    feed = _native("quote-feed", 0.34, 420, (9101,))
    relay = _native("quote-relay", 0.18, 260, (9102,))
    line = InterfaceModel("eth1", 3.1e6, 0.12e6, "SGE-quote", 10e6, "10.96.1.1", 3.8)
    return MachineModel(
        "quote-gw-1",
        "行情网关 quote gateway",
        "quote-gateway",
        "exchange",
        (feed, relay, _CHRONY),
        (InterfaceModel("eth0", 3e6, 46e6), line),
        (_ROOT, _LOG),
        logs=(LogModel("quote-log", "/var/log/quote-feed/quote-feed.log", "quote-feed", "SGE-quote"),),
        memory_gb=8,
        background_cpu=0.04,
        apps=(AppModel("quotes", "tcp", "quote-feed", 9101, "QUOTE 2.4 ready", takes_s=0.006),),
    )


def _order_gateway(number: int, carrier: str, latin: str, peak_bps: float) -> MachineModel:
    gateway = _native("order-gw", 0.22, 310, (9001,))
    session = _native("sge-session", 0.12, 140)
    line = InterfaceModel("eth1", peak_bps, peak_bps * 0.62, f"SGE-{number}", 10e6, f"10.96.{number}0.1", 2.4 + number)
    return MachineModel(
        f"order-gw-{number}",
        f"报盘网关{number} ({carrier}) order gateway {latin}",
        "order-gateway",
        "exchange",
        (gateway, session, _CHRONY),
        (InterfaceModel("eth0", 8e6, 9e6), line),
        (_ROOT, _LOG),
        logs=(LogModel("order-log", "/var/log/order-gw/order-gw.log", "order-gw", f"SGE-{number}"),),
        via="jump-1",
        memory_gb=8,
        background_cpu=0.04,
        apps=(AppModel("orders", "tcp", "order-gw", 9001, "SGE-GW 3.1", takes_s=0.004),),
    )


def _trade_front() -> MachineModel:
    front = _java("trade-front", "front-4.2.1.jar", 0.85, 3300, (17001, 17002), 180)
    login = _java("login-server", "login-2.8.0.jar", 0.16, 900, (17010,))
    nginx = ProcessModel(
        "nginx",
        "nginx",
        "nginx: master process /usr/sbin/nginx",
        "root",
        0.01,
        12,
        1,
        40,
        (443,),
        "nginx.service",
        "/run/nginx.pid",
    )
    internet = InterfaceModel("eth1", 17e6, 36e6, "internet", 100e6)
    return MachineModel(
        "trade-front-1",
        "交易前置 trade front",
        "trade-front",
        "trading",
        (front, login, nginx, _CHRONY),
        (_LAN, internet),
        (_ROOT, _LOG),
        via="jump-1",
        cpus=8,
        memory_gb=32,
        background_cpu=0.06,
        table=240,
        apps=(
            AppModel("front", "tcp", "trade-front", 17001, "FRONT 4.2.1", takes_s=0.018),
            AppModel("web", "http", "nginx", 443, names=("trade.gold-desk.example", "127.0.0.1"), takes_s=0.035),
        ),
    )


def _match_client() -> MachineModel:
    client = _java("match-client", "match-client-3.1.4.jar", 0.62, 2400, (17101,))
    queue = _native("mq-broker", 0.25, 780, (5672,), "mq")
    return MachineModel(
        "match-client-1",
        "撮合客户端 matching client",
        "match-client",
        "trading",
        (client, queue, _CHRONY),
        (_LAN,),
        (_ROOT, _LOG, MountModel("/data", "/dev/sdb1", 200, 0.34, "xfs", 600)),
        via="jump-1",
        cpus=8,
        memory_gb=32,
    )


def _risk() -> MachineModel:
    engine = _native("risk-engine", 0.55, 1650, (17201,))
    margin = _native("margin-calc", 0.21, 520)
    return MachineModel(
        "risk-1",
        "风控 risk control",
        "risk",
        "trading",
        (engine, margin, _CHRONY),
        (_LAN,),
        (_ROOT, _LOG),
        apps=(AppModel("risk-health", "http", "risk-engine", 17201, takes_s=0.022),),
        via="jump-1",
        cpus=8,
        memory_gb=32,
    )


def _settlement() -> MachineModel:
    postgres = ProcessModel(
        "postgres",
        "postgres",
        "/usr/lib/postgresql/15/bin/postgres -D /data/settle",
        "postgres",
        0.48,
        4100,
        1,
        210,
        (5432,),
        "postgresql.service",
        "/run/postgresql/15-main.pid",
    )
    batch = _java("settle-batch", "settle-5.0.2.jar", 0.3, 2100)
    mounts = (
        _ROOT,
        _LOG,
        MountModel("/data", "/dev/mapper/vg0-settle", 500, 0.63, "xfs", 1900),
        MountModel("/archive", "nas-1:/vol/archive", 4000, 0.55, "nfs4", 2500, local=False),
    )
    return MachineModel(
        "settle-db-1",
        "结算数据库 settlement database",
        "database",
        "settlement",
        (postgres, batch, _CHRONY),
        (_LAN,),
        mounts,
        via="jump-1",
        cpus=16,
        raid=True,
        memory_gb=64,
        memory_used=0.58,
        background_cpu=0.08,
        table=320,
        apps=(
            AppModel("postgres", "tcp", "postgres", 5432, takes_s=0.009),
            AppModel("db-free", "command", "postgres", takes_s=0.14, size_gb=400, used=0.61, grows_mb_day=1700),
        ),
    )


def _branch(number: int) -> MachineModel:
    """A branch office's server, with twenty processes to watch: what a large site has many of."""
    named = tuple(
        _native(f"desk-{seat:02d}", 0.02 + 0.002 * seat, 40 + 3 * seat, (9200 + seat,)) for seat in range(1, 20)
    )
    uplink = InterfaceModel("eth1", 1.6e6, 0.9e6, f"branch-{number:03d}", 4e6)
    return MachineModel(
        f"branch-{number:03d}",
        f"营业部 branch {number:03d}",
        "branch",
        "branches",
        (*named, _CHRONY),
        (InterfaceModel("eth0", 6e6, 5e6), uplink),
        (_ROOT, _LOG),
        cpus=2,
        memory_gb=8,
    )


def members(count: int | None = None) -> tuple[MachineModel, ...]:
    """The fleet: the member's machines, the jump host first; beyond those, branches up to ``count`` machines."""
    fleet = (
        _jump(),
        _quote_gateway(),
        _order_gateway(1, "电信", "telecom", 3.7e6),
        _order_gateway(2, "联通", "unicom", 3.4e6),
        _trade_front(),
        _match_client(),
        _risk(),
        _settlement(),
    )
    wanted = len(fleet) if count is None else count
    return (fleet + tuple(_branch(number + 1) for number in range(wanted - len(fleet))))[:wanted]
