"""What a host's page says of the machine itself and of its clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from duty.board import ClockView, HealthView, HostView
from duty.phrases import N_
from tui import figures
from tui.pager import Line, Span, wrapped
from wire.words import _, say

if TYPE_CHECKING:
    from tui.host_page import Page

SENSORS_SHOWN = 12
_RESOURCES = {"cpu": N_("CPU"), "memory": N_("memory"), "io": N_("I/O")}


def health_lines(page: Page, width: int) -> Iterator[Line]:
    """Pressure, handles, devices, temperatures, RAID, units: what the host has of these."""
    health = page.host.health
    if health is None or health.read_at is None:
        return
    yield ()
    yield (page.mark(health.state), (_("The machine"), "title"))
    for said in health.why:
        yield from wrapped(say(said), width, "warn", indent=5)
    for text in _facts(page.host, health):
        yield from wrapped(text, width, "dim", indent=2)


def _facts(host: HostView, health: HealthView) -> Iterator[str]:
    shares = (
        (_("user"), host.user_percent), (_("system"), host.system_percent),
        (_("waiting for disks"), host.iowait_percent), (_("stolen"), host.steal_percent),
    )  # fmt: skip
    yield _("CPU: {shares}", shares=" · ".join(f"{name} {figures.percent(value)}" for name, value in shares))
    waits = [
        f"{_(_RESOURCES[one.resource])} {figures.percent(one.avg60)}"
        for one in health.pressures
        if one.kind == "some" and one.resource in _RESOURCES
    ]
    if waits:
        yield _("tasks waited in the last minute: {shares}", shares=" · ".join(waits))
    if health.files_open is not None and health.files_max:
        yield _(
            "file handles: {count} of {most}",
            count=figures.number(health.files_open), most=figures.number(health.files_max),
        )  # fmt: skip
    if health.oom_kills is not None:
        yield _("killed for want of memory since boot: {count}", count=health.oom_kills)
    for device in health.devices:
        yield _(
            "{device}: busy {busy} · read {read}/s · written {written}/s · a request takes {wait} · errors {errors}",
            device=device.name, busy=figures.percent(device.busy_percent), read=figures.size(device.read_bps),
            written=figures.size(device.write_bps), wait=figures.millis(device.await_s),
            errors=figures.number(device.errors),
        )  # fmt: skip
    if health.sensors:
        shown = [f"{one.chip} {one.label} {one.celsius:.0f} °C" for one in health.sensors[:SENSORS_SHOWN]]
        yield _("temperatures: {sensors}", sensors=" · ".join(shown))
    for array in health.arrays:
        state = _("active") if array.active else _("not active")
        working = f"{figures.number(array.working)}/{figures.number(array.wanted)}"
        yield " · ".join(filter(None, (f"RAID {array.name} {array.level}", state, working, array.action)))
    if health.failed_units is not None:
        yield _("failed units: {units}", units=", ".join(health.failed_units) or _("none"))


def clock_lines(page: Page, width: int) -> Iterator[Line]:
    """The clock against the console's."""
    clock = page.host.clock
    if clock is None or clock.read_at is None:
        return
    yield ()
    yield (page.mark(clock.state), (_("Its clock"), "title"))
    for said in clock.why:
        yield from wrapped(say(said), width, "warn", indent=5)
    yield _offset(clock)
    service = clock.service or _("no time service found")
    kept = {True: _("synchronized"), False: _("not synchronized"), None: ""}[clock.synchronized]
    stratum = "" if clock.stratum is None else _("stratum {stratum}", stratum=clock.stratum)
    yield from wrapped(" · ".join(filter(None, (service, kept, stratum, clock.source))), width, "dim", indent=2)
    if clock.jumped_at is not None and clock.jumped_s is not None:
        text = _("last set by {seconds} s, {when}", seconds=f"{clock.jumped_s:+.1f}", when=page.when(clock.jumped_at))
        yield from wrapped(text, width, "dim", indent=2)


def _offset(clock: ClockView) -> tuple[Span, ...]:
    if clock.offset_s is None:
        return (("  " + _("not compared yet"), "dim"),)
    margin = 0.0 if clock.margin_s is None else clock.margin_s
    text = _("{offset} s against this console (±{margin} s)", offset=f"{clock.offset_s:+.3f}", margin=f"{margin:.3f}")
    return (("  " + text, "dim"),)
