"""Lines of the duty log as they are shown: a correction stands under what it corrects, a late line says both times."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from duty.corrections import is_late
from duty.phrases import N_
from duty.records import DRILL, DUTY, LogEntry
from tui import figures
from tui.glyphs import Glyphs
from tui.sayings import words_of
from wire.words import _

STRUCK = "struck"
"""The tone of a line that was corrected: struck through, still readable."""
# For translators: one letter or character each: this line was corrected, is a correction, came late.
CORRECTED, CORRECTION, LATE = N_("X"), N_("C"), N_("L")
"""Letters beside a line, for terminals that strike nothing through: it was corrected, it corrects, it came late."""


def beside(log: Sequence[LogEntry]) -> Sequence[LogEntry]:
    """Newest first, but each correction under what it corrects; that is marked as corrected."""
    if not any(entry.supersedes is not None for entry in log):
        return log
    places = {(entry.chain, entry.seq) for entry in log}
    corrections = {(entry.chain, entry.supersedes): entry for entry in log if entry.supersedes is not None}
    found: list[LogEntry] = []
    for entry in log:
        if entry.supersedes is not None and (entry.chain, entry.supersedes) in places:
            continue  # it comes with its original
        shown: LogEntry | None = entry
        while shown is not None:
            after = corrections.get((shown.chain, shown.seq))
            found.append(shown if after is None else structs.replace(shown, corrected_by=after.seq))
            shown = after
    return found


def key_of(entry: LogEntry) -> str:
    """What names a line on the screen, whatever moves."""
    return str(entry.seq) if entry.chain == DUTY else f"{entry.chain} {entry.seq}"


def letter_of(entry: LogEntry) -> str:
    """One letter for what is unusual about a line, empty for nothing."""
    if entry.corrected_by is not None:
        return _(CORRECTED)
    if entry.supersedes is not None:
        return _(CORRECTION)
    return _(LATE) if is_late(entry) else ""


def drill_mark(entry: LogEntry, glyphs: Glyphs) -> str:
    """Sign, letter and a blank before the words of a line of a drill."""
    return f"{glyphs.drill.text} " if entry.chain == DRILL else ""


def said_of(entry: LogEntry, zone: str) -> str:
    """The words of a line; of a late one also when it was written. ``zone``: the site's time zone."""
    words = words_of(entry)
    if entry.chain == DRILL:
        words = _("DRILL: {words}", words=words)
    if entry.refs and (names := ", ".join(ref.key for ref in entry.refs if ref.kind == "file")):
        words = _("{words} [file: {names}]", words=words, names=names)
    if not is_late(entry):
        return words
    written = figures.clock(entry.entered_at, zone, entry.event_at)
    if entry.supersedes is not None:
        return _("{words} (written {time})", words=words, time=written)
    return _("late, written {time}: {words}", words=words, time=written)


def tone_of(entry: LogEntry, tone: str) -> str:
    """``tone``, or that of a line that was corrected."""
    return STRUCK if entry.corrected_by is not None else tone
