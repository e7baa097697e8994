"""The journal followed by the real journalctl, and this machine's own logs."""

from __future__ import annotations

from pathlib import Path

from collectors.local_events import LocalEvents
from duty.site import EventPattern, EventRule
from tests.support.journal import Journal
from tests.support.logs import Follow, rule

# --- the journal -------------------------------------------------------------------------------------------------


def journal_rules() -> tuple[EventRule, EventRule]:
    patterns = (EventPattern("FATAL", 2), EventPattern("ERROR", 1))
    return EventRule("kernel", patterns=patterns), EventRule("unit", unit="gw.service", patterns=patterns)


def test_the_journal_is_read_on_from_its_cursor(pair: str, tmp_path: Path, follow: Follow) -> None:
    journal = Journal(tmp_path)
    journal.write(b"ERROR old", b"fine")
    journal.write(b"ERROR old too", unit="gw.service")
    reader = follow(*journal_rules(), pair=pair)
    assert not [piece for piece in reader.look().pieces if piece.lines]
    journal.write(b"ERROR k1", b"fine", b"FATAL k2")
    journal.write(
        b'ERROR "quoted" \\ back\nand more \xff\x1b[31m "__CURSOR" : "x"', "ERROR 心跳".encode(), unit="gw.service"
    )
    journal.write(b"ERROR of another", unit="other.service")
    texts: dict[str, list[str]] = {"kernel": [], "unit": []}
    for _ in range(3):
        reading = reader.look()
        assert not reading.failures and not [piece.gap for piece in reading.pieces if piece.gap]
        for piece in reading.pieces:
            texts[piece.key] += [one.text for one in piece.lines]
        journal.write(b"ERROR again")
    assert texts["kernel"] == ["FATAL k2", "ERROR k1", "ERROR again", "ERROR again"] or texts["kernel"] == [
        "ERROR k1",
        "FATAL k2",
        "ERROR again",
        "ERROR again",
    ]
    first, second = texts["unit"]
    assert first.startswith('ERROR "quoted" \\ back and more \ufffd') and '"__CURSOR" : "x"' in first
    assert second == "ERROR 心跳"


def test_a_journal_that_lost_its_place_says_so(tmp_path: Path, follow: Follow) -> None:
    journal = Journal(tmp_path)
    journal.write(b"ERROR 1")
    reader = follow(journal_rules()[0])
    reader.look()
    journal.write(b"ERROR 2")
    assert [one.text for one in reader.piece().lines] == ["ERROR 2"]
    (journal.folder / "one.journal").unlink()
    journal.write(b"ERROR 3", file="two")
    piece = reader.piece()
    assert (piece.gap, [one.text for one in piece.lines]) == ("journal", ["ERROR 3"])
    assert not reader.piece().gap


def test_no_journal_and_no_journalctl_are_told_apart(tmp_path: Path, follow: Follow) -> None:
    Journal(tmp_path)
    reader = follow(journal_rules()[0])
    assert [str(one.why) for one in reader.look().failures] == ["journal cannot be read on this host"]
    (tmp_path / "bin" / "journalctl").write_text(
        '#!/bin/sh\necho "Hint: You are currently not seeing messages from other users and the system." >&2\n'
    )
    assert [str(one.why) for one in reader.look().failures] == ["the login may not see journal"]


# --- this machine ------------------------------------------------------------------------------------------------


def test_this_machine_follows_its_own_logs(tmp_path: Path) -> None:
    log = tmp_path / "gw.log"
    log.write_bytes(b"begin\n")
    local = LocalEvents()
    try:
        (piece,) = local.read((rule(log),), {}).pieces
        with log.open("ab") as file:
            file.write(b"ERROR 1\n")
        (piece,) = local.read((rule(log),), {"gw log": piece.end}).pieces
        assert [one.text for one in piece.lines] == ["ERROR 1"]
        child = local._child
        assert child is not None
        child.kill()
        child.wait()
        assert local.read((rule(log),), {"gw log": piece.end}).same == ("gw log",), "another one is started"
    finally:
        local.close()
