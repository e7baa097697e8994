"""The header: each of its facts is there, whole, at every size, in both languages, also during a pause."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs
from rich.cells import cell_len

from duty.quality import Quality
from duty.records import Incident, IncidentState, Subject
from tests.tui.app.sites import NOW, PRACTICE, SITE, host
from tui.glyphs import UNICODE
from tui.pause import Pause
from tui.picture import Picture
from tui.widgets.header import header_lines
from wire.messages import BoardUpdate, SiteView
from wire.words import speak

LATER = 754.0
FAULTS = tuple(f"ogw{number}: host_hangs" for number in range(12))
COUNTS = {Quality.GOOD: 31, Quality.LATE: 2, Quality.STALE: 12, Quality.UNREACHABLE: 3}
SIZES = (80, 160)


def picture(site: SiteView, counts: dict[Quality, int], *, incidents: tuple[int, ...] = ()) -> Picture:
    at = [NOW]
    made = Picture("li.guoqing", lambda: at[0])
    hosts = [host(f"{q.name}-{n}", quality=q) for q, count in counts.items() for n in range(count)]
    made.board(BoardUpdate(0, NOW, True, site, tuple(hosts)))
    made.connected, made.heard_at = True, NOW + LATER
    for number in incidents:
        made.incidents[number] = opened(number)
    at[0] = NOW + LATER
    return made


def opened(number: int, title: str = "order-gw is missing") -> Incident:
    return Incident(number, IncidentState.OPEN, 1, title, None, Subject("ogw1"), NOW + number, "watch")


def drawn(made: Picture, width: int, pause: Pause | None = None) -> list[str]:
    lines = ["".join(text for text, _tone in line) for line in header_lines(made, width, UNICODE, pause)]
    assert all(cell_len(line) <= width for line in lines), lines
    return lines


def says(text: str, counts: dict[Quality, int]) -> bool:
    """Whether the counts are there, whether their words are or not."""
    bare = text.replace(" ", "")
    return all(f"{UNICODE.qualities[quality].text}{count}" in bare for quality, count in counts.items())


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize(("language", "practice"), [("en", "PRACTICE"), ("zh_CN", "练习")])
@pytest.mark.parametrize("counts", [COUNTS, dict.fromkeys(COUNTS, 0)])
def test_every_fact_is_there(width: int, language: str, practice: str, counts: dict[Quality, int]) -> None:
    speak(language)
    made = picture(structs.replace(PRACTICE, name="Gold desk", faults=FAULTS), counts, incidents=(41, 40, 42))
    first, second, _alarms = drawn(made, width)
    assert practice in first and "Gold desk" in first and "li.guoqing" in first and "Asia/Shanghai" in first
    assert "16:12:34" in first
    assert says(second, counts) and "40" in second and "12" in second, second


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize(("language", "said"), [("en", "PAUSED since 16:12:34"), ("zh_CN", "已暂停，自 16:12:34 起")])
def test_a_pause_hides_none_of_them(width: int, language: str, said: str) -> None:
    speak(language)
    made = picture(SITE, COUNTS, incidents=(40, 41))
    pause = Pause(made)
    pause.changes = 123
    bar = drawn(made, width, pause)[1]
    assert said in bar and "123" in bar and says(bar, COUNTS), bar
    assert "40" in bar, bar


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_new_incident_is_louder_than_a_pause(width: int, language: str) -> None:
    speak(language)
    made = picture(SITE, {Quality.GOOD: 4, Quality.UNREACHABLE: 1})
    pause = Pause(made)
    made.incidents[7] = opened(7, "order-gw is missing")
    (text, tone), *_rest = header_lines(made, width, UNICODE, pause)[1]
    assert tone == "alarm" and "7" in text and "order-gw is missing" in text and says(text, {Quality.GOOD: 4}), text


@pytest.mark.parametrize(
    "name", ["The gold, silver and platinum desk of the branch office at the river", "黄金交易" * 12]
)
def test_a_long_name_gives_way_to_the_time(name: str) -> None:
    first = drawn(picture(structs.replace(PRACTICE, name=name), COUNTS), 80)[0]
    assert "…" in first and first.endswith("li.guoqing  16:12:34 Asia/Shanghai ") and cell_len(first) == 80
    assert name[:5] in first


def test_a_site_that_is_not_for_practice_does_not_say_so(own_world: Path) -> None:
    assert "PRACTICE" not in drawn(picture(SITE, COUNTS), 80)[0]
