"""The answer of the section ``lines``: ping targets, queues, segments sent again."""

from __future__ import annotations

import math
from urllib.parse import unquote

import msgspec

from collectors.parsing import MAX_FAILURES, not_understood
from duty.clean import clean, clean_bytes
from duty.readings import LineReadings, PingReading, QueueReading, SectionFailure

MAX_PINGS = 200
_WANTED = {
    b"U": "U UPTIME",
    b"T": "T OUT AGAIN",
    b"Q": "Q INTERFACE BYTES PACKETS DROPPED OVERLIMITS",
    b"G": "G KEY SENT RECEIVED LOW MEAN HIGH JITTER WHY",
}


def line_readings(lines: list[bytes], failed: list[SectionFailure]) -> LineReadings:
    """What the lines say; what is not understood is among the failures."""
    facts: dict[str, object] = {"uptime_s": 0.0}
    pings: list[PingReading] = []
    queues: list[QueueReading] = []
    for line in lines:
        kind, *words = line.split(b" ")
        try:
            match kind, words:
                case b"U", [uptime]:
                    facts["uptime_s"] = _seconds(uptime)
                case b"T", [out, again]:
                    facts["segments_out"], facts["segments_again"] = int(out), int(again)
                case b"Q", [name, *counts]:
                    size, packets, dropped, held = map(_count, counts)
                    queues.append(QueueReading(clean_bytes(name, 40), size, packets, dropped, held))
                case b"G", [key, sent, received, *times, why]:
                    pings.append(_ping(key, int(sent), int(received), times, why))
                case _:
                    raise ValueError
        except (ValueError, OverflowError):
            failed.append(not_understood("lines", line, _WANTED.get(kind, "U T Q G")))
    named = [msgspec.structs.replace(one, subject=clean(unquote(one.subject))) for one in failed[:MAX_FAILURES]]
    return LineReadings(
        pings=tuple(pings[:MAX_PINGS]),
        queues=tuple(queues[:MAX_PINGS]),
        failures=tuple(named),
        **facts,  # type: ignore[arg-type]
    )


def _ping(key: bytes, sent: int, received: int, times: list[bytes], why: bytes) -> PingReading:
    if len(times) != 4 or not 0 <= received <= sent:
        raise ValueError
    low, mean, high, jitter = (None if word == b"-" else _seconds(word) / 1000 for word in times)
    name = clean(unquote(key.decode("ascii", "replace")), 300)
    return PingReading(name, sent, received, low, mean, high, jitter, "" if why == b"-" else clean_bytes(why, 20))


def _count(word: bytes) -> int:
    return round(_seconds(word))


def _seconds(word: bytes) -> float:
    value = float(word)
    if not math.isfinite(value) or value < 0:
        raise ValueError
    return value
