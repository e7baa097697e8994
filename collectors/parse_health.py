"""The answers of the sections ``health`` and ``time``."""

from __future__ import annotations

import math

from collectors.parsing import MAX_FAILURES, not_understood
from duty.clean import clean_bytes
from duty.readings import BlockCounters, ClockReading, HostHealth, Pressure, RaidArray, SectionFailure, Sensor

MAX_THINGS = 200
"""Devices, sensors, arrays and units kept of one answer."""

_WANTED = {
    b"U": "U UPTIME",
    b"Y": "Y RESOURCE KIND AVG10 AVG60 TOTAL",
    b"H": "H OPEN MAX",
    b"O": "O KILLS",
    b"K": "K NAME READS SECTORS MS WRITES SECTORS MS BUSYMS ERRORS",
    b"T": "T CHIP LABEL MILLIDEGREES HIGH CRITICAL",
    b"R": "R NAME STATE LEVEL WANTED WORKING ACTION",
    b"S": "S 0|1",
    b"F": "F UNIT",
}


class _Found:
    """What the lines of one answer have said so far."""

    def __init__(self) -> None:
        self.facts: dict[str, object] = {}
        self.pressures: list[Pressure] = []
        self.devices: list[BlockCounters] = []
        self.sensors: list[Sensor] = []
        self.arrays: list[RaidArray] = []
        self.units: list[str] | None = None

    def take(self, kind: bytes, words: list[bytes]) -> None:
        """Take one line. Raises ValueError, KeyError or IndexError for one that is not as it should be."""
        match kind, words:
            case b"U", [uptime]:
                self.facts["uptime_s"] = _finite(uptime)
            case b"Y", [resource, some, ten, sixty, _total]:
                self.pressures.append(Pressure(_text(resource), _text(some), _float(ten), _float(sixty)))
            case b"H", [opened, most]:
                self.facts["files_open"], self.facts["files_max"] = int(opened), int(most)
            case b"O", [kills]:
                self.facts["oom_kills"] = int(kills)
            case b"K", [name, *counters, errors]:
                reads, read_sectors, read_ms, writes, write_sectors, write_ms, busy = map(int, counters)
                counted = None if errors == b"-" else int(errors, 0)
                self.devices.append(
                    BlockCounters(
                        _text(name), reads, read_sectors, read_ms, writes, write_sectors, write_ms, busy, counted
                    )
                )
            case b"T", [chip, label, milli, high, critical]:
                self.sensors.append(
                    Sensor(_text(chip), _text(label), int(milli) / 1000, _milli(high), _milli(critical))
                )
            case b"R", [name, state, level, wanted, working, action]:
                self.arrays.append(
                    RaidArray(
                        _text(name), state == b"active", _text(level), _whole(wanted), _whole(working), _text(action)
                    )
                )
            case b"S", [known]:
                self.units = [] if {b"0": False, b"1": True}[known] else None
            case b"F", [unit] if self.units is not None:
                self.units.append(_text(unit))
            case _:
                raise ValueError


def health(lines: list[bytes], failed: list[SectionFailure]) -> HostHealth:
    """The machine as the lines say; what is not understood is among the failures."""
    found = _Found()
    for line in lines:
        kind, *words = line.split(b" ")
        try:
            found.take(kind, words)
        except (ValueError, KeyError, IndexError, OverflowError):
            failed.append(not_understood("health", line, _WANTED.get(kind, "U Y H O K T R S F")))
    if "uptime_s" not in found.facts:
        found.facts["uptime_s"] = 0.0  # without the host's clock there are no rates
    return HostHealth(
        pressures=tuple(found.pressures[:MAX_THINGS]),
        devices=tuple(found.devices[:MAX_THINGS]),
        sensors=tuple(found.sensors[:MAX_THINGS]),
        arrays=tuple(found.arrays[:MAX_THINGS]),
        failed_units=None if found.units is None else tuple(found.units[:MAX_THINGS]),
        failures=tuple(failed[:MAX_FAILURES]),
        **found.facts,  # type: ignore[arg-type]
    )


def clock(lines: list[bytes], failed: list[SectionFailure]) -> ClockReading | None:
    """The host's clock; ``None`` where the answer does not say what it is."""
    facts: dict[str, object] = {}
    for line in lines:
        kind, *words = line.split(b" ")
        try:
            match kind, words:
                case b"N", [epoch, uptime]:
                    facts["epoch_s"], facts["uptime_s"] = _finite(epoch), _finite(uptime)
                    facts["resolution_s"] = 0.001 if b"." in epoch else 1.0
                case b"S", [service, synchronized, offset, stratum, source]:
                    facts["service"], facts["source"] = _text(service), _text(source)
                    facts["synchronized"] = {b"0": False, b"1": True, b"-": None}[synchronized]
                    facts["service_offset_s"], facts["stratum"] = _float(offset), _whole(stratum)
                case _:
                    raise ValueError
        except (ValueError, KeyError, OverflowError):
            failed.append(not_understood("time", line, "N EPOCH UPTIME or S SERVICE 0|1 OFFSET STRATUM SOURCE"))
    if "epoch_s" not in facts:
        return None
    return ClockReading(failures=tuple(failed[:MAX_FAILURES]), **facts)  # type: ignore[arg-type]


def _text(word: bytes) -> str:
    return "" if word == b"-" else clean_bytes(word, 80)


def _float(word: bytes) -> float | None:
    return None if word == b"-" else _finite(word)


def _finite(word: bytes) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise ValueError
    return value


def _whole(word: bytes) -> int | None:
    return None if word == b"-" else int(word)


def _milli(word: bytes) -> float | None:
    return None if word == b"-" else int(word) / 1000
