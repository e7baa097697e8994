"""Built-in alarms of key processes: what each means and what the operator does."""

from __future__ import annotations

from duty.alarm_def import AlarmDef
from duty.phrases import phrase

PROCESSES: tuple[AlarmDef, ...] = (
    AlarmDef(
        "process.missing",
        1,
        3,
        phrase("The process ended, was killed, or was never started; or fewer copies run than must."),
        phrase(
            "What it does for trading is not done: quotes, orders or risk checks stop, or the last spare copy is gone."
        ),
        phrase(
            "Open the host and see since when, and what its log and the machine said at that moment (memory, "
            "disk, other processes). If a start procedure exists, restart in its order, with the second person "
            "watching; during trading tell the shift lead first. Note pid and time. Do not start a second copy "
            "while one still holds the port; after two failed starts call the vendor."
        ),
        respond_s=300.0,
        on_delay_s=2.0,
    ),
    AlarmDef(
        "process.too_many",
        3,
        3,
        phrase(
            "A copy was started beside one that runs already, by hand or by two supervisors, or an old one did not end."
        ),
        phrase(
            "Two copies may send the same orders or write the same files; the exchange may refuse the second login."
        ),
        phrase(
            "On the host's page compare start times and users of the copies: find out who started the younger "
            "one. Ask the shift lead which one trades before anything is ended. Never end the copy that holds "
            "the exchange session."
        ),
        respond_s=3600.0,
        on_delay_s=10.0,
    ),
    AlarmDef(
        "process.restarted",
        3,
        3,
        phrase("It started a short while ago: a restart by a person, by its supervisor, or after a crash."),
        phrase("Sessions it held were cut; orders in flight at that moment may need to be checked."),
        phrase(
            "See in the duty log whether a restart was announced. If not, see the last lines of its log before "
            "the start and note the reason; have orders in flight reconciled. A second restart without a known "
            "reason goes to the vendor."
        ),
        respond_s=3600.0,
        latch=False,
    ),
    AlarmDef(
        "process.stuck_io",
        2,
        3,
        phrase(
            "A copy waits in the kernel (state D), nearly always for a disk or a network mount that does not answer."
        ),
        phrase("It does nothing and cannot be killed; what depends on it waits too."),
        phrase(
            "Look at the disks and devices of this host first: a hanging mount, I/O errors, a device that is "
            "always busy. Mend or fail over the storage; the process goes on by itself. Do not kill it again "
            "and again, and do not start a second copy on the same files."
        ),
        respond_s=900.0,
        on_delay_s=2.0,
        off_delay_s=10.0,
    ),
    AlarmDef(
        "process.quiet",
        2,
        3,
        phrase(
            "It uses no CPU time and writes nothing any more: a deadlock, a lost peer, or an input that never comes."
        ),
        phrase("It looks alive but does not work: quotes freeze or orders are not taken."),
        phrase(
            "Outside of trading hours see first whether there is anything to do for it at all. In a session "
            "check its partner: the exchange's line, the database, the gateway before it. Have the vendor's "
            "diagnosis taken (thread dump) before a restart, then restart by the procedure with the second "
            "person."
        ),
        respond_s=900.0,
        on_delay_s=2.0,
        off_delay_s=10.0,
    ),
    AlarmDef(
        "process.zombies",
        4,
        4,
        phrase("Ended children were not collected by their parent: usually a fault of the program."),
        phrase("No harm by themselves; in great number they fill the process table and nothing more can be started."),
        phrase(
            "Note the count and watch whether it grows on the host's page. Report it to the vendor with the "
            "parent's name; restart the parent outside of trading hours only."
        ),
        respond_s=28800.0,
        on_delay_s=60.0,
        off_delay_s=60.0,
        latch=False,
    ),
    AlarmDef(
        "process.cpu",
        3,
        3,
        phrase("More work than usual (market opening, many orders), or a loop in the program."),
        phrase("Answers get slower; one thread at 100 % cannot take more orders however idle the machine is."),
        phrase(
            "Draw its graph (g) and compare with order and quote volume and with yesterday at this time. High "
            "with volume: watch, tell the shift lead, do not start heavy jobs. High without volume: note it, "
            "have the vendor look while it is so; do not restart in a session."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=30.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "process.memory",
        3,
        3,
        phrase("It holds more memory than planned: more instruments or clients, a growing cache, or a leak."),
        phrase("At the limit the kernel kills processes of this machine, perhaps this one."),
        phrase(
            "See on the host's page when the growth reaches the limit, and how much memory the machine has "
            "left. If it lasts until the close, plan a restart after it; if not, tell the shift lead and "
            "restart in the next break by the procedure. Give vendor and graph together."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=30.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "process.threads",
        3,
        3,
        phrase("Connections or requests pile up: a partner answers slowly, or threads are not given back."),
        phrase("At its limit it takes no new connections."),
        phrase(
            "Look at the partners it waits for: database, exchange line, applications of this host. If one of "
            "them is slow, mend that. If all are well, it leaks: note it, inform the vendor, restart in a "
            "break."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=30.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "process.open_files",
        3,
        3,
        phrase("Files or connections are not closed again, or there are more clients than planned."),
        phrase(
            "At its limit it can open neither log nor connection: logins are refused, often without a word in the log."
        ),
        phrase(
            "Compare the number with the clients connected. Growing without clients: a leak; restart in the "
            "next break. Growing with clients: have the limit (ulimit, LimitNOFILE) raised by the administrator"
            " outside of trading hours."
        ),
        respond_s=3600.0,
        on_delay_s=20.0,
        off_delay_s=30.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "process.limit_ahead",
        3,
        3,
        phrase("Memory, threads or open files have grown steadily; at this pace their limit is reached within a day."),
        phrase("The limit may be reached within a session."),
        phrase(
            "Read the range beside the time: does it end before or after the close? Plan the restart for the "
            "break before it, tell the vendor, and write it into the handover."
        ),
        respond_s=3600.0,
        on_delay_s=60.0,
        off_delay_s=300.0,
        latch=False,
    ),
    AlarmDef(
        "process.port_closed",
        2,
        3,
        phrase("It runs but does not listen: still starting, not able to bind, or its listener failed."),
        phrase("Clients and neighbours cannot connect, though the process looks alive."),
        phrase(
            "See its log for a bind error and how long it has run; a start that loads the day's data takes its "
            "time. If its log says nothing for longer than usual, restart by the procedure. Do not announce the"
            " start as done before this alarm is gone."
        ),
        respond_s=900.0,
        on_delay_s=5.0,
    ),
    AlarmDef(
        "process.port_taken",
        2,
        3,
        phrase("Another program listens on its port: an old copy, a test, or a wrong setting."),
        phrase("Clients reach the wrong program; the right one cannot start."),
        phrase(
            "Find the owner on the host (ss -ltnp, as administrator) and who started it. End it only if it is "
            "no part of trading and the shift lead agrees; then start the right one. If nobody knows the "
            "program, treat it as a security event."
        ),
        respond_s=900.0,
        on_delay_s=5.0,
    ),
)
