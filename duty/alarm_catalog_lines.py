"""Built-in alarms of lines and their ping targets: what each means and what the operator does."""

from __future__ import annotations

from duty.alarm_def import AlarmDef
from duty.phrases import phrase

LINES: tuple[AlarmDef, ...] = (
    AlarmDef(
        "line.gone",
        2,
        3,
        phrase("The host has no such interface any more: renamed, removed, or its driver or tunnel ended."),
        phrase("The line is unusable from this host."),
        phrase(
            "See whether the host was rebooted or changed today. If the spare line carries the traffic, keep it"
            " there. Call the network administrator; do not bring interfaces up or rename them by yourself in a"
            " session."
        ),
        respond_s=900.0,
        on_delay_s=2.0,
        cuts=True,
    ),
    AlarmDef(
        "line.no_link",
        1,
        3,
        phrase("Cable, transceiver, switch port or the provider's device is down, or the interface was taken down."),
        phrase("Nothing goes over this line; without a working spare the exchange is not reached."),
        phrase(
            "Check at once that the spare line carries the sessions. Tell the shift lead. Look at the link "
            "lights with the second person, then call the line provider with circuit number and time. Do not "
            "unplug anything else; do not switch back before the provider reports the cause and the session is "
            "over."
        ),
        respond_s=300.0,
        on_delay_s=2.0,
        cuts=True,
    ),
    AlarmDef(
        "line.use",
        3,
        4,
        phrase(
            "More traffic than usual: a busy market, a copy or backup over the trading line, or clients downloading."
        ),
        phrase("Near the contracted rate packets wait and are dropped; quotes come late."),
        phrase(
            "Draw the line (g): is it in or out, and since when? Look for copies and backups and have them "
            "stopped. With market volume: tell the shift lead and note the peak, so that capacity is ordered "
            "(twice the peak). Never end exchange sessions to make room."
        ),
        respond_s=3600.0,
        on_delay_s=30.0,
        off_delay_s=60.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "line.errors",
        3,
        3,
        phrase("A bad cable, transceiver or port, or a mismatch of speed and duplex."),
        phrase("Damaged packets are sent again: latency jumps; the line may fail altogether."),
        phrase(
            "See whether the rate grows and whether the spare is clean. Have cable and transceiver changed "
            "after the close. If it grows in a session, prepare the switch to the spare with the shift lead and"
            " call the provider."
        ),
        respond_s=3600.0,
        on_delay_s=10.0,
        off_delay_s=60.0,
    ),
    AlarmDef(
        "line.drops",
        3,
        3,
        phrase("The host or the interface has more packets than it can take: bursts, small buffers, a busy CPU."),
        phrase("Lost packets: gaps in quotes, TCP sends again and slows down."),
        phrase(
            "Look at CPU and line use at the same moment. Busy CPU: find the process. Full line: see its use. "
            "Neither: have the network administrator look at buffers and the switch port."
        ),
        respond_s=3600.0,
        on_delay_s=10.0,
        off_delay_s=60.0,
    ),
    AlarmDef(
        "line.queue",
        3,
        4,
        phrase("Packets wait to be sent: the line is slower than what is sent into it."),
        phrase("Orders wait in the queue behind other traffic."),
        phrase(
            "See who sends: a backup, a file copy, a report. Have it stopped or moved to the office line. If "
            "only trading traffic is there, tell the shift lead and the provider."
        ),
        respond_s=3600.0,
        on_delay_s=15.0,
        off_delay_s=30.0,
    ),
    AlarmDef(
        "line.retransmitted",
        3,
        4,
        phrase("Packets get lost somewhere between this host and its partners."),
        phrase("Every loss delays the orders behind it."),
        phrase(
            "Compare the lines of this host: which one has errors, drops or lost pings at the same time? That "
            "one is the place. All clean: the loss is at the partner or the provider; give both the times."
        ),
        respond_s=3600.0,
        on_delay_s=15.0,
        off_delay_s=60.0,
    ),
    AlarmDef(
        "line.congested",
        2,
        3,
        phrase("The line is well used and shows it: packets wait, are dropped, lost or sent again."),
        phrase("Quotes come late and orders wait; it gets worse within minutes."),
        phrase(
            "Stop what is no trading traffic (backup, copies, downloads) now. If it stays, tell the shift lead "
            "and move part of the sessions to the spare line by the emergency procedure. Note the peak; call "
            "the provider only if the use is below the contracted rate."
        ),
        respond_s=900.0,
        on_delay_s=15.0,
        off_delay_s=30.0,
    ),
    AlarmDef(
        "ping.silent",
        1,
        3,
        phrase(
            "The target gives no answer over this line: line or provider down, target off, or pings are filtered now."
        ),
        phrase("The exchange or partner is probably not reached over this line."),
        phrase(
            "Look at the link, the other targets of this line, and the sessions of the gateways on it. All "
            "dead: switch to the spare with the shift lead and call the provider. Sessions live: the target "
            "does not answer pings; ask its operator, do not switch."
        ),
        respond_s=300.0,
    ),
    AlarmDef(
        "ping.rtt",
        3,
        4,
        phrase("A longer way (the provider rerouted), a full line, or a busy target."),
        phrase("Orders reach the exchange later than those of others."),
        phrase(
            "See the use of the line first. Not full: compare with the spare line, note since when, call the "
            "provider and ask for a reroute. Switch only on the shift lead's word."
        ),
        respond_s=3600.0,
        off_delay_s=30.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "ping.jitter",
        3,
        4,
        phrase("Queues on the way: bursts on this line or in the provider's network."),
        phrase("Quotes come in bursts; latency cannot be relied on."),
        phrase(
            "Compare with use, queue and loss of the line at that time. If only this line jitters, note times "
            "and call the provider; otherwise look at the host's CPU."
        ),
        respond_s=3600.0,
        off_delay_s=60.0,
        deadband_percent=5.0,
    ),
    AlarmDef(
        "ping.loss",
        3,
        4,
        phrase("Some packets do not come back: errors or congestion on the line or at the provider."),
        phrase("Sessions slow down and may be cut; more loss means the line is about to fail."),
        phrase(
            "See errors, drops and use of the line; compare with the other targets. Loss on all targets of the "
            "line: call the provider and check that the spare is clean. Above 20 % treat it as a dead line."
        ),
        respond_s=3600.0,
        off_delay_s=60.0,
    ),
    AlarmDef(
        "ping.unread",
        4,
        4,
        phrase("The host cannot ping the target: its name is not resolved, or the host does not tell."),
        phrase("Whether the way to the target works is not known."),
        phrase(
            "See whether other names resolve on the host; if not, the name service is the fault. Correct the "
            "target in the site file, or write its address. Until then watch the sessions themselves."
        ),
        respond_s=28800.0,
        on_delay_s=30.0,
    ),
)
