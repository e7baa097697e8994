"""Applications of all hosts: do they answer, how fast, how long their certificates hold, what their numbers say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from duty.board import AppView, HostView, PerfView
from duty.quality import Quality, State
from tui import figures
from tui.cells import cell, short_span, spark
from tui.glyphs import Glyphs
from tui.pager import Line, Span
from tui.panels.table_panel import Draw, TablePanel, fit, key_of, tally
from tui.picture import Picture
from wire.words import _, say

Item = tuple[HostView, AppView]

LATE_ROUNDS = 2
"""Rounds without a reading after which its age is shown."""


class AppsPanel(TablePanel[Item]):
    """All application checks of the site."""

    panel = "app"

    def title(self) -> str:
        """The panel's name."""
        return _("Applications")

    def short_title(self) -> str:
        """The name in a tab."""
        # For translators: the name of a tab: five letters, or two characters.
        return _("Apps")

    def worst(self, picture: Picture) -> tuple[State, int]:
        """The worst application."""
        return tally([app.state for host in picture.hosts.values() for app in host.apps])

    def vacant(self, picture: Picture) -> bool:
        """Whether the site has no application check."""
        return not any(host.apps for host in picture.hosts.values())

    def nothing_words(self) -> str:
        """What is said while there are no rows."""
        return _("no application is asked")

    def items(self, picture: Picture) -> Sequence[Item]:
        """The worst first."""
        all_of = [(host, app) for host in picture.hosts.values() for app in host.apps]
        return sorted(all_of, key=lambda one: (-one[1].state, one[0].id, one[1].key))

    def key_for(self, item: Item) -> str:
        """Host and application."""
        return key_of(item[0].id, item[1].key)

    def spoken(self, item: Item) -> Iterable[str]:
        """The application, what it is asked and what it said."""
        yield from super().spoken(item)
        yield from (item[1].kind, item[1].target, item[1].text, quiet(item[1]))

    def used(self, item: Item) -> float | None:
        """How long it takes to answer."""
        return item[1].response_s

    def columns(self, items: Sequence[Item], width: int) -> tuple[Line, Draw[Item]]:
        """State, application, host, age, answer time with its trend, certificate, and what is wrong or was said."""
        g = self.glyphs
        name = fit(_("application"), (app.key for _host, app in items), max(10, width // 6))
        host_width = fit(_("host"), (host.id for host, _app in items), max(10, width // 6))
        trend = 10 if width >= 84 else 0
        rest = max(6, width - 3 - name - host_width - 2 - 5 - 6 - 6 - (trend + 1 if trend else 0))
        head = (
            ("   ", ""), cell(_("application"), name, "head"), cell(_("host"), host_width, "head"),
            cell(_("age"), 4, "head", right=True), cell(_("time"), 5, "head", right=True),
            *((cell("", trend),) if trend else ()), cell(_("cert"), 5, "head", right=True),
            cell(_("what"), rest, "head"),
        )  # fmt: skip

        def draw(item: Item, now: float) -> Line:
            host, app = item
            old = stale(host, app)
            state_tone = "old" if old else g.states[app.state].tone
            what = say(app.why[0]) if app.why else quiet(app)
            return (
                (f"{g.states[app.state].text} ", state_tone),
                cell(app.key, name, "name", cut=g.cut),
                cell(host.id, host_width, "dim", cut=g.cut),
                _age(g, app, now),
                cell(short_time(app.response_s, g), 5, "old" if old else "", right=True),
                *((spark(app.trend, trend, g),) if trend else ()),
                cell(days(app, g), 5, "" if app.cert_days is None else cert_tone(app), right=True),
                cell(what, rest, state_tone if app.why else "dim", cut=g.cut),
            )

        return head, draw


def stale(host: HostView, app: AppView) -> bool:
    """Whether what is shown is no longer sure: the host it is asked from is not read well."""
    return not app.from_console and host.quality not in (Quality.GOOD, Quality.NEVER)


def _age(glyphs: Glyphs, app: AppView, now: float) -> Span:
    if app.read_at is None:
        return cell(glyphs.missing, 4, "dim", right=True)
    age = now - app.read_at
    late = age > LATE_ROUNDS * app.interval_s + app.deadline_s
    return cell(short_span(age, glyphs) if late else "", 4, "warn" if late else "", right=True)


def short_time(seconds: float | None, glyphs: Glyphs) -> str:
    """An answer time in five cells: ``0.4ms`` is not worth a digit, ``12ms``, ``1.3s``."""
    if seconds is None:
        return glyphs.missing
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f}ms"
    return f"{seconds:.1f}s" if seconds < 100 else short_span(seconds, glyphs)


def days(app: AppView, glyphs: Glyphs) -> str:
    """Days a certificate still holds in five cells; hours on its last two days."""
    if app.cert_days is None:
        return ""
    if abs(app.cert_days) < 2:
        return f"{app.cert_days * 24:.0f}h"
    return f"{app.cert_days:.0f}d"


def cert_tone(app: AppView) -> str:
    """How a certificate's days are drawn: loud where they are what is wrong."""
    if app.cert_days is None or app.state in (State.OK, State.UNJUDGED):
        return "dim"
    return "act" if app.cert_days <= 0 else ""


def quiet(app: AppView) -> str:
    """What there is to say of an application that is well: its numbers before its words."""
    numbers = " ".join(perf_words(one) for one in app.perf[:3])
    return numbers or app.text or app.target


def perf_words(one: PerfView) -> str:
    """A number of a check command in few cells."""
    if one.value is not None and one.share_percent is not None and one.maximum is not None:
        return f"{one.label} {one.share_percent:.0f}%"
    return f"{one.label} {perf_figure(one.value, one.unit)}"


def perf_figure(value: float | None, unit: str) -> str:
    """A number as people read it: sizes and durations in units that fit."""
    if value is None:
        return figures.MISSING
    if unit == "B":
        return figures.size(value)
    if unit == "s":
        return figures.span(value) if value >= 60 else f"{value:.3g} s"
    return f"{figures.number(value)}{' ' + unit if unit and unit != 'c' else ''}"
