"""Logs followed through one probe, under every shell and awk there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from duty.site import EventRule
from tests.support.logs import PAIRS, Follow, Reader
from tests.support.probes import Probe, path_with_awk


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Follow]:
    running: list[Probe] = []

    def begin(*rules: EventRule, pair: str = "dash+mawk") -> Reader:
        shell, awk = pair.split("+")
        running.append(Probe(path_with_awk(tmp_path / "bin", awk), shell))
        return Reader(running[-1], *rules)

    yield begin
    for one in running:
        one.close()
