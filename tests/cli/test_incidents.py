"""Incidents without a screen: listed, printed, and as a report that nothing in it can turn into markup."""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cli.main import main
from config.paths import places, prepare
from duty.incident_details import Cause, Evidence, Fact, Opening, Resolution, Review, ReviewAction
from duty.quality import Quality, State
from duty.records import IncidentMove, Move, Subject
from storage.store import Store

AT = 1_795_490_760.0
"""2026-11-24 11:26 in Shanghai."""
EVIL = "<script>alert(1)</script> **bold** [x](http://evil)"
SITE = """
[site]
name = "Desk"
time_zone = "Asia/Shanghai"
[[site.sessions]]
name = "morning"
from = "09:00"
to = "11:30"
[[site.sessions]]
name = "afternoon"
from = "13:30"
to = "15:30"
[hosts.gw]
[incidents]
profiles = ["csrc-2012"]
"""


@pytest.fixture
def site(tmp_path: Path, own_world: Path) -> Path:
    path = tmp_path / "watchkeeper.toml"
    path.write_text(SITE)
    store = Store(prepare(places(str(path.resolve()), os.environ)).state / "records.sqlite")
    evidence = Evidence(AT, State.ACT, Quality.GOOD, subject=(Fact("copies running", 0, "count", 1.0),), lines=(EVIL,))
    found = Review("it stood still", "a leak", actions=(ReviewAction("mend it", "li", "2026-12-01"),))
    for move in (
        IncidentMove(
            0, 0, Move.OPENED, AT, "", "orders stand still", subject=Subject("gw", "process", "order-gw"), level=1,
            details=Opening(evidence),
        ),
        IncidentMove(0, 1, Move.TAKEN, AT + 60, "wang"),
        IncidentMove(0, 1, Move.NOTED, AT + 90, "wang", EVIL),
        IncidentMove(0, 1, Move.MITIGATED, AT + 127 * 60, "wang", "switched"),
        IncidentMove(0, 1, Move.RESOLVED, AT + 130 * 60, "wang", "restarted", details=Resolution(Cause.SOFTWARE)),
        IncidentMove(0, 1, Move.REVIEWED, AT + 200 * 60, "li", details=found),
    ):  # fmt: skip
        store.move(move, AT)
    store.close()
    return path


def printed(site: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["--site", str(site), *words]) == 0
    return capsys.readouterr().out


def test_the_list_has_a_line_for_each(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(site, capsys, "incidents") == "1  level 1  reviewed  2026-11-24 11:26  orders stand still\n"


def test_s8_the_report_has_both_measures_the_clocks_and_what_happened(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(site, capsys, "incident", "1", "--report")
    assert text.startswith("# Situation report: incident 1\n")
    for words in (
        "without the service for 7 trading minutes (2 h 7 min in all)",
        "2026-11-24 11:26:00 opened (watch): orders stand still",
        "CSRC 公告 2012-46",
        "copies running 0",
        "root cause: a leak",
        "to do by 2026-12-01, li: mend it",
        "cause: software fault",
    ):
        assert words in text, words
    assert r"\*\*bold\*\*" in text and "<script>" not in text
    assert "copies running" not in printed(site, capsys, "incident", "1"), "without --report it is short"


class Tags(HTMLParser):
    """Collects what a browser would take for elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.add(tag)


def test_the_page_needs_nothing_else_and_runs_nothing(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(site, capsys, "incident", "1", "--report", "--format", "html")
    tags = Tags()
    tags.feed(text)
    assert tags.found == {"html", "head", "meta", "title", "style", "body", "h1", "h2", "ul", "li"}
    assert "&lt;script&gt;" in text and "src=" not in text and "href=" not in text


def test_chinese(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(site, capsys, "--lang", "zh_CN", "incident", "1", "--report")
    assert "业务中断：交易时间 7 分钟" in text and "root cause" not in text


def test_what_is_not_there_is_said(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--site", str(site), "incident", "77"]) == 2
    assert "there is no incident 77" in capsys.readouterr().err
    other = tmp_path / "other.toml"
    other.write_text('[site]\nname = "Other"\n[hosts.gw]\n')
    assert main(["--site", str(other), "incidents"]) == 2
    assert "no records are kept" in capsys.readouterr().err
