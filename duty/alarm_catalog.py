"""The built-in alarm definitions, by key. ``docs/alarms.md`` is made from them.

The texts are our own. Source of the structure (cause, consequence, action, time to respond, priority, delays) and of
the split of priorities, at most 5 % first and 15 % second: ISA-18.2 as the domain model has it. Times to respond: 5
min, 15 min, 60 min and a shift by priority, ours to defend, but where a consequence comes at a known later time.
"""

from __future__ import annotations

from duty.alarm_catalog_applications import APPLICATIONS
from duty.alarm_catalog_connection import CONNECTION
from duty.alarm_catalog_disks import DISKS
from duty.alarm_catalog_events import EVENTS
from duty.alarm_catalog_lines import LINES
from duty.alarm_catalog_machine import MACHINE
from duty.alarm_catalog_processes import PROCESSES
from duty.alarm_def import AlarmDef
from duty.phrases import N_

CHAPTERS: tuple[tuple[str, tuple[AlarmDef, ...]], ...] = (
    (N_("Key processes"), PROCESSES),
    (N_("Lines"), LINES),
    (N_("Disks"), DISKS),
    (N_("Applications and check commands"), APPLICATIONS),
    (N_("Followed logs"), EVENTS),
    (N_("The machine and its clock"), MACHINE),
    (N_("Reaching a host, and reading its parts"), CONNECTION),
)
"""All definitions in the order in which they are read, under their headings (msgids)."""

BUILT_IN: dict[str, AlarmDef] = {each.key: each for _, chapter in CHAPTERS for each in chapter}
"""Every built-in definition by its key."""
