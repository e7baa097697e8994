"""What a followed log can be instead of a quiet file: hostile, huge, missing, no file at all, stuck, all kinds."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from collectors import probe
from duty.clean import clean_bytes
from duty.readings import Events
from duty.site import EventPattern, EventRule
from tests.support.logs import EVENTS, Follow, Reader, rule
from tests.support.probes import AWKS, SHELLS, Probe, path_with_awk


def fits(line: bytes) -> int | None:
    """The pattern of a line, by Python's own expressions on the same bytes."""
    plain = bytes(63 if (byte < 32 and byte != 9) or byte == 127 else byte for byte in line)
    for number, one in enumerate(EVENTS):
        if re.search(one.pattern.encode(), plain) and not (one.ignore and one.ignore.encode() in plain):
            return number
    return None


def told(line: bytes) -> str:
    plain = bytes(63 if (byte < 32 and byte != 9) or byte == 127 else byte for byte in line)
    return clean_bytes(plain[:350].replace(b"\t", b" "), 400)


def test_any_bytes_are_read_as_python_reads_them(pair: str, tmp_path: Path, follow: Follow) -> None:
    log = tmp_path / "a log (1) %s [x]*.txt"
    log.write_bytes(b"")
    dice = random.Random(pair)
    reader = follow(rule(log), pair=pair)
    reader.look()
    words = [
        b"FATAL",
        b"ERROR",
        b"harmless",
        "心跳丢失".encode(),
        b".",
        b"\\",
        b"\\134",
        b"%s",
        b"&",
        b"'",
        b'"',
        b"$(x)",
    ]
    data, lines = b"", []
    for _ in range(150):
        line = b"".join(
            dice.choice([dice.choice(words), bytes([dice.randrange(256)]), b" ", b"plain "])
            for _ in range(dice.randrange(12))
        ).replace(b"\n", b"")
        line += b"x" * dice.choice([0, 0, 0, 1000, 70_000]) * (dice.random() < 0.1)
        lines.append(line)
        data += line + b"\n"
    got: list[tuple[int, str]] = []
    counts: Counter[int] = Counter()
    at = 0
    while at < len(data):
        step = dice.choice([1, 7, 300, 9_000, 100_000])
        with log.open("ab") as file:
            file.write(data[at : at + step])
        at += step
        if step < 300 and dice.random() < 0.9:
            continue
        for piece in reader.look().pieces:
            got += [(one.pattern, one.text) for one in piece.lines]
            counts.update(dict(piece.counts))
    for piece in reader.look().pieces:
        got += [(one.pattern, one.text) for one in piece.lines]
        counts.update(dict(piece.counts))
    wanted = [(number, told(line)) for line in lines if (number := fits(line)) is not None]
    assert counts == Counter(number for number, _ in wanted)
    if max(counts.values()) <= 20:
        assert sorted(got) == sorted(wanted)
    assert set(got) <= set(wanted)


def test_a_burst_is_worked_off_in_pieces_while_samples_go_on(pair: str, tmp_path: Path, follow: Follow) -> None:
    log = tmp_path / "gw.log"
    log.write_bytes(b"begin\n")
    reader = follow(rule(log), pair=pair)
    reader.look()
    lines = 30_000 if pair.endswith("+busybox") else 120_000
    log.write_bytes(b"begin\n" + b"".join(b"ERROR %07d" % n + b" x" * 45 + b"\n" for n in range(lines)))
    counts, behind, texts = 0, [], []
    seen: list[int] = []
    for _ in range(20):
        reading = reader.look(lambda: seen.append(reader.probe.sample(len(seen) + 1).seq))
        (piece,) = reading.pieces
        assert piece.read_bytes <= 5 << 20
        counts += dict(piece.counts).get(1, 0)
        behind.append(piece.behind_bytes)
        texts += [one.text[:13] for one in piece.lines]
        if not piece.behind_bytes:
            break
    assert counts == lines and len(behind) > 1 and len(seen) == len(behind)
    assert behind == sorted(behind, reverse=True), "less and less"
    assert len(texts) <= 21 * len(behind)
    assert (texts[0], texts[-1]) == ("ERROR 0000000", f"ERROR {lines - 1:07d}")


def test_a_line_without_end_is_taken_in_pieces_and_never_twice(follow: Follow, tmp_path: Path) -> None:
    log = tmp_path / "gw.log"
    log.write_bytes(b"begin\n")
    reader = follow(rule(log))
    reader.look()
    with log.open("ab") as file:
        file.write(b"FATAL " + b"x" * 300_000)
    first = reader.piece()
    assert (dict(first.counts), first.read_bytes, first.behind_bytes) == ({0: 1}, 300_006, 0)
    with log.open("ab") as file:
        file.write(b"y" * 100 + b"\nERROR next\n")
    second = reader.piece()
    assert (dict(second.counts), second.read_bytes) == ({1: 1}, 101 + 11)


def test_a_file_that_is_not_there_is_said_and_read_from_its_start_when_it_comes(
    pair: str, tmp_path: Path, follow: Follow
) -> None:
    log = tmp_path / "gw.log"
    reader = follow(rule(log), pair=pair)
    for _ in range(2):
        reading = reader.look()
        assert [str(one.why) for one in reading.failures] == [f"{log} cannot be read on this host"]
        assert [one.subject for one in reading.failures] == ["gw log"]
    log.write_bytes(b"ERROR first\n")
    assert [one.text for one in reader.piece().lines] == ["ERROR first"]
    log.unlink()
    assert reader.look().failures
    log.write_bytes(b"ERROR second\n")
    piece = reader.piece()
    assert piece.gap in ("gone", "cut") and [one.text for one in piece.lines] == ["ERROR second"]


def test_a_log_first_seen_is_read_from_its_end(pair: str, tmp_path: Path, follow: Follow) -> None:
    log = tmp_path / "gw.log"
    log.write_bytes(b"ERROR old\n" * 30_000 + b"ERROR ha")
    reader = follow(rule(log), pair=pair)
    assert not reader.piece().lines
    with log.open("ab") as file:
        file.write(b"lf\nERROR new\n")
    assert [one.text for one in reader.piece().lines] == ["ERROR half", "ERROR new"]


@pytest.mark.parametrize(
    ("before", "after", "gap"), [(b"ERROR 1\n" * 9, b"ERROR 2\n", "cut"), (b"x\n", b"ERROR 2\n", "cut")]
)
def test_what_was_cut_short_is_said(follow: Follow, tmp_path: Path, before: bytes, after: bytes, gap: str) -> None:
    log = tmp_path / "gw.log"
    log.write_bytes(before)
    reader = follow(rule(log))
    reader.look()
    with log.open("r+b") as file:
        file.truncate(0)
        file.write(after)
    piece = reader.piece()
    assert (piece.gap, [one.text for one in piece.lines]) == (gap, ["ERROR 2"])


@pytest.mark.parametrize("given", [b"", b"ERROR 1\nERR", b"ERROR 1\nERROR 20"])
def test_a_disk_that_gives_only_a_part_is_no_file_that_was_cut(
    pair: str, follow: Follow, tmp_path: Path, given: bytes
) -> None:
    log = tmp_path / "gw.log"
    log.write_bytes(b"ERROR 0\n")
    reader = follow(rule(log), pair=pair)
    reader.look()
    with log.open("ab") as file:
        file.write(b"ERROR 1\nERROR 20\n")
    broken = tmp_path / "bin" / "dd"
    (tmp_path / "given").write_bytes(b"ERROR 0\n" + given)
    broken.write_text(f"#!/bin/sh\n[ -e '{tmp_path}/given' ] || exec /bin/dd \"$@\"\ncat '{tmp_path}/given'; exit 1\n")
    broken.chmod(0o755)
    reading = reader.look()
    assert [(one.subject, str(one.why)) for one in reading.failures] == [("gw log", "gw log could not be read")]
    assert not reading.pieces
    (tmp_path / "given").unlink()
    piece = reader.piece()
    assert (piece.gap, [one.text for one in piece.lines]) == ("", ["ERROR 1", "ERROR 20"])


def test_a_host_that_starts_no_more_processes_says_so(pair: str, follow: Follow, tmp_path: Path) -> None:
    log = tmp_path / "gw.log"
    log.write_bytes(b"ERROR 0\n")
    reader = follow(rule(log), pair=pair)
    reader.look()
    with log.open("ab") as file:
        file.write(b"ERROR 1\n")
    awk = tmp_path / "bin" / "awk"
    awk.rename(tmp_path / "bin" / "good")
    awk.write_text("#!/bin/sh\nexit 2\n")
    awk.chmod(0o755)
    reading = reader.look()
    assert [str(one.why) for one in reading.failures] == [
        "gw log could not be read: this host starts no more processes"
    ]
    awk.unlink()
    (tmp_path / "bin" / "good").rename(awk)
    assert [one.text for one in reader.piece().lines] == ["ERROR 1"]


def test_a_log_that_is_cut_and_empty_is_said_once_and_read_on(follow: Follow, tmp_path: Path) -> None:
    log = tmp_path / "gw.log"
    log.write_bytes(b"ERROR 1\n" * 9)
    reader = follow(rule(log))
    reader.look()
    os.truncate(log, 0)
    assert [piece.gap for piece in reader.look().pieces] == ["cut"]
    assert [piece.gap for piece in reader.look().pieces if piece.gap] == []
    with log.open("ab") as file:
        file.write(b"ERROR 2\n")
    piece = reader.piece()
    assert (piece.gap, [one.text for one in piece.lines]) == ("", ["ERROR 2"])


def test_a_writer_that_has_not_opened_the_new_file_yet_loses_nothing(pair: str, tmp_path: Path, follow: Follow) -> None:
    log = tmp_path / "gw.log"
    log.write_bytes(b"begin\n")
    reader = follow(rule(log), pair=pair)
    reader.look()
    with log.open("ab", buffering=0) as old:
        log.rename(tmp_path / "gw.log.1")
        log.write_bytes(b"ERROR 3\n")
        old.write(b"ERROR 1\n")
        texts = [one.text for one in reader.piece().lines]
        old.write(b"ERROR 2\n")
        for _ in range(4):
            texts += [one.text for piece in reader.look().pieces for one in piece.lines]
    assert texts == ["ERROR 1", "ERROR 2", "ERROR 3"]


def test_dated_names_and_a_name_that_leads_to_them(pair: str, tmp_path: Path, follow: Follow) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    link = folder / "current.log"
    (folder / "gw-2026-01-30.log").write_bytes(b"begin\n")
    link.symlink_to("gw-2026-01-30.log")
    reader = follow(rule(link), pair=pair)
    reader.look()
    with (folder / "gw-2026-01-30.log").open("ab") as file:
        file.write(b"ERROR 30\n")
    for number, day in enumerate(("2026-01-31", "2026-02-01", "2026-02-02")):
        made = folder / f"gw-{day}.log"
        made.write_bytes(b"ERROR " + day.encode() + b"\n")
        os.utime(made, (1_900_000_000 + number, 1_900_000_000 + number))
        link.unlink()
        link.symlink_to(made.name)
    texts: list[str] = []
    for _ in range(6):
        texts += [one.text for piece in reader.look().pieces for one in piece.lines]
    assert texts == ["ERROR 30", "ERROR 2026-01-31", "ERROR 2026-02-01", "ERROR 2026-02-02"]


def test_only_files_are_read_and_only_where_logs_are(pair: str, tmp_path: Path, follow: Follow) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id").write_text("secret FATAL\n")
    bad = [
        "/proc/self/environ",
        "/dev/zero",
        "/etc/passwd",
        f"{tmp_path}/x/../y",
        f"{tmp_path}/.ssh/id",
        "relative",
        "/",
    ]
    rules = [rule(tmp_path / "fifo", "fifo"), rule(tmp_path, "folder")]
    rules += [EventRule(path, file=path, patterns=(EventPattern("."),)) for path in bad]
    reader = follow(*rules, pair=pair)
    for _ in range(2):
        reading = reader.look()
        assert not [piece for piece in reading.pieces if piece.lines or piece.read_bytes]
        said = {one.subject: str(one.why) for one in reading.failures}
        assert said.pop("fifo").endswith("is not a file") and said.pop("folder").endswith("is not a file")
        assert set(said) == set(bad)
        assert all("not read: the probe keeps away" in why or "is not a file" in why for why in said.values())


def test_nothing_that_is_told_is_run(pair: str, tmp_path: Path, follow: Follow) -> None:
    mark = tmp_path / "ran"
    reader = follow(rule(tmp_path / "gw.log"), pair=pair)
    evil = [
        f"$(touch {mark})",
        f"`touch {mark}`",
        f"; touch {mark};",
        "-x",
        "1:2:3:4:5",
        "a[0]",
        "9" * 400,
        f"x'$(touch {mark})",
    ]
    for word in evil:
        token = word.replace(" ", "${IFS}")
        for kind, what in (("F", f"/tmp/{token}"), ("J", token)):
            reader.probe.say(f"= events\n= events {kind} {token} {token} {what}\n".encode())
            reader.probe.say(f"= events P {token}\t{word}\t{word}\n= events F k {token} {tmp_path}/gw.log\n".encode())
            (tmp_path / "gw.log").write_text("x\n")
            reader.probe.section("events", 7)
    assert not mark.exists()
    assert reader.look().pieces, "and it goes on"


def test_a_quiet_log_costs_one_look_at_its_name(tmp_path: Path, follow: Follow) -> None:
    calls = tmp_path / "calls"
    (tmp_path / "bin").mkdir()
    for tool in ("ls", "dd", "tr", "awk", "sleep", "gzip", "tail", "cat", "stat"):
        fake = tmp_path / "bin" / tool
        real = shutil.which("mawk" if tool == "awk" else tool)
        fake.write_text(f'#!/bin/sh\n[ -e {calls} ] && echo {tool} >>{calls}\nexec {real} "$@"\n')
        fake.chmod(0o755)
    logs = [tmp_path / f"{number}.log" for number in range(5)]
    for log in logs:
        log.write_text("begin\n")
    reader = follow(*(rule(log, log.name) for log in logs))
    reader.look()
    calls.touch()
    for _ in range(10):
        assert reader.look().same == tuple(log.name for log in logs)
    assert calls.read_text().split() == ["ls"] * 10


def test_a_stuck_file_costs_only_its_own_cell(tmp_path: Path, follow: Follow) -> None:
    flag = tmp_path / "stuck"
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "ls"
    fake.write_text(
        f'#!/bin/sh\ncase "$*" in *slow*) while [ -e {flag} ]; do sleep 0.1; done;; esac\n'
        f'exec {shutil.which("ls")} "$@"\n'
    )
    fake.chmod(0o755)
    slow, fast = tmp_path / "slow.log", tmp_path / "fast.log"
    for log in (slow, fast):
        log.write_text("begin\n")
    reader = follow(rule(slow, "slow"), rule(fast, "fast"))
    reader.look()
    flag.touch()
    with fast.open("a") as file:
        file.write("ERROR 1\n")

    def looked(seconds: float = 40.0) -> Events:
        seq, number, end = reader.ask(), 1000, time.monotonic() + seconds
        while time.monotonic() < end:
            number += 1
            reader.probe.say(probe.ask_sample(number))
            for answer in reader.probe.answers(1.0):
                if getattr(answer, "seq", None) == seq and getattr(answer, "section", "") == "events":
                    reading = answer.reading  # type: ignore[union-attr]
                    assert isinstance(reading, Events)
                    for piece in reading.pieces:
                        reader.cursors[piece.key] = piece.end
                    return reading
            time.sleep(0.1)
        raise AssertionError("no answer")

    first = looked()
    assert [str(one.why) for one in first.failures] == ["events has not answered for 8 s"]
    second = looked()
    assert [one.subject for one in second.failures] == ["slow"]
    texts = [one.text for piece in second.pieces for one in piece.lines]
    assert texts == ["ERROR 1"]
    flag.unlink()
    end = time.monotonic() + 40
    while (reading := looked()).failures:
        assert time.monotonic() < end
    assert {*reading.same, *(piece.key for piece in reading.pieces)} == {"slow", "fast"}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_look_that_hangs_leaves_nothing_behind(shell: str, tmp_path: Path) -> None:
    """Were only the shell killed that waits for it, each look would leave one more stuck process behind."""
    flag, seconds = tmp_path / "stuck", str(86_700 + os.getpid())
    path = path_with_awk(tmp_path / "bin", AWKS[0])
    fake = tmp_path / "bin" / "ls"
    fake.write_text(f'#!/bin/sh\n[ -e {flag} ] && exec sleep {seconds}\nexec {shutil.which("ls")} "$@"\n')
    fake.chmod(0o755)
    quick = probe.SCRIPT.replace(b"-gt 20 ]; then", b"-gt 1 ]; then")
    digest = hashlib.sha256(quick).hexdigest().encode()
    one = Probe(path, shell, script=b"wk1 %d %s\n" % (len(quick), digest) + quick)

    def stuck() -> list[psutil.Process]:
        every = psutil.process_iter(["cmdline"])
        return [each for each in every if each.info["cmdline"] == ["sleep", seconds]]

    try:
        log = tmp_path / "gw.log"
        log.write_text("begin\n")
        reader = Reader(one, rule(log))
        reader.look()
        flag.touch()
        reader.ask()
        begun: set[int] = set()
        for seq in range(1000, 1100):
            now = stuck()
            begun |= {each.pid for each in now}
            assert len(now) <= 2, "of all sources together, and of this one"
            if len(begun) > 3:
                break
            one.say(probe.ask_section(seq, "events"))
            time.sleep(0.3)
        flag.unlink()
        for seq in range(2000, 2100):
            one.say(probe.ask_section(seq, "events"))
            if not stuck():
                break
            time.sleep(0.3)
        assert len(begun) > 3 and not stuck()
    finally:
        one.close()
        for each in stuck():
            each.kill()
