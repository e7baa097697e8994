"""The applications of one host, with everything that is known of them: a block of its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from duty.board import AppView, PerfView
from duty.outlooks import towards
from duty.phrases import N_
from duty.quality import State
from tui import figures
from tui.pager import Line, wrapped
from tui.panels.apps import perf_figure, stale
from wire.words import _, say

if TYPE_CHECKING:
    from tui.host_page import Page

STEP_WORDS = {
    "resolve": N_("name {time}"),
    "connect": N_("connection {time}"),
    "tls": N_("TLS {time}"),
    "first_byte": N_("first byte {time}"),
    "whole": N_("all {time}"),
}


def app_lines(page: Page, width: int) -> Iterator[Line]:
    """Each application of a host: how it is asked, what it said, its certificate and its numbers."""
    if not page.host.apps:
        return
    yield ()
    yield ((_("Applications"), "title"),)
    for app in page.host.apps:
        mark = page.glyphs.states[app.state]
        asked = _("from this console") if app.from_console else _("from the host")
        tone = "old" if stale(page.host, app) else mark.tone
        yield ((f"{mark.text} ", tone), (app.key, "name"), (f"  {asked}", "dim"))
        yield from wrapped(app.target, width, "dim", indent=5)
        yield from wrapped(_asked_when(page, app), width, "dim", indent=5)
        steps = [_(STEP_WORDS[name], time=f"{took * 1000:.1f} ms") for name, took in app.steps if name in STEP_WORDS]
        if steps:
            yield from wrapped(" · ".join(steps), width, "dim", indent=5)
        if app.text:
            yield from wrapped(app.text, width, indent=5)
        yield from _certificate(page, app, width)
        for one in app.perf:
            yield from _perf(page, one, width)
        for line in app.detail.split("\n") if app.detail else ():
            yield from wrapped(line, width, "dim", indent=5)
        for why in app.why:
            yield from wrapped(say(why), width, "warn", indent=5)


def _asked_when(page: Page, app: AppView) -> str:
    if app.read_at is None:
        return _("not asked yet")
    ago = figures.span(page.now - app.read_at)
    return _("asked {ago} ago, every {span}", ago=ago, span=figures.span(app.interval_s))


def _certificate(page: Page, app: AppView, width: int) -> Iterator[Line]:
    shown = app.certificate
    if shown is None:
        return
    dates = _(
        "certificate {subject}, from {issuer}: {begin} to {end}",
        subject=shown.subject, issuer=shown.issuer,
        begin=figures.date(shown.not_before, page.zone), end=figures.date(shown.not_after, page.zone),
    )  # fmt: skip
    yield from wrapped(dates, width, indent=5)
    left = figures.MISSING if app.cert_days is None else f"{app.cert_days:.1f}"
    vouched = {True: _("it holds up"), False: _("it does NOT hold up"), None: _("not verified")}[shown.verified]
    words = _("{days} days left, {vouched}", days=left, vouched=vouched)
    yield from wrapped(words, width, "warn" if shown.verified is False else "dim", indent=5)
    if shown.names:
        yield from wrapped(_("for {names}", names=", ".join(shown.names)), width, "dim", indent=5)


def _perf(page: Page, one: PerfView, width: int) -> Iterator[Line]:
    mark = page.glyphs.states[one.state]
    value = perf_figure(one.value, one.unit)
    if one.maximum is not None and one.share_percent is not None:
        value = _(
            "{value} of {most}, {share}",
            value=value, most=perf_figure(one.maximum, one.unit), share=figures.percent(one.share_percent),
        )  # fmt: skip
    limit = _(" (fault at {limit})", limit=perf_figure(one.limit, one.unit)) if one.limit is not None else ""
    tone = mark.tone if one.state is not State.OK else ""
    yield from wrapped(f"{mark.shape} {one.label} {value}{limit}", width, tone, indent=5)
    if one.time_to_limit is not None:
        yield from wrapped(say(towards(one.label, one.time_to_limit)), width, "dim", indent=7)
