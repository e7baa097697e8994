"""Built-in alarms of followed logs: what each means and what the operator does."""

from __future__ import annotations

from duty.alarm_def import AlarmDef
from duty.phrases import phrase

EVENTS: tuple[AlarmDef, ...] = (
    AlarmDef(
        "event.act",
        2,
        3,
        phrase("A line that somebody has to act on was written into the log; its words are in the alarm."),
        phrase("As the application's maker says: usually a session, a file or a partner was lost."),
        phrase(
            "Read the line and those around it on the host's page; see whether process, line and disk of that "
            "host are well. Look it up in the vendor's list of messages; unknown: call the vendor with the line"
            " word for word. Note it; the state ends by itself after its hold time, the cause does not."
        ),
        respond_s=900.0,
    ),
    AlarmDef(
        "event.watch",
        4,
        4,
        phrase("A line worth watching was written into the log."),
        phrase("Alone it harms nothing; many of them announce a fault."),
        phrase(
            "Look at the lines per minute (g). More than usual: read them and see what they have in common; "
            "tell the vendor. Otherwise acknowledge and go on."
        ),
        respond_s=28800.0,
        latch=False,
    ),
    AlarmDef(
        "event.lines_lost",
        3,
        3,
        phrase("The log was cut short, replaced or lost its place before it was read to its end."),
        phrase("Lines may be missing: a fault in that time was perhaps not seen."),
        phrase(
            "Read that stretch of the log on the host, also the rotated file, and write into the log that it "
            "was looked at. Have the rotation set to rename instead of to cut."
        ),
        respond_s=3600.0,
    ),
    AlarmDef(
        "event.unread",
        3,
        3,
        phrase("The log cannot be read: missing, no permission, or the host does not answer the question."),
        phrase("Faults that only the log tells are not seen."),
        phrase(
            "Read the reason on the host's page. Missing: did the application start today, and write elsewhere?"
            " Permission: have the login added to the log's group. Look into the log by hand until then."
        ),
        respond_s=3600.0,
        on_delay_s=30.0,
    ),
)
