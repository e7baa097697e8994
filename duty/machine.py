"""The machine beside its CPU and memory: pressure, file handles, block devices, temperatures, RAID, failed units."""

from __future__ import annotations

from collections import deque

from duty.board import DeviceView, HealthView
from duty.limits import above, passed
from duty.part import Part
from duty.phrases import Phrase, phrase
from duty.quality import State
from duty.rates import growth
from duty.readings import BlockCounters, HostHealth, Sensor
from duty.site import HealthRule, Limits

SECTOR = 512
REMEMBERED_S = 3600.0
"""For so long an OOM kill or an error of a device is in sight."""
_NO_SENSOR_C = 200.0
"""A sensor that names a limit above this names none: some report 65261.8 for "not set"."""


class MachineTrack(Part[HealthView]):
    """The section ``health`` of one host over time. Pure: every moment comes in as an argument."""

    def __init__(self, rule: HealthRule) -> None:
        super().__init__()
        self.rule = rule
        self._last: HostHealth | None = None
        self._devices: tuple[DeviceView, ...] = ()
        self._read_at: float | None = None
        self._killed: deque[tuple[float, int]] = deque(maxlen=100)
        self._faulty: dict[str, tuple[float, int]] = {}

    def demand(self, rule: HealthRule) -> None:
        """A new site file demands other things."""
        self.rule = rule
        self.changed()

    def see(self, reading: HostHealth, at: float) -> None:
        """Take a reading received at ``at`` (UTC epoch seconds)."""
        self.changed()
        before, self._last, self._read_at = self._last, reading, at
        if before is not None and reading.uptime_s < before.uptime_s:
            before = None  # a boot: no counter of before can be compared
        kills = growth(before.oom_kills, reading.oom_kills) if before is not None else None
        if kills:
            self._killed.append((at, kills))
        known = {one.name: one for one in before.devices} if before is not None else {}
        seconds = reading.uptime_s - before.uptime_s if before is not None else 0.0
        self._devices = tuple(_device(known.get(one.name), one, seconds) for one in reading.devices)
        for one in reading.devices:
            earlier = known.get(one.name)
            if grown := growth(earlier.errors if earlier is not None else None, one.errors):
                self._faulty[one.name] = (at, grown)

    def judged(self) -> HealthView:
        """What was read last, judged."""
        reading = self._last
        if reading is None:
            return HealthView(State.UNKNOWN, (phrase("not read yet"),), states=(State.UNKNOWN,))
        found = self._findings(reading)
        found.sort(key=lambda one: -one[0])
        return HealthView(
            state=found[0][0] if found else State.OK,
            why=tuple(said for _, said in found),
            pressures=reading.pressures,
            files_open=reading.files_open,
            files_max=reading.files_max,
            oom_kills=reading.oom_kills,
            devices=self._devices,
            sensors=reading.sensors,
            arrays=reading.arrays,
            failed_units=reading.failed_units,
            read_at=self._read_at,
            states=tuple(state for state, _ in found),
        )

    def _findings(self, reading: HostHealth) -> list[tuple[State, Phrase]]:
        return [
            *self._arrays(reading),
            *self._units(reading),
            *self._temperatures(reading),
            *self._waiting(reading),
            *self._of_devices(),
            *self._killed_lately(),
        ]

    def _arrays(self, reading: HostHealth) -> list[tuple[State, Phrase]]:
        found = []
        for one in reading.arrays:
            if not one.active:
                found.append((State.ACT, phrase("RAID {array} is not active", array=one.name)))
            elif one.wanted is not None and one.working is not None and one.working < one.wanted:
                said = phrase(
                    "RAID {array} is degraded: {working} of {wanted} devices",
                    array=one.name, working=one.working, wanted=one.wanted,
                )  # fmt: skip
                found.append((State.ACT, said))
            if one.action and not one.action.startswith("check"):
                found.append((State.WARN, phrase("RAID {array}: {action}", array=one.name, action=one.action)))
        return found

    def _units(self, reading: HostHealth) -> list[tuple[State, Phrase]]:
        if reading.failed_units is None:
            return []
        state = above(len(reading.failed_units), self.rule.failed_units)
        if state <= State.OK:
            return []
        names = ", ".join(reading.failed_units[:3]) + ("…" if len(reading.failed_units) > 3 else "")
        return [(state, phrase("failed units: {units}", units=names))]

    def _temperatures(self, reading: HostHealth) -> list[tuple[State, Phrase]]:
        found = []
        for one in reading.sensors:
            limits = limits_of_sensor(one, self.rule.celsius)
            if (state := above(one.celsius, limits)) > State.OK:
                said = phrase(
                    "{sensor} is at {degrees} °C (limit {limit} °C)",
                    sensor=" ".join(part for part in (one.chip, one.label) if part),
                    degrees=f"{one.celsius:.0f}", limit=f"{passed(one.celsius, limits):g}",
                )  # fmt: skip
                found.append((state, said))
        return found

    def _waiting(self, reading: HostHealth) -> list[tuple[State, Phrase]]:
        found: list[tuple[State, Phrase]] = []
        limits = self.rule.pressure_percent
        if not reading.pressures and (limits.warn is not None or limits.act is not None):
            found.append((State.UNKNOWN, phrase("this kernel does not say for what tasks wait")))
        for one in reading.pressures:
            if one.kind != "some" or one.avg60 is None:
                continue
            if (state := above(one.avg60, limits)) > State.OK:
                said = phrase(
                    "tasks wait for {what} {share} % of the time", what=one.resource, share=f"{one.avg60:.0f}"
                )
                found.append((state, said))
        if reading.files_open is not None and reading.files_max:
            share = 100 * reading.files_open / reading.files_max
            if (state := above(share, self.rule.files_percent)) > State.OK:
                found.append((state, phrase("{share} % of all file handles are open", share=f"{share:.0f}")))
        return found

    def _of_devices(self) -> list[tuple[State, Phrase]]:
        found = []
        rule = self.rule
        for one in self._devices:
            if one.busy_percent is not None and (state := above(one.busy_percent, rule.device_busy_percent)) > State.OK:
                said = phrase(
                    "{device} is busy {share} % of the time", device=one.name, share=f"{one.busy_percent:.0f}"
                )
                found.append((state, said))
            if one.await_s is not None and (state := above(one.await_s, rule.device_await_s)) > State.OK:
                millis = f"{1000 * one.await_s:.0f}"
                found.append((state, phrase("requests to {device} take {millis} ms", device=one.name, millis=millis)))
        for name, (at, grown) in self._faulty.items():
            if self._lately(at):
                found.append((State.WARN, phrase("{count} I/O errors on {device}", count=grown, device=name)))
        return found

    def _killed_lately(self) -> list[tuple[State, Phrase]]:
        count = sum(kills for at, kills in self._killed if self._lately(at))
        if not count or (state := above(count, self.rule.oom_kills)) <= State.OK:
            return []
        return [(state, phrase("{count} processes killed for want of memory in the last hour", count=count))]

    def _lately(self, at: float) -> bool:
        return self._read_at is not None and self._read_at - at < REMEMBERED_S


def _device(before: BlockCounters | None, now: BlockCounters, seconds: float) -> DeviceView:
    if before is None or seconds <= 0:
        return DeviceView(now.name, None, None, None, None, now.errors)
    busy = growth(before.busy_ms, now.busy_ms)
    read, written = growth(before.read_sectors, now.read_sectors), growth(before.write_sectors, now.write_sectors)
    requests = _sum(growth(before.reads, now.reads), growth(before.writes, now.writes))
    waited = _sum(growth(before.read_ms, now.read_ms), growth(before.write_ms, now.write_ms))
    return DeviceView(
        name=now.name,
        busy_percent=None if busy is None else min(100.0, busy / seconds / 10),
        read_bps=None if read is None else read * SECTOR / seconds,
        write_bps=None if written is None else written * SECTOR / seconds,
        await_s=None if not requests or waited is None else waited / requests / 1000,
        errors=now.errors,
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def limits_of_sensor(sensor: Sensor, site: Limits) -> Limits:
    """The site's limits, else those of the sensor where they make sense."""
    if site.warn is not None or site.act is not None:
        return site
    high, critical = (limit if limit and 0 < limit < _NO_SENSOR_C else None for limit in (sensor.high, sensor.critical))
    return Limits(high, critical)
