"""How the duty log is written for people and programs. Every format can be read without this program."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from typing import Any, NamedTuple, TextIO

from cli.export import harmless
from duty.records import LogEntry, Subject
from storage.exported import line_of
from tui.log_rows import letter_of, said_of
from tui.sayings import about_of
from wire.words import _, language

Rows = Iterable[tuple[LogEntry, dict[str, Any]]]
SHORT = 12
SHOWN = ("happened", "written", "words")
"""Columns of the CSV that are for reading only: they say again, in the reader's words, what the others hold."""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~])")


class Heading(NamedTuple):
    """What stands above the lines."""

    site: str
    chain: str
    zone_name: str
    zone: tzinfo

    def title(self) -> str:
        """One line."""
        if self.chain == "duty":
            return _("Duty log of {site}", site=self.site)
        return _("Drill log of {site}: {chain}", site=self.site, chain=self.chain)

    def zone_words(self) -> str:
        """In which time zone the times are."""
        return _("times in {zone}", zone=self.zone_name)

    def when(self, at: float) -> str:
        """Day and second in the site's time zone."""
        return datetime.fromtimestamp(at, self.zone).strftime("%Y-%m-%d %H:%M:%S")


def names() -> tuple[str, ...]:
    """The columns of a table of lines."""
    return (
        _("No."), _("happened at"), _("entered at"), _("mark"), _("who"), _("about"), _("what"), _("incident no."),
        _("hash"),
    )  # fmt: skip


def cells(heading: Heading, entry: LogEntry) -> tuple[str, ...]:
    """One line in these columns."""
    return (
        str(entry.seq),
        heading.when(entry.event_at),
        heading.when(entry.entered_at),
        letter_of(entry),
        entry.actor or _("watch"),
        about_of(entry.subject) if entry.subject != Subject() else "",
        said_of(entry, heading.zone_name),
        str(entry.incident) if entry.incident is not None else "",
        entry.hash[:SHORT],
    )


def write_text(heading: Heading, rows: Rows, to: TextIO) -> None:
    """A paragraph for each line, with all that is known of it."""
    to.write(f"{heading.title()}\n{heading.zone_words()}\n\n")
    end = None
    for entry, _columns in rows:
        seq, happened, written, mark, who, about, what, incident, _short = cells(heading, entry)
        head = " ".join(part for part in (happened, mark, f"#{seq}", who, about) if part)
        facts = [_("written {time}", time=written)]
        if incident:
            facts.append(_("incident {number}", number=incident))
        if entry.corrected_by is not None:
            facts.append(_("corrected by line {seq}", seq=entry.corrected_by))
        for label, value in ((_("trading day"), entry.trading_day), (_("post"), entry.post),
                             (_("shift"), entry.shift), (_("login session"), entry.session)):  # fmt: skip
            if value:
                facts.append(f"{label} {value}")
        facts += [f"{ref.kind} {ref.key} {ref.sha256}".rstrip() for ref in entry.refs]
        to.write(f"{head}\n    {what}\n    {'; '.join(facts)}\n    {entry.hash}\n")
        end = entry
    if end is not None:
        to.write(f"\n{_foot(end)}\n")


def write_markdown(heading: Heading, rows: Rows, to: TextIO) -> None:
    """A table."""
    to.write(f"# {_plain(heading.title())}\n\n{heading.zone_words()}\n\n")
    to.write(f"| {' | '.join(names())} |\n|{' --- |' * len(names())}\n")
    end = None
    for entry, _columns in rows:
        row = [_plain(cell) for cell in cells(heading, entry)]
        if entry.corrected_by is not None:
            row[6] = f"~~{row[6]}~~"
        to.write(f"| {' | '.join(row)} |\n")
        end = entry
    if end is not None:
        to.write(f"\n{_plain(_foot(end))}\n")


def write_html(heading: Heading, rows: Rows, to: TextIO) -> None:
    """One file that needs no other: nothing is fetched, nothing runs."""
    title = html.escape(heading.title())
    to.write(
        f'<!doctype html>\n<html lang="{language().replace("_", "-")}"><head><meta charset="utf-8">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title>\n<style>{_STYLE}</style></head><body>\n<h1>{title}</h1>\n"
        f"<p>{html.escape(heading.zone_words())}</p>\n<table><thead><tr>"
    )
    to.write("".join(f"<th>{html.escape(name)}</th>" for name in names()) + "</tr></thead><tbody>\n")
    end = None
    for entry, _columns in rows:
        row = [html.escape(cell) for cell in cells(heading, entry)]
        if entry.corrected_by is not None:
            row[6] = f"<s>{row[6]}</s>"
        row[8] = f'<code title="{html.escape(entry.hash)}">{row[8]}</code>'
        to.write(f'<tr id="l{entry.seq}">' + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n")
        end = entry
    to.write("</tbody></table>\n")
    if end is not None:
        to.write(f"<p>{html.escape(_foot(end))}</p>\n")
    to.write("</body></html>\n")


def write_csv(heading: Heading, rows: Rows, to: TextIO) -> None:
    """Every field under its name in the store; times as ISO 8601 as well."""
    sheet = csv.writer(to, lineterminator="\n")
    wrote = False
    for entry, columns in rows:
        if not wrote:
            sheet.writerow([*SHOWN, *columns])
            wrote = True
        times = (datetime.fromtimestamp(at, heading.zone).isoformat() for at in (entry.event_at, entry.entered_at))
        said = said_of(entry, heading.zone_name)
        sheet.writerow([*times, harmless(said), *(harmless(v) if isinstance(v, str) else v for v in columns.values())])


def write_lines(_heading: Heading, rows: Rows, to: TextIO) -> None:
    """JSON Lines: each line with both of its hashes, in the form that is hashed."""
    for _entry, columns in rows:
        to.write(line_of(columns).decode())


WRITERS: dict[str, Callable[[Heading, Rows, TextIO], None]] = {
    "text": write_text,
    "md": write_markdown,
    "html": write_html,
    "csv": write_csv,
    "jsonl": write_lines,
}

_STYLE = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#1f2933;background:#fff}"
    "table{border-collapse:collapse}td,th{border:1px solid #cbd2d9;padding:.2em .5em;text-align:left;"
    "vertical-align:top}th{background:#f0f2f4}td:nth-child(7){white-space:pre-wrap;overflow-wrap:anywhere}"
    "s{color:#5f6a75}code{font-size:12px}"
)


def _foot(end: LogEntry) -> str:
    return _("Head at line {seq}: {hash}", seq=end.seq, hash=end.hash)


def _plain(text: str) -> str:
    """Text that Markdown takes for nothing else."""
    return _MARKDOWN.sub(r"\\\1", text.replace("\n", " "))
