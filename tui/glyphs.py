"""Signs: each state is a shape, a letter and a tone, so that none of the three has to be seen to tell it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from duty.alarm_states import AlarmState
from duty.quality import Quality, State
from duty.records import IncidentState


class Mark(NamedTuple):
    """A sign of one cell, the letter beside it, and the name of its tone in the palette."""

    shape: str
    letter: str
    tone: str

    @property
    def text(self) -> str:
        """Shape and letter, two cells."""
        return self.shape + self.letter


@dataclass(frozen=True)
class Glyphs:
    """Every character that is not a letter or a digit, for one kind of terminal. Each is one cell wide."""

    name: str
    states: Mapping[State, Mark]
    qualities: Mapping[Quality, Mark]
    incidents: Mapping[IncidentState, Mark]
    alarms: Mapping[AlarmState, Mark]
    clocks: Mapping[str, Mark]
    """Of a countdown: running, over, met, stopped."""
    drill: Mark
    """Beside every row of a drill."""
    spark: str
    """Levels from lowest to highest, after one character for a gap."""
    full: str
    rest: str
    rule: str
    rule_focused: str
    cut: str
    missing: str
    first: str
    """A rate that needs a second reading."""
    unknown: str
    cursor: str
    slipped: str
    """Beside the row that took the place of the one the cursor was on."""
    dot: str
    up: str
    alarm: str
    picked: str
    """Beside a row that was marked for something to be done with all marked ones."""


UNICODE = Glyphs(
    name="unicode",
    states={
        State.OK: Mark("●", "O", "ok"),
        State.UNJUDGED: Mark("○", "I", "info"),
        State.WARN: Mark("▲", "W", "warn"),
        State.UNKNOWN: Mark("◇", "?", "unknown"),
        State.ACT: Mark("■", "A", "act"),
    },
    qualities={
        Quality.GOOD: Mark("●", "G", "ok"),
        Quality.LATE: Mark("◐", "L", "late"),
        Quality.STALE: Mark("◌", "S", "stale"),
        Quality.UNREACHABLE: Mark("✕", "U", "unreachable"),
        Quality.NEVER: Mark("◦", "N", "never"),
    },
    incidents={
        IncidentState.OPEN: Mark("◆", "O", "act"),
        IncidentState.ACCEPTED: Mark("◈", "T", "warn"),
        IncidentState.MITIGATED: Mark("◇", "M", "info"),
        IncidentState.RESOLVED: Mark("■", "R", "ok"),
        IncidentState.REVIEWED: Mark("▣", "V", "ok"),
        IncidentState.CLOSED: Mark("□", "C", "dim"),
        IncidentState.MERGED: Mark("▽", "J", "dim"),
    },
    alarms={
        AlarmState.UNACKNOWLEDGED: Mark("✱", "U", "act"),
        AlarmState.RETURNED: Mark("↓", "R", "warn"),
        AlarmState.ACKNOWLEDGED: Mark("✓", "A", "info"),
        AlarmState.SHELVED: Mark("▤", "S", "dim"),
        AlarmState.SUPPRESSED: Mark("▿", "D", "dim"),
        AlarmState.OUT_OF_SERVICE: Mark("⊘", "O", "dim"),
        AlarmState.NORMAL: Mark("●", "N", "ok"),
    },
    clocks={
        "running": Mark("▷", "D", "info"),
        "over": Mark("✖", "L", "act"),
        "met": Mark("●", "M", "ok"),
        "stopped": Mark("▯", "S", "dim"),
    },
    drill=Mark("▼", "D", "practice"),
    spark=" ▁▂▃▄▅▆▇█",
    full="━",
    rest="─",
    rule="─",
    rule_focused="━",
    cut="…",
    missing="–",
    first="…",
    unknown="?",
    cursor="▌",
    slipped="▏",
    dot="·",
    up="↑",
    alarm="✖",
    picked="◉",
)
ASCII = Glyphs(
    name="ascii",
    states={
        State.OK: Mark("*", "O", "ok"),
        State.UNJUDGED: Mark("o", "I", "info"),
        State.WARN: Mark("!", "W", "warn"),
        State.UNKNOWN: Mark("?", "?", "unknown"),
        State.ACT: Mark("#", "A", "act"),
    },
    qualities={
        Quality.GOOD: Mark("*", "G", "ok"),
        Quality.LATE: Mark("~", "L", "late"),
        Quality.STALE: Mark(":", "S", "stale"),
        Quality.UNREACHABLE: Mark("x", "U", "unreachable"),
        Quality.NEVER: Mark(".", "N", "never"),
    },
    incidents={
        IncidentState.OPEN: Mark("#", "O", "act"),
        IncidentState.ACCEPTED: Mark("@", "T", "warn"),
        IncidentState.MITIGATED: Mark("~", "M", "info"),
        IncidentState.RESOLVED: Mark("=", "R", "ok"),
        IncidentState.REVIEWED: Mark("+", "V", "ok"),
        IncidentState.CLOSED: Mark("_", "C", "dim"),
        IncidentState.MERGED: Mark("v", "J", "dim"),
    },
    alarms={
        AlarmState.UNACKNOWLEDGED: Mark("#", "U", "act"),
        AlarmState.RETURNED: Mark("<", "R", "warn"),
        AlarmState.ACKNOWLEDGED: Mark("+", "A", "info"),
        AlarmState.SHELVED: Mark("=", "S", "dim"),
        AlarmState.SUPPRESSED: Mark("v", "D", "dim"),
        AlarmState.OUT_OF_SERVICE: Mark("x", "O", "dim"),
        AlarmState.NORMAL: Mark("*", "N", "ok"),
    },
    clocks={
        "running": Mark(">", "D", "info"),
        "over": Mark("X", "L", "act"),
        "met": Mark("*", "M", "ok"),
        "stopped": Mark("|", "S", "dim"),
    },
    drill=Mark("%", "D", "practice"),
    spark=" _.:-=+*#",
    full="=",
    rest="-",
    rule="-",
    rule_focused="=",
    cut="~",
    missing="-",
    first="~",
    unknown="?",
    cursor=">",
    slipped=":",
    dot="|",
    up="^",
    alarm="X",
    picked="@",
)


def from_environ(environ: Mapping[str, str] = os.environ) -> Glyphs:
    """``WATCHKEEPER_ASCII=1`` is for terminals that draw box and block characters two cells wide."""
    return ASCII if environ.get("WATCHKEEPER_ASCII", "") not in ("", "0") else UNICODE
