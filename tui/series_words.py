"""What a series of the history is called, for graphs, incidents and reports. No drawing library is loaded."""

from __future__ import annotations

from duty.phrases import N_
from duty.series import SeriesKey
from wire.words import _

FIELD_WORDS = {
    "host": {
        "cpu": N_("CPU"), "load": N_("load"), "memory": N_("memory"), "swap": N_("swap"), "user": N_("CPU, programs"),
        "system": N_("CPU, kernel"), "iowait": N_("CPU, waiting for disks"), "steal": N_("CPU, taken by others"),
    },
    "process": {
        "count": N_("copies"), "cpu": N_("CPU"), "rss": N_("memory"), "threads": N_("threads"),
        "files": N_("open files"),
    },
    "line": {"in": N_("in"), "out": N_("out"), "errors": N_("errors"), "drops": N_("drops")},
    "queue": {"packets": N_("packets waiting"), "retransmitted": N_("sent again")},
    "ping": {"rtt": N_("RTT"), "jitter": N_("jitter"), "loss": N_("loss")},
    "clock": {"offset": N_("clock offset")},
    "device": {"busy": N_("busy"), "read": N_("read"), "written": N_("written"), "wait": N_("wait")},
    "app": {"response": N_("response time"), "cert_days": N_("certificate, days left")},
    "perf": {"value": ""},
    "event": {"act": N_("lines to act on"), "warn": N_("warning lines")},
    "pressure": {"share": N_("pressure")},
    "sensor": {"celsius": N_("temperature")},
    "disk": {
        "used": N_("used"), "available": N_("free"), "used_percent": N_("used, share"),
        "inodes_percent": N_("inodes, share"),
    },
}  # fmt: skip
"""Kind and field → words; a field that is not there is its own name."""


def series_words(series: SeriesKey) -> str:
    """What a series is called: the thing and what of it."""
    field = FIELD_WORDS.get(series.kind, {}).get(series.field, series.field)
    return f"{series.key} {_(field) if field else ''}".strip()
