"""Who is called when it matters, and when each number was last tried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from duty.incident_profile import UNTESTED_DAYS, Contact
from duty.phrases import N_
from tui.glyphs import Glyphs
from tui.pager import Line
from wire.words import _

WHAT_WORDS = {
    "vendor": N_("vendor"),
    "exchange": N_("exchange"),
    "line": N_("line provider"),
    "other": N_("others"),
}


def contact_lines(contacts: tuple[Contact, ...], now: float, zone: str, glyphs: Glyphs, width: int) -> Iterator[Line]:
    """The section of the page; nothing where the site names nobody."""
    if not contacts:
        return
    today = datetime.fromtimestamp(now, ZoneInfo(zone)).date()
    yield ()
    yield ((_("Contacts"), "title"),)
    for contact in contacts:
        words, old = tested(contact, today)
        mark = glyphs.clocks["over" if old else "met"]
        yield (
            (f"  {mark.text} ", mark.tone),
            (f"{_(WHAT_WORDS[contact.what])}: {contact.name}  {contact.phone}", ""),
            ("  " + words, "act" if old else "dim"),
        )


def tested(contact: Contact, today: date) -> tuple[str, bool]:
    """When it was last tried, in words, and whether that is too long ago."""
    if not contact.tested:
        return _("never tested"), True
    days = (today - date.fromisoformat(contact.tested)).days
    if days > UNTESTED_DAYS:
        return _("UNTESTED for {days} days", days=days), True
    return _("tested {days} days ago", days=days), False
