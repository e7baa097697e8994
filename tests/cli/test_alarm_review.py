"""``watchkeeper alarms --review``: the load as the duty log has it, whether a watch runs or not."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from cli.main import main
from cli.target import STORE_NAME
from config.paths import places, prepare
from duty.alarm_def import AlarmKey
from duty.alarm_lines import flood_line, line_of
from duty.alarm_load import Counted, Flood
from duty.alarm_record import AlarmEvent, EventKind
from duty.alarm_states import AlarmState
from duty.phrases import phrase
from duty.quality import State
from duty.records import LogKind, NewLogEntry, Subject
from storage.store import Store
from tests.support.alarms import KEY

DAY = 86_400.0


def event(kind: EventKind, at: float, state: AlarmState = AlarmState.UNACKNOWLEDGED, host: str = "gw") -> AlarmEvent:
    key = AlarmKey(Subject(host, "process", "relay"), KEY.definition)
    return AlarmEvent(
        key=key, number=1, kind=kind, state=state, at=at, mono=at, priority=2, said=phrase("gone"),
        event=1, severity=State.ACT, announced=state is AlarmState.UNACKNOWLEDGED,
    )  # fmt: skip


def lines(now: float) -> list[NewLogEntry]:
    """What came in two days: four announced, one of them in each way; the rest was silent or is none."""
    storm = Flood(Counted(KEY, 1, now - DAY, 0.0, 2), 12, 12, (), now - DAY + 60, 60.0)
    told = [
        event(EventKind.RAISED, now - DAY),
        event(EventKind.RAISED, now - DAY + 1, host="gw2"),
        event(EventKind.WORSE, now - DAY + 2),
        event(EventKind.REALARMED, now - DAY + 3),
        event(EventKind.SHIFT_CHANGED, now - DAY + 4),
        event(EventKind.RETURNED, now - DAY + 5, AlarmState.RETURNED),
        event(EventKind.RAISED, now - DAY + 6, AlarmState.SHELVED),
        event(EventKind.RAISED, now - DAY + 7, AlarmState.OUT_OF_SERVICE),
        event(EventKind.RAISED, now - DAY + 8, AlarmState.SUPPRESSED),
    ]
    first = NewLogEntry(LogKind.NOTE, "wang", now - 2 * DAY, text="the log begins")
    return [first, *[made for one in told if (made := line_of(one)) is not None], flood_line(storm)]


@pytest.fixture
def site(tmp_path: Path) -> str:
    path = tmp_path / "watchkeeper.toml"
    path.write_text('[site]\nname = "Desk"\ntime_zone = "Asia/Shanghai"\n[hosts.gw]\n')
    store = Store(prepare(places(str(path.resolve()), os.environ)).state / STORE_NAME)
    now = time.time()
    store.append_log(lines(now), now)
    store.close()
    return str(path)


def test_i16_suppressed_and_out_of_service_do_not_count_and_shelved_stands_beside(
    site: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.alarm_review.PAGE", 2)
    assert main(["--site", site, "alarms", "--review", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["announced"], found["shelved"], found["floods"], found["most_10min"]) == (4, 1, 1, 4)
    assert found["days"] == pytest.approx(2.0, abs=0.1), "days before the first line are none without alarms"
    assert found["top"][0] == {"alarm": f"{KEY.definition} {Subject('gw', 'process', 'relay')}", "count": 3}
    assert found["share_by_priority"] == {"2": 1.0} and not found["enough"]


def test_it_is_said_in_both_languages_against_the_figures(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--site", site, "alarms", "--review"]) == 0
    said = capsys.readouterr().out
    assert "announced: 4; came while shelved: 1" in said and "meant for 30 or more" in said
    assert main(["--site", site, "alarms", "--review", "--lang", "zh_CN", "--since", "1h"]) == 0
    said = capsys.readouterr().out
    assert "已通告：0" in said and "可接受" in said
    assert main(["--site", site, "alarms", "--review", "--since", "when"]) == 2


def test_a_store_that_is_not_there_is_said_and_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "watchkeeper.toml"
    path.write_text('[site]\nname = "Desk"\n[hosts.gw]\n')
    assert main(["--site", str(path), "alarms", "--review"]) == 2
    assert capsys.readouterr().err
