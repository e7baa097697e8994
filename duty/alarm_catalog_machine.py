"""Built-in alarms of the machine itself and of its clock: what each means and what the operator does."""

from __future__ import annotations

from duty.alarm_def import AlarmDef
from duty.phrases import phrase

MACHINE: tuple[AlarmDef, ...] = (
    AlarmDef(
        "clock.offset",
        2,
        3,
        phrase("Its time service does not run or follows a wrong source, or somebody set the clock."),
        phrase(
            "Orders and logs carry wrong times; logins and certificates may be refused; the order of events "
            "cannot be proved."
        ),
        phrase(
            "Compare several hosts: all off by the same means that this console is wrong. One host: see its "
            "time service below. Have the administrator correct it outside of trading hours, slowly (slewed); "
            "do not step the clock of a trading host in a session. Write offset and since when into the log."
        ),
        respond_s=900.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "clock.step",
        3,
        3,
        phrase("The clock was set by more than two seconds at once, by a person or its time service."),
        phrase("Times before and after do not fit together; timers of programs may have fired or waited."),
        phrase(
            "Ask who set it, and note by how much and when. Look at scheduled jobs and sessions of this host. "
            "If nobody set it, have the time service looked at."
        ),
        respond_s=3600.0,
    ),
    AlarmDef(
        "clock.unsynchronized",
        3,
        3,
        phrase("No time service runs, or it has no source that it trusts."),
        phrase("The clock drifts; within days orders carry wrong times."),
        phrase(
            "See on the host's page which service and source it names. All hosts: the time server or the way to"
            " it is down; call the network administrator. One host: have its service started."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
    ),
    AlarmDef(
        "machine.cpu",
        3,
        4,
        phrase("All CPUs together are busy: market load, a heavy job, or a loop."),
        phrase("Everything on this host gets slower."),
        phrase(
            "Find which watched process uses it. None: a job (backup, report, update) was started; have it "
            "stopped or moved behind the close. Market load: tell the shift lead."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=30.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "machine.iowait",
        3,
        4,
        phrase("CPUs wait for disks: a slow or failing device, or very much to write."),
        phrase("Databases and logs are slow; processes hang in state D."),
        phrase(
            "See which device is busy and whether it has errors. Errors or RAID degraded: call the "
            "administrator. Many writes: find and stop the job."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=30.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "machine.steal",
        3,
        4,
        phrase("Other guests of the same physical machine take its CPU time."),
        phrase("The guest is slow though it seems to have room; latency jumps."),
        phrase(
            "Nothing on the guest helps. Call who runs the virtualization and ask for reserved CPU or another "
            "host; do not have the trading guest moved in a session."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=30.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "machine.load",
        4,
        4,
        phrase("More tasks want to run or wait for disks than there are CPUs."),
        phrase("Answers get slower."),
        phrase("See whether CPU or disks are the reason, and act on that alarm. Load alone needs no action."),
        respond_s=28800.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "machine.memory",
        2,
        3,
        phrase("Hardly any memory is left: a leak, more work than usual, or an unplanned program."),
        phrase("The kernel kills processes to go on, often the largest: the database or the gateway."),
        phrase(
            "Find the process that grows on the host's page. End what is no part of trading. Tell the shift "
            "lead and prepare to restart or move the largest one in order, before the kernel chooses. Do not "
            "add swap in a session."
        ),
        respond_s=900.0,
        on_delay_s=20.0,
        off_delay_s=30.0,
        deadband_percent=2.0,
    ),
    AlarmDef(
        "machine.swap",
        3,
        4,
        phrase("Memory was short and parts of programs were moved to disk."),
        phrase("What is touched again comes slowly: latency of seconds."),
        phrase(
            "See whether memory is short now. If it is, act on that. If not, it is of the past: watch, and have"
            " the host looked at after the close."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "machine.pressure",
        3,
        4,
        phrase("Tasks wait a good part of the time for CPU, memory or disks."),
        phrase("Work is delayed although single figures look well."),
        phrase(
            "The alarm names what they wait for: look at that figure and the process that uses it most, and act there."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
    ),
    AlarmDef(
        "machine.file_handles",
        3,
        3,
        phrase("Programs of this machine hold nearly as many open files as the kernel allows."),
        phrase("At the limit nothing can be opened: logins and connections fail everywhere."),
        phrase(
            "Find the process with most open files on the host's page; see its alarm. Have the limit raised by "
            "the administrator as a stopgap."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
    ),
    AlarmDef(
        "machine.device_busy",
        3,
        4,
        phrase("The block device works all the time."),
        phrase("Requests queue up; databases get slow."),
        phrase(
            "See reads and writes of the device and which job makes them. A backup in a session is to be "
            "stopped. Busy with few requests: the device may be failing; see its errors."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
    ),
    AlarmDef(
        "machine.device_slow",
        3,
        4,
        phrase(
            "Requests to the device take longer than they should: overload, a failing disk, or slow storage behind it."
        ),
        phrase("Each commit of the database waits so long."),
        phrase(
            "Compare with its use: idle and slow means failing or slow storage, call the administrator. Busy "
            "and slow: find the job."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
    ),
    AlarmDef(
        "machine.device_errors",
        3,
        3,
        phrase("The device reported read or write errors."),
        phrase("Data may be damaged; the device may fail soon."),
        phrase(
            "See whether a RAID still protects it and whether the last backup is good. Call the administrator "
            "today; have the device replaced after the close. Do not run file system checks on a mounted disk."
        ),
        respond_s=3600.0,
    ),
    AlarmDef(
        "machine.temperature",
        3,
        4,
        phrase("A sensor is above its limit: cooling of the room or a fan failed, or air is blocked."),
        phrase("The machine slows down to protect itself and switches off in the end."),
        phrase(
            "One host: look at its fans and at the rack. Several at once: it is the room; call the facility and"
            " the shift lead now and prepare the orderly stop of what is not needed."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=60.0,
        deadband_percent=2.0,
    ),
    AlarmDef(
        "machine.raid_inactive",
        2,
        3,
        phrase("The array does not run: too many of its disks are missing."),
        phrase("Its data is not there; services on it are down."),
        phrase(
            "Tell the shift lead; move the services to the spare host by the emergency procedure. Call the "
            "administrator. Touch no disk: a wrong one pulled now loses the data for good."
        ),
        respond_s=900.0,
    ),
    AlarmDef(
        "machine.raid_degraded",
        3,
        3,
        phrase("One disk of the array failed or was taken out."),
        phrase("One more and the data is lost."),
        phrase(
            "See that last night's backup is good. Have the disk replaced after the close, with the second "
            "person reading its slot number aloud before it is pulled. Keep heavy jobs away until it is "
            "rebuilt."
        ),
        respond_s=3600.0,
    ),
    AlarmDef(
        "machine.raid_rebuilding",
        4,
        4,
        phrase("The array is being rebuilt, recovered or reshaped."),
        phrase("Disks are slow meanwhile, and the array is not safe before the end."),
        phrase(
            "Write expected end and progress into the log and the handover. If a session suffers, have the "
            "administrator slow the rebuild down."
        ),
        respond_s=28800.0,
        latch=False,
    ),
    AlarmDef(
        "machine.failed_units",
        3,
        4,
        phrase("A service that systemd is to keep running failed, or a timer's job did."),
        phrase("What it does is not done: perhaps a backup, a log transfer, a monitor."),
        phrase(
            "See its name in the alarm. Part of trading: act on its process's alarm. Else have its log read "
            "(journalctl -u) today and note the reason; a failed backup is told to the shift lead."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=30.0,
    ),
    AlarmDef(
        "machine.oom_kills",
        3,
        3,
        phrase("Memory ran out and the kernel killed processes within the last hour."),
        phrase("Something ended without cleaning up; it will happen again if nothing changes."),
        phrase(
            "See which watched process restarted or is missing at that time, and check orders in flight. Find "
            "what grew (graph of memory) and have it mended after the close."
        ),
        respond_s=3600.0,
    ),
    AlarmDef(
        "machine.rebooted",
        4,
        4,
        phrase("The machine was booted a short while ago, by plan, by a crash or by loss of power."),
        phrase("Sessions were cut; not everything may have come back."),
        phrase(
            "Planned: compare processes, ports and mounts with the start procedure. Not planned: tell the shift"
            " lead, look at power, temperature and the last lines of its logs."
        ),
        respond_s=28800.0,
        latch=False,
    ),
)
