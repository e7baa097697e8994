"""Built-in alarms of disks: what each means and what the operator does."""

from __future__ import annotations

from duty.alarm_def import AlarmDef
from duty.phrases import phrase

DISKS: tuple[AlarmDef, ...] = (
    AlarmDef(
        "disk.filling",
        2,
        3,
        phrase("Logs, dumps, database files or the day's data take more than planned; or old files were not removed."),
        phrase("A full disk stops databases and gateways at once, and cleanly ended is rarely what they are then."),
        phrase(
            "Draw its course (g): since when, how fast? Have logs and dumps that are archived moved away by the"
            " clean-up procedure. Never delete files of a database or a log that is being written. For a "
            "database call the administrator. If it lasts to the close, say so in the log."
        ),
        respond_s=900.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
        deadband_percent=2.0,
    ),
    AlarmDef(
        "disk.inodes",
        3,
        3,
        phrase("Very many small files: sessions, mails, temporary files that nobody removes."),
        phrase("No file can be created any more, though there seems to be space."),
        phrase(
            "Have the administrator find the folder with most files (du --inodes). Remove by the clean-up "
            "procedure only; then have the job that makes them mended."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
        deadband_percent=2.0,
    ),
    AlarmDef(
        "disk.time_to_full",
        2,
        3,
        phrase("At the pace of the last hour or week the disk is full soon."),
        phrase("It fills within hours, perhaps in the session."),
        phrase(
            "Find what grows: a log in debug, a dump, a runaway query, a backup to the wrong place. Stop the "
            "cause if it is no part of trading; make room by the clean-up procedure; call the database "
            "administrator for database disks. Compare the range with the time of the close."
        ),
        respond_s=900.0,
        on_delay_s=20.0,
        off_delay_s=300.0,
    ),
    AlarmDef(
        "disk.read_only",
        2,
        3,
        phrase("The kernel made it read-only after an error of the device or the file system, or it was mounted so."),
        phrase("Nothing can be saved: databases stop, logs end, orders may go unrecorded."),
        phrase(
            "Look for I/O errors and RAID on this host. Move the service to its spare by the emergency "
            "procedure and call the administrator. Do not remount it writable: that can destroy what is left. "
            "Tell the shift lead."
        ),
        respond_s=900.0,
    ),
    AlarmDef(
        "disk.hanging",
        2,
        3,
        phrase("The storage or the file server behind the mount does not answer."),
        phrase("Every program that touches it hangs and cannot be killed."),
        phrase(
            "See whether other hosts with the same mount hang too: then it is the file server; call its "
            "administrator. Only here: the host's network or storage path. Do not run df or ls on it: each new "
            "look hangs as well."
        ),
        respond_s=900.0,
        on_delay_s=5.0,
    ),
    AlarmDef(
        "disk.absent",
        2,
        3,
        phrase(
            "A mount that must be there is not: not mounted after a boot, its device is gone, or someone unmounted it."
        ),
        phrase("Programs write into the empty folder below it: data lands on the wrong disk or is missing."),
        phrase(
            "See when the host was booted and whether the device is there. Stop what writes there before it is "
            "mounted, or its files are hidden afterwards. Have the administrator mount it; note which files "
            "landed below."
        ),
        respond_s=900.0,
        on_delay_s=20.0,
    ),
    AlarmDef(
        "disk.unread",
        3,
        3,
        phrase("The size of the mount could not be read: no permission, or an odd file system."),
        phrase("How full it is, is not known: it may fill unseen."),
        phrase(
            "Ask the administrator for df of this mount, write it into the log, and have the login's rights "
            "mended. If it is no disk that counts, take it out of the site file."
        ),
        respond_s=3600.0,
        on_delay_s=30.0,
    ),
)
