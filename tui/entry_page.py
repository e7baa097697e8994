"""One line of the duty log with all that is kept of it, as lines."""

from __future__ import annotations

from collections.abc import Iterator

from duty.corrections import is_late
from duty.log_query import LogQuery
from duty.log_words import marks
from duty.phrases import N_
from duty.records import DRILL, LogEntry, LogKind
from tui import figures
from tui.cells import cell
from tui.log_found import HIT
from tui.pager import Line, Span, wrapped
from tui.sayings import about_of
from wire.words import _, say

KIND_WORDS = {
    LogKind.NOTE: N_("a note"),
    LogKind.INCIDENT: N_("incident"),
    LogKind.CONNECTION: N_("SSH connection"),
    LogKind.STATE: N_("state"),
    LogKind.CONFIG: N_("site file"),
    LogKind.WATCH: N_("the watch"),
    LogKind.PRACTICE: N_("practice"),
    LogKind.EVENT: N_("event"),
    LogKind.ALARM: N_("alarm"),
}
REF_WORDS = {
    "move": N_("move of an incident"),
    "file": N_("file"),
    "alarm": N_("alarm"),
    "host": N_("host"),
    "change": N_("change"),
    "entry": N_("line of the log"),
    "incident": N_("incident"),
}
_LABEL = 14


def entry_lines(entry: LogEntry, query: LogQuery, now: float, zone: str, width: int) -> list[Line]:
    """The page. What ``query`` looks for is marked."""
    return list(_lines(entry, query, now, zone, width))


def _lines(entry: LogEntry, query: LogQuery, now: float, zone: str, width: int) -> Iterator[Line]:
    drill = entry.chain == DRILL
    name = (
        _("Log of drills, line {number}", number=entry.seq) if drill else _("Duty log, line {number}", number=entry.seq)
    )
    mark = ((_("DRILL") + "  ", "practice"),) if drill else ()
    yield (*mark, (name, "title.focus"), (f"  {_(KIND_WORDS[entry.kind])}", "dim"))
    yield ()
    if entry.text:
        yield from _marked(entry.text, width, query, "name")
        yield ()
    if entry.said is not None:
        spoken, english = say(entry.said), str(entry.said)
        yield from _marked(spoken, width, query, "")
        if english != spoken:
            yield from _marked(english, width, query, "dim")
        yield ()
    ago = figures.span(now - entry.event_at)
    happened = _("{time}, {ago} ago", time=figures.moment(entry.event_at, zone), ago=ago)
    yield from _field(_("happened"), happened, width)
    entered = figures.moment(entry.entered_at, zone)
    late = entry.entered_at - entry.event_at
    if is_late(entry):
        entered = _("{time}, {span} late", time=entered, span=figures.span(late))
    yield from _field(_("entered"), entered, width, "warn" if is_late(entry) else "")
    yield from _field(_("who"), entry.actor or _("watch"), width)
    if about := about_of(entry.subject):
        yield from _field(_("about"), about, width)
    if entry.incident is not None:
        yield from _field(_("incident"), str(entry.incident), width)
    if entry.supersedes is not None:
        yield from _field(_("corrects"), _("line {number}", number=entry.supersedes), width, "warn")
    if entry.corrected_by is not None:
        yield from _field(_("corrected by"), _("line {number}", number=entry.corrected_by), width, "warn")
    for name, value in ((_("trading day"), entry.trading_day), (_("post"), entry.post), (_("shift"), entry.shift),
                        (_("login session"), entry.session)):  # fmt: skip
        if value:
            yield from _field(name, value, width)
    for ref in entry.refs:
        kind = _(REF_WORDS[ref.kind]) if ref.kind in REF_WORDS else ref.kind
        told = " ".join(filter(None, (kind, ref.key, ref.sha256)))
        yield from _field(_("refers to"), told, width)
    yield from _field(_("hash"), entry.hash or figures.MISSING, width, "dim")


def _field(name: str, value: str, width: int, tone: str = "") -> Iterator[Line]:
    label = cell(name, _LABEL - 1, "dim")
    for number, line in enumerate(wrapped(value, width - _LABEL, tone)):
        yield (label if number == 0 else (" " * _LABEL, ""), *line)


def _marked(text: str, width: int, query: LogQuery, tone: str) -> Iterator[Line]:
    for line in wrapped(text, width, tone):
        row = "".join(piece for piece, _tone in line)
        spans: list[Span] = []
        at = 0
        for first, last in marks(row, query.terms):
            spans += [(row[at:first], tone), (row[first:last], HIT)]
            at = last
        yield (*spans, (row[at:], tone))
