"""The duty log on the command line: proved, noted down, exported and read again without this program."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cli.codes import Exit
from cli.main import main
from config.paths import places, prepare
from duty.corrections import Correction
from duty.phrases import phrase
from duty.records import IncidentMove, LogKind, Move, NewLogEntry, Subject
from storage.attachments import MAX_BYTES
from storage.migrations import guards
from storage.store import Store
from wire.words import speak

T = 1_790_000_000.0
GW = Subject("gw", "host", "gw")
EVIL = "<script>alert(1)</script> | **bold** =cmd()\u200b 行情网关"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "watchkeeper.toml"
    path.write_text('[site]\nname = "Desk"\ntime_zone = "Asia/Shanghai"\n[hosts.gw]\n')
    return path


@pytest.fixture
def state(site: Path) -> Path:
    return prepare(places(str(site.resolve()), os.environ)).state


@pytest.fixture
def store(state: Path) -> Iterator[Path]:
    """Twelve lines: one in markup, one that came late, one that was corrected, an incident with its moves."""
    path = state / "records.sqlite"
    kept = Store(path)
    kept.append_log(
        [NewLogEntry(LogKind.WATCH, "", T, said=phrase("the watch begins: {site}, {hosts} hosts", site="d", hosts=1))],
        T,
    )
    kept.append_log([NewLogEntry(LogKind.NOTE, "wang", T + number, GW, f"note {number}") for number in range(5)], T + 5)
    kept.append_log([NewLogEntry(LogKind.NOTE, "li", T + 6, GW, EVIL)], T + 6)
    kept.append_log([NewLogEntry(LogKind.NOTE, "li", T - 3600, GW, "seen an hour ago")], T + 7)
    kept.append_log([NewLogEntry(LogKind.NOTE, "wang", T + 8, GW, "restarted gateway 03")], T + 8)
    kept.correct(Correction(9, "wang", "restarted gateway 05", "typed the wrong number"), T + 3600)
    opened = kept.move(IncidentMove(0, 0, Move.OPENED, T + 9, "wang", "slow", level=3), T + 3601)
    kept.move(IncidentMove(0, opened.incident.id, Move.TAKEN, T + 10, "wang", "done"), T + 3602)
    kept.close()
    yield path


@pytest.fixture
def say(site: Path, capfd: pytest.CaptureFixture[str]) -> Say:
    def run(*words: str) -> tuple[int, str, str]:
        code = main(["--site", str(site), *words])
        said = capfd.readouterr()
        return code, said.out, said.err

    return run


def tamper(store: Path, statement: str) -> None:
    with closing(sqlite3.connect(store)) as raw, raw:
        for name in guards():
            raw.execute(f"DROP TRIGGER IF EXISTS {name}")
        raw.execute(statement)


def test_s7_verify_says_that_all_is_well_and_prints_the_head(say: Say, store: Path) -> None:
    code, out, err = say("verify")
    assert (code, err) == (Exit.WELL, "")
    assert "Chain duty: 12 lines, 1 to 12, each as it was written." in out
    assert re.search(r"head ([0-9a-f]{12})\n     \1[0-9a-f]{52}\n", out)
    assert "Moves of incidents: 2, each as its line of the log says." in out
    assert "entered from 2026-09-21 22:13:20+08:00 to" in out


def test_s7_a_changed_row_is_named(say: Say, store: Path) -> None:
    tamper(store, "UPDATE log_entry SET text = 'nothing' WHERE seq = 4")
    code, _out, err = say("verify")
    assert code == Exit.WATCH
    assert "Chain duty: line 4 is not the one that was written: it was changed" in err
    assert "The 3 lines before it, 1 to 3, follow from each other." in err


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM log_entry WHERE seq = 4", "line 4 is missing"),
        ("DELETE FROM log_entry WHERE seq IN (4, 5)", "lines 4 to 5 are missing"),
        ("UPDATE incident_move SET actor = 'li' WHERE seq = 2", "Move 2 of an incident is not the one that line 12"),
        ("DELETE FROM incident_move WHERE seq = 1", "Move 1 of an incident is missing: line 11 tells of it"),
    ],
)
def test_what_is_missing_is_named(say: Say, store: Path, statement: str, words: str) -> None:
    tamper(store, statement)
    code, _out, err = say("verify")
    assert code == Exit.WATCH and words in err


def test_s7_the_slip_of_last_night_exposes_a_log_that_was_written_anew(say: Say, store: Path) -> None:
    code, slip, _ = say("head")
    assert (
        code == Exit.WELL and "Site Desk, chain duty" in slip and "line 12, written 2026-09-21 23:13:22+08:00" in slip
    )
    command = re.search(r"verify --head (\S+)", slip)
    assert command is not None
    kept = Store(store)
    kept.append_log([NewLogEntry(LogKind.NOTE, "li", T, text="after the slip")], T + 4000)
    kept.close()
    code, out, _ = say("verify", "--head", command[1])
    assert code == Exit.WELL and "stands at line 12" in out
    assert say("verify", "--head", command[1].partition(":")[2][:12])[0] == Exit.WELL, "as far as people note it"
    # Somebody with the file and this program writes the whole log anew, one word changed.
    entries = Store(store)
    lines = entries.read_log(limit=100)[::-1]
    entries.close()
    store.rename(store.with_suffix(".old"))
    for tail in ("-wal", "-shm"):
        store.with_name(store.name + tail).unlink(missing_ok=True)
    forged = Store(store)
    for line in lines:
        text = line.text.replace("note 2", "note 3")
        new = NewLogEntry(
            line.kind, line.actor, line.event_at, line.subject, text, line.said, supersedes=line.supersedes
        )
        forged.append_log([new], line.entered_at)
    forged.close()
    code, out, err = say("verify", "--head", command[1])
    assert code == Exit.WATCH
    assert "each as it was written" in out and "is not in this chain" in err


def test_a_head_that_is_none_is_a_wrong_command_line(say: Say, store: Path) -> None:
    assert say("verify", "--head", "nonsense")[0] == Exit.BAD
    assert say("verify", "--head", "12:abc")[0] == Exit.BAD


def test_what_cannot_be_read_is_said_and_nothing_is_made(say: Say, state: Path) -> None:
    code, _out, err = say("verify")
    assert code == Exit.BAD and "no records are kept" in err
    assert list(state.iterdir()) == [], "looking makes no store"
    old = (Path(__file__).parents[1] / "storage" / "old" / "schema-2.sql").read_text("utf-8")
    with closing(sqlite3.connect(state / "records.sqlite")) as raw:
        raw.executescript(old)
    before = (state / "records.sqlite").read_bytes()
    code, _out, err = say("verify")
    assert code == Exit.BAD and "is not chained yet" in err
    assert (state / "records.sqlite").read_bytes() == before


AUDITOR = """
import hashlib, json, sys

before, number = "0" * 64, 0
for line in open(sys.argv[1], encoding="utf-8"):
    row = json.loads(line)
    own, prev = row.pop("hash"), row.pop("prev_hash")
    body = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    number += 1
    assert prev == before and row["seq"] == number, number
    assert hashlib.sha256((prev + body).encode()).hexdigest() == own, number
    before = own
print(number, before)
"""


def test_i3_an_export_is_proved_by_ten_lines_of_plain_python(say: Say, store: Path, tmp_path: Path) -> None:
    _, out, _ = say("export-log", "--format", "jsonl")
    export = tmp_path / "log.jsonl"
    export.write_text(out, "utf-8")
    ran = subprocess.run([sys.executable, "-I", "-c", AUDITOR, str(export)], capture_output=True, text=True, check=True)
    head = say("head")[1].split()[-1].partition(":")[2]
    assert ran.stdout.split() == ["12", head]
    assert "## Without this program" in (Path(__file__).parents[2] / "docs" / "record.md").read_text("utf-8")
    assert AUDITOR.strip() in (Path(__file__).parents[2] / "docs" / "record.md").read_text("utf-8")


def test_an_exported_log_verifies_and_its_part_does(say: Say, store: Path, tmp_path: Path) -> None:
    _, out, _ = say("export-log", "--format", "jsonl")
    export = tmp_path / "log.jsonl"
    export.write_text(out, "utf-8")
    code, said, _ = say("verify", str(export))
    assert code == Exit.WELL and "log.jsonl: 12 lines, 1 to 12, each as it was written." in said
    _, part, _ = say("export-log", "--format", "jsonl", "--since", "2026-09-21T22:13:26")
    assert len(part.splitlines()) == 6
    export.write_text(part, "utf-8")
    code, said, _ = say("verify", str(export))
    assert code == Exit.WELL and "It begins at line 7: what was before is not in it." in said


LINES = [
    (lambda lines: [*lines[:4], lines[4].replace("note 3", "note 4"), *lines[5:]], "line 5 is not the one"),
    (lambda lines: [*lines[:4], *lines[5:]], "line 5 is missing"),
    (lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], "line 5 is not in its place"),
    (lambda lines: [*lines[:5], lines[4], *lines[5:]], "line 5 is there twice"),
    (lambda lines: [*lines[:4], lines[4].replace('{"actor"', '{"text":"other","actor"'), *lines[5:]], "place 5"),
    (lambda lines: [*lines[:4], "", *lines[5:]], "line 5 cannot be read (place 5)"),
    (lambda lines: [*lines[:4], lines[4].replace(":", ": ", 1), *lines[5:]], "line 5 cannot be read (place 5)"),
]


@pytest.mark.parametrize(("change", "words"), LINES, ids=[words for _change, words in LINES])
def test_a_changed_export_is_named(
    say: Say, store: Path, tmp_path: Path, change: Callable[[list[str]], list[str]], words: str
) -> None:
    lines = say("export-log", "--format", "jsonl")[1].splitlines()
    export = tmp_path / "log.jsonl"
    export.write_text("\n".join(change(lines)) + "\n", "utf-8")
    code, _out, err = say("verify", str(export))
    assert code == Exit.WATCH and words in err


def test_i19_every_line_is_plain_text_by_one_command(say: Say, store: Path) -> None:
    code, out, _ = say("export-log")
    assert code == Exit.WELL and out.startswith("Duty log of Desk\ntimes in Asia/Shanghai\n")
    for seq in range(1, 13):
        assert f"#{seq} " in out
    assert "2026-09-21 21:13:20 L #8 li gw\n    late, written 22:13:27: seen an hour ago\n" in out
    assert "2026-09-21 22:13:28 X #9 wang gw\n    restarted gateway 03\n" in out, "the original is there to read"
    assert "corrected by line 10" in out
    assert "#10 wang gw\n    restarted gateway 05 (corrects line 9: typed the wrong number) (written 23:13:20)\n" in out
    assert EVIL.replace("\u200b", "·") in out or EVIL in out


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_stands_alone_and_takes_nothing_for_markup(say: Say, store: Path) -> None:
    _, out, _ = say("export-log", "--format", "html")
    page = Tags()
    page.feed(out)
    assert set(page.found) <= {"html", "head", "meta", "title", "style", "body", "h1", "p", "table", "thead", "tbody",
                               "tr", "th", "td", "s", "code"}  # fmt: skip
    assert "<script>alert(1)</script>" in page.text
    assert "<s>restarted gateway 03</s>" in out
    assert not re.search(r"(src|href)=|https?:|@import|url\(", out)


def test_markdown_takes_nothing_for_markup(say: Say, store: Path) -> None:
    _, out, _ = say("export-log", "--format", "md")
    row = next(line for line in out.splitlines() if "script" in line)
    assert r"\<script\>alert(1)\</script\> \| \*\*bold\*\*" in row
    assert len(re.findall(r"(?<!\\)\|", row)) == 10
    assert "~~restarted gateway 03~~" in out


def test_csv_has_every_field_and_no_formula(say: Say, store: Path) -> None:
    _, out, _ = say("export-log", "--format", "csv")
    found = list(csv.DictReader(io.StringIO(out)))
    assert [row["seq"] for row in found] == [str(seq) for seq in range(1, 13)]
    assert found[7]["happened"] == "2026-09-21T21:13:20+08:00" and found[9]["supersedes"] == "9"
    assert not [cell for row in found for cell in row.values() if cell.startswith(("=", "+", "@"))]


CELLS = [
    (lambda rows: rows[4].update(text="note 4"), "line 5 is not the one"),
    (lambda rows: rows[4].update(seq="05"), "line 5 cannot be read (place 5)"),
    (lambda rows: rows[6].update(text=EVIL.replace("<script>", "'<script>")), "line 7 cannot be read (place 7)"),
    (lambda rows: rows[9].update(supersedes=""), "line 10 is not the one"),
    (lambda rows: rows[8].update(hash=""), "line 9 is not the one"),
    (lambda rows: rows.pop(4), "line 5 is missing"),
]


@pytest.mark.parametrize(("change", "words"), CELLS, ids=[words for _change, words in CELLS])
def test_a_csv_verifies_and_a_cell_that_was_changed_is_named(
    say: Say, store: Path, tmp_path: Path, change: Callable[[list[dict[str, str]]], object], words: str
) -> None:
    kept = Store(store)
    kept.append_log([NewLogEntry(LogKind.NOTE, "li", T + 9, GW, text) for text in ("'quoted", "=1+1", 'a "b", c')], T)
    kept.close()
    export = tmp_path / "log.csv"
    export.write_text(say("--lang", "zh_CN", "export-log", "--format", "csv")[1], "utf-8")
    speak("en")
    code, said, _ = say("verify", str(export))
    assert code == Exit.WELL and "log.csv: 15 lines, 1 to 15, each as it was written." in said
    head = say("head")[1].split()[-1]
    assert say("verify", str(export), "--head", head)[0] == Exit.WELL
    with export.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with export.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, rows[0], lineterminator="\n")
        sheet.writeheader()
        sheet.writerows(rows)
    code, _said, err = say("verify", str(export))
    assert code == Exit.WATCH and words in err


@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_what_is_for_reading_is_refused_and_its_head_is_found_in_the_store(
    say: Say, store: Path, tmp_path: Path, form: str
) -> None:
    export = tmp_path / f"log.{form}"
    export.write_text(say("export-log", "--format", form)[1], "utf-8")
    code, _said, err = say("verify", str(export))
    assert code == Exit.BAD and "only an export as JSON Lines or CSV can" in err
    found = re.search(r"Head at line (\d+): ([0-9a-f]{64})", export.read_text("utf-8"))
    assert found is not None and say("verify", "--head", f"{found[1]}:{found[2]}")[0] == Exit.WELL
    tamper(store, "UPDATE log_entry SET text = 'x' WHERE seq = 3")
    assert say("verify", "--head", f"{found[1]}:{found[2]}")[0] == Exit.WATCH


def test_the_words_are_the_readers_and_the_record_stays_the_same(say: Say, store: Path, site: Path) -> None:
    english = say("export-log", "--format", "jsonl")[1]
    chinese = say("--lang", "zh_CN", "export-log", "--format", "jsonl")[1]
    assert english == chinese
    text = say("--lang", "zh_CN", "export-log")[1]
    assert "补记" in text and "值班日志" in text
    speak("en")


def test_i20_a_file_is_kept_by_its_digest_and_its_loss_is_no_loss_of_the_line(
    say: Say, store: Path, state: Path, tmp_path: Path
) -> None:
    letter = tmp_path / "升级公告.pdf"
    letter.write_bytes(b"%PDF notice of the vendor")
    code, out, _ = say("attach", str(letter), "--note", "vendor's notice")
    digest = hashlib.sha256(letter.read_bytes()).hexdigest()
    assert code == Exit.WELL and "line 13" in out and digest in out
    kept = state / "files" / digest[:2] / digest
    assert kept.read_bytes() == letter.read_bytes() and kept.stat().st_mode & 0o777 == 0o400
    assert say("attach", str(letter), "--note", "again")[0] == Exit.WELL, "the same file is kept once"
    assert sorted(path.name for path in kept.parent.iterdir()) == [digest]
    code, out, err = say("verify")
    assert (code, err) == (Exit.WELL, "") and "Files attached: 2 whole, 0 missing, 0 altered." in out
    kept.chmod(0o600)
    kept.write_bytes(b"another letter")
    code, _out, err = say("verify")
    assert code == Exit.WELL and "line 13: the file 升级公告.pdf is not the one that was attached" in err
    kept.unlink()
    code, out, err = say("verify")
    assert code == Exit.WELL and "line 14: the file 升级公告.pdf is missing" in err
    assert "Chain duty: 14 lines" in out and "0 whole, 2 missing, 0 altered" in out
    assert json.loads(say("export-log", "--format", "jsonl")[1].splitlines()[12])["refs"] == json.dumps(
        [{"kind": "file", "key": "升级公告.pdf", "sha256": digest, "size": 25}],
        separators=(",", ":"),
        ensure_ascii=False,
    )


def test_a_file_that_is_too_large_or_not_there_writes_no_line(say: Say, store: Path, tmp_path: Path) -> None:
    large = tmp_path / "image.bin"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    code, _out, err = say("attach", str(large), "--note", "x")
    assert code == Exit.BAD and "larger than 32 MiB" in err
    code, _out, err = say("attach", str(tmp_path / "nothing"), "--note", "x")
    assert code == Exit.BAD and "cannot be read" in err
    assert "12 lines" in say("verify")[1]
