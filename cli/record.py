"""The duty log proved: every line as it was written, or the first that is not; and its head, to be kept elsewhere."""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import datetime, tzinfo
from pathlib import Path

from cli.codes import Exit
from cli.export import site_of
from cli.exported import NoExport, links
from cli.speak import err, out
from cli.target import store_of, target_of
from duty.chain import Examined, Fault, Head, Link, What, examine
from duty.clean import clean
from duty.records import DUTY
from storage.attachments import FOLDER, Kept, state
from storage.backup import FILES
from storage.failures import StoreFailed
from storage.proof import MoveFault, Proof
from storage.server import Server
from wire.words import _, say

SHORT = 12
"""Digits of a head that people compare by eye; the proof is in all 64."""


def verify(args: argparse.Namespace) -> int:
    """Walk along the chains. 0: all as written; 1: not so, or the head is not there; 2: it could not be read."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    try:
        zone = site_of(target)[1]
        if args.file is None:
            return _verify_store(store_of(target), target.places.state / FOLDER, args.chain, args.head, zone)
        file = Path(args.file)
        if _is_store(file):
            return _verify_store(file, file.with_name(file.name + FILES), args.chain, args.head, zone)
        return _verify_file(file, args.head, zone)
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD


def head(args: argparse.Namespace) -> int:
    """Print the slip."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    name, zone = site_of(target)
    try:
        proof = Proof(store_of(target))
        try:
            for chain in _chains(proof, args.chain):
                _slip(name, chain, proof.end(chain), zone)
        finally:
            proof.close()
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    return Exit.WELL


def _slip(site: str, chain: str, end: Link | None, zone: tzinfo) -> None:
    if end is None:
        out(_("Site {site}, chain {chain}: no line is written yet.", site=site, chain=clean(chain, 80)))
        return
    out(_("Site {site}, chain {chain}", site=site, chain=clean(chain, 80)))
    out(_("line {seq}, written {time}", seq=end.seq, time=stamp(end.entered_at, zone)))
    out(_("head {short}", short=clean(end.hash[:SHORT])))
    out(f"     {clean(end.hash)}")
    option = "" if chain == DUTY else f" --chain {clean(chain, 80)}"
    out(_("To check it later: {command}", command=f"watchkeeper verify{option} --head {end.seq}:{clean(end.hash)}"))


def _is_store(path: Path) -> bool:
    """Whether a file is a store, such as a backup, rather than an export."""
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def _verify_store(place: Path | Server, files: Path, chain: str | None, looked_for: Head | None, zone: tzinfo) -> int:
    well = True
    proof = Proof(place)
    try:
        for name in _chains(proof, chain or (DUTY if looked_for is not None else None)):
            after = proof.begins_after(name)
            seen = examine(proof.links(name), looked_for, after=after)
            well &= _told(_("Chain {chain}", chain=clean(name, 80)), seen, looked_for, zone)
            if after[0]:
                out(_("The lines up to {last} were archived; head {head}", last=after[0], head=clean(after[1])))
            if not proof.archive_told(name):
                err(_("No line of the log tells that the lines up to {last} were archived.", last=after[0]))
                well = False
        count, fault = proof.moves()
        if fault is not None:
            err(_move_words(fault))
            well = False
        elif count:
            out(_("Moves of incidents: {count}, each as its line of the log says.", count=count))
        _files(proof, files)
    finally:
        proof.close()
    return Exit.WELL if well else Exit.WATCH


def _chains(proof: Proof, chain: str | None) -> list[str]:
    return [chain] if chain is not None else proof.chains() or [DUTY]


def _verify_file(path: Path, looked_for: Head | None, zone: tzinfo) -> int:
    try:
        with path.open("rb") as file:
            seen = examine(links(file), looked_for, part=True)
    except NoExport:
        err(_("{path} cannot be proved: only an export as JSON Lines or CSV can", path=clean(str(path))))
        return Exit.BAD
    except OSError as error:
        why = clean(error.strerror or str(error))
        err(_("{path} cannot be read: {error}", path=clean(str(path)), error=why))
        return Exit.BAD
    return Exit.WELL if _told(clean(path.name, 80), seen, looked_for, zone) else Exit.WATCH


def _told(name: str, seen: Examined, looked_for: Head | None, zone: tzinfo) -> bool:
    """Say what the walk found; whether all is as written and the head is there."""
    if seen.fault is not None:
        err(_("{name}: {fault}", name=name, fault=_fault_words(seen.fault)))
        if seen.count:
            said = _("The {count} lines before it, {first} to {last}, follow from each other.",
                     count=seen.count, first=seen.begins, last=seen.seq)  # fmt: skip
            err(said)
    elif seen.count == 0:
        out(_("{name}: no line is written yet.", name=name))
    else:
        out(_("{name}: {count} lines, {first} to {last}, each as it was written.",
              name=name, count=seen.count, first=seen.begins, last=seen.seq))  # fmt: skip
        since, until = stamp(seen.first_at, zone), stamp(seen.last_at, zone)
        out(_("entered from {since} to {until}", since=since, until=until))
        out(_("head {short}", short=seen.head[:SHORT]))
        out(f"     {seen.head}")
        if seen.begins > 1:
            out(_("It begins at line {first}: what was before is not in it.", first=seen.begins))
    return _head_told(seen, looked_for) and seen.fault is None


def _head_told(seen: Examined, looked_for: Head | None) -> bool:
    if looked_for is None:
        return True
    short = looked_for.digits[:SHORT]
    if seen.found is not None:
        out(_("The head {short} stands at line {seq}: everything up to there is as it was when it was noted.",
              short=short, seq=seen.found))  # fmt: skip
        return True
    err(_("The head {short} is not in this chain: lines were changed, removed or written anew since it was noted.",
          short=short))  # fmt: skip
    return False


def _fault_words(fault: Fault) -> str:
    match fault.what:
        case What.CHANGED:
            return _("line {seq} is not the one that was written: it was changed", seq=fault.seq)
        case What.MISSING if fault.until > fault.seq:
            return _("lines {seq} to {until} are missing", seq=fault.seq, until=fault.until)
        case What.MISSING:
            return _("line {seq} is missing", seq=fault.seq)
        case What.REORDERED:
            return _(
                "line {seq} is not in its place: it stands further on, at {until}", seq=fault.seq, until=fault.until
            )
        case What.DOUBLED:
            return _("line {seq} is there twice", seq=fault.seq)
    return _("line {seq} cannot be read (place {until})", seq=fault.seq, until=fault.until)


def _move_words(fault: MoveFault) -> str:
    if fault.missing:
        return _("Move {seq} of an incident is missing: line {line} tells of it.", seq=fault.seq, line=fault.line)
    if not fault.line:
        return _("Move {seq} of an incident was put in: no line of the log tells of it.", seq=fault.seq)
    return _("Move {seq} of an incident is not the one that line {line} tells of.", seq=fault.seq, line=fault.line)


def _files(proof: Proof, folder: Path) -> None:
    """What became of attached files. A file that is gone or altered is said; its line stands all the same."""
    found: Counter[Kept] = Counter()
    for seq, ref in proof.files():
        kept = state(ref, folder)
        found[kept] += 1
        if kept is Kept.MISSING:
            err(_("line {seq}: the file {name} is missing", seq=seq, name=clean(ref.key, 200)))
        elif kept is Kept.ALTERED:
            err(_("line {seq}: the file {name} is not the one that was attached", seq=seq, name=clean(ref.key, 200)))
    if found:
        out(_("Files attached: {whole} whole, {missing} missing, {altered} altered.",
              whole=found[Kept.WHOLE], missing=found[Kept.MISSING], altered=found[Kept.ALTERED]))  # fmt: skip


def stamp(micros: int | None, zone: tzinfo) -> str:
    """A moment with its zone, to the second; a dash for what is no time."""
    try:
        return "–" if micros is None else datetime.fromtimestamp(micros // 1_000_000, zone).isoformat(" ")
    except (ValueError, OverflowError, OSError):
        return "–"
