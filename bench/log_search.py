"""Finding lines of a duty log of years: by its index, by LIKE over the same table, and page by page.

    python bench/log_search.py [ROWS] [FOLDER]

Makes ROWS lines (1,000,000) with a fixed seed, half of them sentences of the engine, half words of people in Chinese,
English and both; takes them into the index; then asks 200 queries for their first page of 50 lines, every one of which
is compared with what LIKE finds in the same store and run. Left behind in FOLDER if one is named: a second run uses it.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from duty.log_query import LogQuery, parse
from duty.phrases import of, phrase
from duty.records import LogKind, NewLogEntry, Subject
from storage.store import Store
from wire.words import EVERY_LANGUAGE

SEED, BEGIN, EVERY_S = 20261124, 1_700_000_000.0, 95.0
"""A line each 95 s: three years in a million."""
PAGE, TURN = 50, 1000
ZONE = ZoneInfo("Asia/Shanghai")
HOSTS = [
    f"{kind}-{n}"
    for kind in ("quote-gw", "order-gw", "risk", "settle-db", "front", "match", "jump")
    for n in range(1, 9)
]
PEOPLE = ["wang.lei", "li.wei", "zhang.min", "chen.jie", "liu.yang", "zhao", "sun.tao", "zhou"]


def words(text: str) -> list[str]:
    """One by one."""
    return text.split()


CHINESE = words(
    "行情 网关 断线 重连 报盘 席位 登录 成交 回报 延迟 丢包 带宽 余量 磁盘 空间 不足 清理 日志 结算 "
    "数据库 主备 切换 交易所 "
    "电话 确认 正常 异常 处理 完成 通知 厂商 升级 版本 回退 备份 巡检 机房 空调 温度 值班 交接 风控 阈值 "
    "越限 重启 进程 内存 "
    "线程 证书 到期"
)
ENGLISH = words(
    "quote gateway lost reconnected "
    "order seat login fill report delay packet bandwidth headroom disk space low cleared "
    "log settlement database primary standby switched exchange called confirmed normal failed handled done told vendor "
    "upgrade version rollback backup "
    "round room cooling temperature duty handover risk limit exceeded restarted process "
    "memory thread certificate expires timeout socket refused checksum sequence gap resend heartbeat session FIX CTP"
)
RARE = ("汇率", "雷击", "跳闸", "zookeeper", "0x7ffe", "漏水")


def entries(rows: int) -> Iterator[NewLogEntry]:
    """The lines, always the same."""
    chance = random.Random(SEED)
    for row in range(rows):
        at = BEGIN + row * EVERY_S + chance.random()
        host = chance.choice(HOSTS)
        match chance.randrange(8):
            case 0:
                said = of(host, phrase("lost after {seconds} s", seconds=chance.randrange(90)))
                yield NewLogEntry(LogKind.CONNECTION, "", at, Subject(host, "host", host), said=said)
            case 1:
                name = f"{chance.choice(ENGLISH)}d"
                said = phrase("process {name} is missing", name=name)
                yield NewLogEntry(LogKind.STATE, "", at, Subject(host, "process", name), said=said)
            case 2 | 3:
                number = row // 40 + 1
                said = phrase("incident {number}: the fault shows again", number=number)
                yield NewLogEntry(LogKind.INCIDENT, "", at, Subject(host, "line", "SGE-1"), said=said, incident=number)
            case 4 | 5:
                yield _note(chance, at, host, "".join(chance.choices(CHINESE, k=chance.randrange(4, 14))))
            case 6:
                yield _note(chance, at, host, " ".join(chance.choices(ENGLISH, k=chance.randrange(4, 14))))
            case _:
                words = [
                    f"{chance.choice(CHINESE)}{chance.choice(('', ' ', ', '))}{chance.choice(ENGLISH)}"
                    for _ in range(5)
                ]
                words.append(chance.choice(RARE) if chance.random() < 0.001 else str(chance.randrange(10_000)))
                yield _note(chance, at, host, " ".join(words))


def _note(chance: random.Random, at: float, host: str, text: str) -> NewLogEntry:
    about = Subject(host, "host", host) if chance.random() < 0.7 else Subject()
    return NewLogEntry(LogKind.NOTE, chance.choice(PEOPLE), at, about, text)


def queries(rows: int) -> dict[str, list[str]]:
    """200 of them, 25 of a kind."""
    chance = random.Random(SEED + 1)
    zh, en = (lambda: chance.choice(CHINESE)), (lambda: chance.choice(ENGLISH))

    def a_day() -> str:
        day = datetime.fromtimestamp(BEGIN + chance.random() * rows * EVERY_S, ZONE).strftime("%Y-%m-%d")
        return f"host:{chance.choice(HOSTS)} actor:{chance.choice(PEOPLE)} since:{day} until:{day} {zh()}"

    def nothing() -> str:
        numbered = f"actor:zhao incident:{chance.randrange(9999)} 断线"
        return chance.choice((f"{zh()}鑫", f"{en()}ology", "雷击汇率", numbered))

    kinds: dict[str, Callable[[], str]] = {
        "two characters of Chinese": lambda: zh()[:2],
        "four characters of Chinese": lambda: zh() + zh(),
        "an English word": en,
        "a rare word": lambda: chance.choice(RARE),
        "three words": lambda: f"{zh()} {en()} {zh()}",
        "a phrase": lambda: f'"{en()} {en()} {en()}"',
        "host, actor, a day, a word": a_day,
        "nothing to be found": nothing,
    }
    return {name: [make() for _ in range(25)] for name, make in kinds.items()}


TEXT = " || char(10) || ".join(("text", "coalesce(said_english, '')", "host", "subject_key", "actor"))


def by_like(raw: sqlite3.Connection, query: LogQuery) -> list[int]:
    """The first page by a scan of the table: the words only, in those of people and the English of the engine."""
    conditions = " AND ".join(f"({TEXT}) LIKE ?" for _ in query.terms) or "1"
    statement = f"SELECT seq FROM log_entry WHERE {conditions} ORDER BY seq DESC LIMIT {PAGE}"
    return [row[0] for row in raw.execute(statement, [f"%{term}%" for term in query.terms])]


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


def spread(taken: list[float]) -> str:
    """p50, p99 and most."""
    ordered = sorted(taken)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"{statistics.median(ordered):9.2f} {p99:9.2f} {ordered[-1]:9.2f}"


def size(store: Store) -> float:
    """Megabytes, with what is still in the file's log."""
    raw = sqlite3.connect(str(store.place))
    pages = raw.execute("PRAGMA page_count").fetchone()[0] * raw.execute("PRAGMA page_size").fetchone()[0]
    raw.close()
    return float(pages) / 1e6


def fill(store: Store, rows: int) -> None:
    """Write the lines and take them into the index, both measured."""
    begun, batch = time.perf_counter(), []
    for entry in entries(rows):
        batch.append(entry)
        if len(batch) == 5000:
            store.append_log(batch, batch[-1].event_at + 1)
            batch = []
    if batch:
        store.append_log(batch, batch[-1].event_at + 1)
    written = size(store)
    print(f"{rows:,} lines written in {time.perf_counter() - begun:.0f} s, {written:.0f} MB", flush=True)
    begun, turns = time.perf_counter(), []
    while True:
        taken = time.perf_counter()
        if not store.index(TURN):
            break
        turns.append((time.perf_counter() - taken) * 1e3)
    whole = time.perf_counter() - begun
    print(f"index: {whole:.0f} s, {whole / rows * 1e6:.0f} us a line; transactions of {TURN}, ms: {spread(turns)}")
    print(f"index: {size(store) - written:.0f} MB", flush=True)


def ask(store: Store, raw: sqlite3.Connection, rows: int) -> None:
    """Every query by both ways."""
    now = BEGIN + rows * EVERY_S
    every: list[float] = []
    every_like: list[float] = []
    print(
        f"{'ms, first page of ' + str(PAGE):32}{'p50':>9} {'p99':>9} {'most':>9}{'LIKE p50':>12} {'p99':>9} {'most':>9}"
    )
    for name, texts in queries(rows).items():
        mine, like = [], []
        for text in texts:
            query = parse(text, ZONE, now)
            assert isinstance(query, LogQuery), str(query)
            found: list[int] = []
            mine.append(timed(lambda q=query, f=found: f.extend(e.seq for e in store.search(q, limit=PAGE).entries)))
            scanned: list[int] = []
            like.append(timed(lambda q=query, f=scanned: f.extend(by_like(raw, q))))
            only_words = query == LogQuery(terms=query.terms)
            if only_words and scanned:  # the index knows the engine's Chinese besides: it may find newer ones
                assert set(scanned) <= set(found) or (len(found) == PAGE and found[-1] >= scanned[-1]), text
        print(f"{name:32}{spread(mine)}   {spread(like)}", flush=True)
        every += mine
        every_like += like
    print(f"{'all ' + str(len(every)):32}{spread(every)}   {spread(every_like)}")
    print(f"LIKE takes {statistics.median(every_like) / statistics.median(every):.0f} times as long (p50)")


def page(store: Store, rows: int) -> None:
    """The first page and deep ones, of everything and of a query."""
    for name, query in (("everything", LogQuery()), ("网关", LogQuery(terms=("网关",)))):
        for where, before in (
            ("the first page", None),
            ("page 10,000", rows - 10_000 * PAGE),
            ("the last page", PAGE + 1),
        ):
            taken = [timed(lambda q=query, b=before: store.search(q, before=b, limit=PAGE)) for _ in range(30)]
            print(f"{name + ', ' + where:32}{spread(taken)}", flush=True)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="wk-") as temporary:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary)
        store = Store(folder / "records.sqlite", EVERY_LANGUAGE)
        if not store.search(LogQuery(), limit=1).entries:
            fill(store, rows)
        raw = sqlite3.connect(str(store.place))
        ask(store, raw, rows)
        page(store, rows)
        print(f"SQLite {sqlite3.sqlite_version}, {datetime.now(UTC):%Y-%m-%d}")
        store.close()


if __name__ == "__main__":
    main()
