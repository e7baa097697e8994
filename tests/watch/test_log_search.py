"""Searching beside the writing: no write waits for it, and a newer search takes the place of an older."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from duty.log_query import LogQuery
from duty.records import LogKind, NewLogEntry, Refused
from tests.support.feeds import HandClock
from watch.records import INDEX_FROM, Records


def line(text: str) -> NewLogEntry:
    return NewLogEntry(LogKind.NOTE, "wang", 5.0, text=text)


async def test_a_search_under_way_holds_up_no_write_and_gives_way_to_a_newer_one(tmp_path: Path) -> None:
    records = await Records.open(tmp_path / "records.sqlite", HandClock())
    await records.write_log(line("断线"))
    store, begun, go_on = records._store, threading.Event(), threading.Event()
    assert store is not None
    plainly = store.search

    def slow(*given: object, **more: object) -> object:
        begun.set()
        assert go_on.wait(20)
        return plainly(*given, **more)  # type: ignore[arg-type]

    store.search = slow  # type: ignore[method-assign,assignment]
    first = asyncio.create_task(records.search(LogQuery(), asker="me"))
    await asyncio.to_thread(begun.wait, 20)
    assert (await records.write_log(line("written meanwhile"))).seq == 2 and not first.done()
    second = asyncio.create_task(records.search(LogQuery(terms=("断线",)), asker="me"))
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(Refused, match="another search"):
        await first
    assert [entry.seq for entry in (await second).entries] == [1]
    await records.close()


async def test_many_lines_are_taken_into_the_index_beside_all_else(tmp_path: Path) -> None:
    records = await Records.open(tmp_path / "records.sqlite", HandClock())
    for number in range(INDEX_FROM + 1):
        await records.write_log(line(f"第{number}条"))
    assert records._indexing is not None
    await records._indexing
    assert records._store is not None and records._store.unindexed() < INDEX_FROM
    await records.close()
