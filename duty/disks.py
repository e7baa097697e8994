"""Disks: what is mounted against what must be, and how full it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from duty.board import DiskView
from duty.forecast import Forecast, Outlook
from duty.limits import above, passed, within
from duty.part import Part
from duty.phrases import N_, Phrase, phrase
from duty.quality import State
from duty.readings import MountReading, Mounts
from duty.site import DiskRule

IMAGES = frozenset({"squashfs", "iso9660", "erofs", "cramfs", "udf"})
"""File systems that are read-only and full by nature; ``*`` leaves them alone."""

CONDITION_WORDS = {
    "ok": N_("mounted"),
    "read-only": N_("mounted read-only"),
    "hanging": N_("does not answer"),
    "absent": N_("not mounted"),
    "unread": N_("not read yet"),
}
"""The condition of a disk in words, each a msgid."""

Findings = list[tuple[State, Phrase]]


class DiskTrack(Part[tuple[DiskView, ...]]):
    """All disks of one host as they were read last. Pure: every moment comes in as an argument."""

    __slots__ = ("_outlooks", "_read_at", "_reading", "_rules")

    def __init__(self, rules: tuple[DiskRule, ...]) -> None:
        super().__init__()
        self._rules = rules
        self._reading: Mounts | None = None
        self._read_at: float | None = None
        self._outlooks: Mapping[str, Outlook] = {}

    def demand(self, rules: tuple[DiskRule, ...]) -> None:
        """A new site file: other things are demanded of what was read."""
        self._rules = rules
        self.changed()

    def see(self, reading: Mounts, at: float) -> None:
        """Mounts were read at ``at``."""
        self._reading, self._read_at = reading, at
        self.changed()

    def forget(self) -> None:
        """The host was booted: what was read is not so any more; what its past says still is."""
        self._reading = self._read_at = None
        self.changed()

    def foresee(self, outlooks: Mapping[str, Outlook]) -> None:
        """By mount: when it will be full, as its history says."""
        self._outlooks = outlooks
        self.changed()

    def judged(self) -> tuple[DiskView, ...]:
        """All disks judged as they were read, worst first."""
        return judge_disks(self._rules, self._reading, self._read_at, self._outlooks)


def judge_disks(
    rules: tuple[DiskRule, ...],
    reading: Mounts | None,
    read_at: float | None,
    outlooks: Mapping[str, Outlook] = MappingProxyType({}),
) -> tuple[DiskView, ...]:
    """All disks of a host, worst first. ``reading`` is ``None`` until mounts were read; ``outlooks`` by mount."""
    by_mount = {rule.mount: rule for rule in rules}
    rest = by_mount.pop("*", None)
    if reading is None:
        return tuple(_unread(mount) for mount in by_mount)
    views = []
    for mount in reading.mounts:
        rule = by_mount.pop(mount.mount, None)
        if rule is None:
            if rest is None or mount.fstype in IMAGES:
                continue
            rule = rest
        views.append(_judge(rule, mount, read_at, outlooks.get(mount.mount)))
    views += [_absent(rule, read_at) for rule in by_mount.values()]
    views.sort(key=concern)
    return tuple(views)


def concern(disk: DiskView) -> tuple[float, ...]:
    """The order of disks: by state, then by the time until they are full, then by how full they are."""
    soon = disk.time_to_full
    left = soon.seconds if isinstance(soon, Forecast) else math.inf
    return (-disk.state, left, -(disk.used_percent or 0.0))


def _unread(mount: str) -> DiskView:
    why, states = (phrase("not read yet"),), (State.UNKNOWN,)
    return DiskView(mount=mount, state=State.UNKNOWN, why=why, condition="unread", states=states)


def _absent(rule: DiskRule, read_at: float | None) -> DiskView:
    state = State.ACT if rule.required else State.UNJUDGED
    why = (phrase("not mounted"),)
    return DiskView(mount=rule.mount, state=state, why=why, condition="absent", read_at=read_at, states=(state,))


def share_used(used: int | None, left: int | None) -> float | None:
    """Percent used as df counts it: of used plus what can still be used; ``None`` where there is nothing to fill."""
    if used is None or left is None or used + left <= 0:
        return None
    return 100 * used / (used + left)


def _judge(rule: DiskRule, mount: MountReading, read_at: float | None, outlook: Outlook | None) -> DiskView:
    used = share_used(mount.used_bytes, mount.available_bytes)
    inodes_used = None if mount.inodes is None or mount.inodes_free is None else mount.inodes - mount.inodes_free
    inodes = share_used(inodes_used, mount.inodes_free)
    found: Findings = []
    condition = "ok"
    if mount.hanging_s is not None:
        condition = "hanging"
        found.append((State.ACT, phrase("does not answer for {seconds} s", seconds=round(mount.hanging_s))))
    elif used is None and mount.total_bytes is None:
        found.append((State.UNKNOWN, phrase("its size could not be read")))
    if mount.read_only and not rule.read_only_ok:
        condition = "read-only" if condition == "ok" else condition
        found.append((State.ACT, phrase("mounted read-only")))
    if used is not None and (state := above(used, rule.used_percent)) > State.OK:
        limit = f"{passed(used, rule.used_percent):g}"
        found.append((state, phrase("{used} % full (limit {limit} %)", used=f"{used:.0f}", limit=limit)))
    if inodes is not None and (state := above(inodes, rule.inodes_percent)) > State.OK:
        limit = f"{passed(inodes, rule.inodes_percent):g}"
        found.append((state, phrase("{used} % of inodes used (limit {limit} %)", used=f"{inodes:.0f}", limit=limit)))
    if (
        isinstance(outlook, Forecast)
        and condition == "ok"
        and (state := within(outlook.seconds, rule.full_within_s)) > State.OK
    ):
        found.append((state, full_in(outlook)))
    found.sort(key=lambda f: -f[0])
    return DiskView(
        mount=mount.mount,
        state=found[0][0] if found else State.OK,
        why=tuple(why for _, why in found),
        condition=condition,
        source=mount.source,
        fstype=mount.fstype,
        total_bytes=mount.total_bytes,
        used_bytes=mount.used_bytes,
        available_bytes=mount.available_bytes,
        used_percent=used,
        inodes_percent=inodes,
        read_at=read_at,
        time_to_full=outlook,
        states=tuple(state for state, _ in found),
    )


def full_in(forecast: Forecast) -> Phrase:
    """The forecast as a sentence: ``full in 3 d (2-5 d)``, in the unit that suits the answer."""
    if forecast.seconds <= 0:
        return phrase("full")
    best, low, high = forecast.seconds, forecast.low_s, forecast.high_s
    if best >= 2 * 86_400:
        return phrase("full in {best} d ({low}-{high} d)", **_in_units(best, low, high, 86_400))
    if best >= 2 * 3_600:
        return phrase("full in {best} h ({low}-{high} h)", **_in_units(best, low, high, 3_600))
    return phrase("full in {best} min ({low}-{high} min)", **_in_units(best, low, high, 60))


def _in_units(best: float, low: float, high: float, unit: float) -> dict[str, int]:
    """Whole units; the range is rounded outwards, so that it never says more than is known."""
    return {"best": round(best / unit), "low": math.floor(low / unit), "high": math.ceil(high / unit)}
