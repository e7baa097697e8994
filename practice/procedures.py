"""What a gold-exchange member does in an emergency, as the practice site has it.

``examples/emergency.toml`` says the same as a site file does, to be copied and changed; a test compares both.
"""

from __future__ import annotations

from duty.emergency import HERE, Procedure, Step
from duty.phrases import Phrase, own
from duty.records import Subject

_THING = Subject(HERE)


def _on(host: str, kind: str = "host", key: str = "") -> Subject:
    return Subject(host, kind, key or host)


def _step(key: str, do: tuple[str, str], expect: tuple[str, str], *shows: Subject) -> Step:
    return Step(key, _said(do), _said(expect), shows)


def _said(words: tuple[str, str]) -> Phrase:
    return own({"en": words[0], "zh_CN": words[1]})


LINE = Procedure(
    "line-failover",
    _said(("Failover of an exchange line", "交易所线路切换")),
    (
        _step(
            "confirm",
            ("See whether only this line is ill: the other line and its gateway must be well.",
             "确认仅本线路异常：另一条线路及其网关必须正常。"),
            ("The other line answers and is not full.", "另一条线路有应答且未占满。"),
            _THING, _on("order-gw-1", "line", "SGE-1"), _on("order-gw-2", "line", "SGE-2"),
        ),
        _step(
            "tell",
            ("Tell the shift lead and the trading desk that orders will go by the other line.",
             "告知值班组长和交易室：报单将改走另一条线路。"),
            ("Both have said it back.", "双方均已复述。"),
        ),
        _step(
            "switch",
            ("Have the orders routed to the gateway of the other line, by the firm's switch-over, two persons.",
             "按公司切换手册将报单路由切到另一条线路的网关，双人操作。"),
            ("The other gateway takes orders and its log shows no rejects.", "另一网关正常收单，日志无拒单。"),
            _on("order-gw-1", "app", "orders"), _on("order-gw-2", "app", "orders"),
        ),
        _step(
            "provider",
            ("Call the line's provider with the circuit number; note whom you spoke to and when.",
             "致电线路运营商并报电路编号，记录联系人和时间。"),
            ("A fault number is given.", "已取得故障单号。"),
            _THING,
        ),
    ),
    alarms=("line.gone", "line.no_link", "line.congested", "ping.silent", "ping.loss"),
)  # fmt: skip
GATEWAY = Procedure(
    "gateway-restart",
    _said(("Restart of an order gateway", "报盘网关重启")),
    (
        _step(
            "freeze",
            ("Tell the desk that this gateway stops; no new orders go to it.", "告知交易室该网关停用，不再向其报单。"),
            ("The desk has said it back.", "交易室已复述。"),
            Subject(HERE, "process", "order-gw"), Subject(HERE, "app", "orders"),
        ),
        _step(
            "reason",
            ("Keep what speaks for the reason: last lines of the log, memory, disk, open files.",
             "先留存证据：日志末尾、内存、磁盘、打开的文件。"),
            ("It is in the incident's notes.", "已写入事件记录。"),
            _on(HERE), Subject(HERE, "event", "order-log"),
        ),
        _step(
            "start",
            ("Start the gateway and then its exchange session, in this order; the second person watches.",
             "先启动网关，再启动交易所会话，第二人监护。"),
            ("Both run, the port answers.", "两个进程均在运行，端口有应答。"),
            Subject(HERE, "process", "order-gw"), Subject(HERE, "process", "sge-session"),
            Subject(HERE, "app", "orders"),
        ),
        _step(
            "reconcile",
            ("Have orders and deals since the fault compared with the exchange before new orders go out.",
             "与交易所核对故障以来的委托和成交，核对一致后再放行新单。"),
            ("The desk says that they agree.", "交易室确认一致。"),
        ),
    ),
    alarms=("process.missing", "process.quiet", "app.no_answer"),
    roles=("order-gateway",),
)  # fmt: skip
DATABASE = Procedure(
    "database-full",
    _said(("The database is full, or nearly", "数据库空间告急")),
    (
        _step(
            "measure",
            ("See what is full, the volume or the database itself, and how long it still lasts.",
             "确认是磁盘卷满还是库本身满，以及还能维持多久。"),
            ("You know how much is left, and until when.", "已知剩余空间和时间。"),
            _on("settle-db-1", "disk", "/data"), _on("settle-db-1", "app", "db-free"),
        ),
        _step(
            "stop-growth",
            ("Stop what fills it and is not needed for trading: exports, reports, verbose logs.",
             "停止占用空间且非交易必需的任务：导出、报表、详细日志。"),
            ("It grows no faster than on other days.", "增长速度恢复到平日水平。"),
            _on("settle-db-1", "disk", "/data"),
        ),
        _step(
            "make-room",
            ("Move what was archived and proved to the history server; delete nothing that is not proved there.",
             "将已归档且已校验的数据移至历史库；未校验的一律不删。"),
            ("Free space lasts beyond the next settlement.", "剩余空间可支撑到下次结算之后。"),
            _on("settle-db-1", "disk", "/data"), _on("settle-db-1", "app", "db-free"),
        ),
        _step(
            "prove",
            ("Have a test entry written and read, and settlement say that it works.",
             "写入并读取一条测试记录，请结算岗确认可用。"),
            ("The database answers in its usual time.", "数据库响应时间正常。"),
            _on("settle-db-1", "process", "postgres"), _on("settle-db-1", "app", "postgres"),
        ),
    ),
    alarms=("disk.filling", "disk.time_to_full", "number.limit", "number.limit_ahead"),
    hosts=("settle-db-1",),
)  # fmt: skip
QUOTES = Procedure(
    "quotes-frozen",
    _said(("Quotes are frozen", "行情停滞")),
    (
        _step(
            "desk",
            ("Tell the desk at once that quotes are old; nobody trades on them.",
             "立即告知交易室行情已过时，不得据此交易。"),
            ("The desk has said it back.", "交易室已复述。"),
        ),
        _step(
            "where",
            ("See where they stop: line, feed, relay, or behind it.", "定位停滞点：线路、行情接收、转发或下游。"),
            ("The first part that is not well is named.", "已确定最先异常的环节。"),
            _on("quote-gw-1", "line", "SGE-quote"), _on("quote-gw-1", "process", "quote-feed"),
            _on("quote-gw-1", "process", "quote-relay"), _on("quote-gw-1", "app", "quotes"),
        ),
        _step(
            "restart",
            ("Restart the first part that is not well, then those behind it, in this order; two persons.",
             "从最先异常的环节起依次重启，双人操作。"),
            ("Quotes move, their time is now.", "行情刷新，时间为当前时间。"),
            _on("quote-gw-1", "process", "quote-feed"), _on("quote-gw-1", "process", "quote-relay"),
            _on("quote-gw-1", "event", "quote-log"),
        ),
        _step(
            "release",
            ("Compare three contracts with a second source, then tell the desk that quotes are good.",
             "抽查三个合约与第二行情源比对，一致后告知交易室行情恢复。"),
            ("They agree; the desk trades again.", "比对一致，交易室恢复交易。"),
            _on("quote-gw-1", "app", "quotes"),
        ),
    ),
    hosts=("quote-gw-1",),
)  # fmt: skip
PROCEDURES = (LINE, GATEWAY, DATABASE, QUOTES)
