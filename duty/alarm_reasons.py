"""Which reason of a cell is which alarm: every sentence that can stand in a ``why``, by the kind of its thing.

A test walks the source of the rules and fails on a sentence that is not here, so a new reason cannot be forgotten.
"""

from __future__ import annotations

from typing import NamedTuple

from duty.connection import Link
from duty.phrases import Phrase
from duty.quality import State


class Reason(NamedTuple):
    """What a sentence means."""

    definition: str
    """Key of its alarm; empty: it says only that nothing was read, which is a matter of quality."""
    scale: float = 1.0
    """What the ``{limit}`` of the sentence is multiplied by to be in the unit of the value."""
    part: str = ""
    """Field of the sentence that names the part it is about, such as the RAID array of a machine."""
    doubt: str | None = None
    """Alarm of its own while its state is not known; ``None``: then :attr:`definition` itself is not known."""


UNREAD = Reason("")
"""Not read yet, or asked for in vain by what has an alarm of its own."""
_AHEAD = (
    "{what} has reached its limit",
    "{what} reaches its limit in {best} d ({low}-{high} d)",
    "{what} reaches its limit in {best} h ({low}-{high} h)",
    "{what} reaches its limit in {best} min ({low}-{high} min)",
)
_PROCESS = {
    "not read yet": UNREAD,
    "not running": Reason("process.missing"),
    "only {count} of {wanted} running": Reason("process.missing"),
    "{count} running, {wanted} wanted": Reason("process.too_many"),
    "started {seconds} s ago": Reason("process.restarted"),
    "{count} zombies": Reason("process.zombies"),
    "CPU at {value} % (limit {limit} %)": Reason("process.cpu"),
    "memory at {value} MiB (limit {limit} MiB)": Reason("process.memory", 1 << 20),
    "{value} threads (limit {limit})": Reason("process.threads"),
    "{value} open files (limit {limit})": Reason("process.open_files"),
    **dict.fromkeys(_AHEAD, Reason("process.limit_ahead")),
    "port {port} is not listening": Reason("process.port_closed"),
    "port {port} is held by another process": Reason("process.port_taken"),
    "stuck in state D for {seconds} s": Reason("process.stuck_io"),
    "stuck: no CPU time used for {seconds} s": Reason("process.quiet"),
    "no CPU time used for {seconds} s, and its log could not be read": Reason("process.quiet"),
    "stuck: no CPU time used and nothing in its log for {seconds} s": Reason("process.quiet"),
}
_PING = {
    "the host does not tell of {target}": Reason("ping.unread", doubt="ping.unread"),
    "{target}: the host finds no address for this name": Reason("ping.unread", doubt="ping.unread"),
    "{target}: no way there": Reason("ping.silent"),
    "{target} does not answer": Reason("ping.silent"),
    "{share} % of pings to {target} are lost": Reason("ping.loss"),
    "{target} takes {millis} ms (limit {limit} ms)": Reason("ping.rtt", 0.001),
    "{target} varies by {millis} ms (limit {limit} ms)": Reason("ping.jitter", 0.001),
}
_LINE = {
    # A line repeats the first word of each of its targets, which are things of their own.
    **dict.fromkeys(_PING, UNREAD),
    "not read yet": UNREAD,
    "the host has no interface {interface}": Reason("line.gone"),
    "no link on {interface} (the kernel says: {state})": Reason("line.no_link"),
    "in at {used} % of capacity (limit {limit} %)": Reason("line.use"),
    "out at {used} % of capacity (limit {limit} %)": Reason("line.use"),
    "{rate} errors per second": Reason("line.errors"),
    "{rate} drops per second": Reason("line.drops"),
    "the host does not tell what waits to be sent": Reason("line.queue"),
    "{count} packets wait to be sent": Reason("line.queue"),
    "{share} % of TCP segments are sent again": Reason("line.retransmitted"),
    "congested: {used} % used, {rate} drops/s": Reason("line.congested"),
    "congested: {used} % used, {share} % lost": Reason("line.congested"),
    "congested: {used} % used, {count} packets wait": Reason("line.congested"),
    "congested: {used} % used, {share} % sent again": Reason("line.congested"),
}
_DISK = {
    "not read yet": UNREAD,
    "not mounted": Reason("disk.absent"),
    "does not answer for {seconds} s": Reason("disk.hanging"),
    "its size could not be read": Reason("disk.unread", doubt="disk.unread"),
    "mounted read-only": Reason("disk.read_only"),
    "{used} % full (limit {limit} %)": Reason("disk.filling"),
    "{used} % of inodes used (limit {limit} %)": Reason("disk.inodes"),
    "full": Reason("disk.time_to_full"),
    "full in {best} d ({low}-{high} d)": Reason("disk.time_to_full"),
    "full in {best} h ({low}-{high} h)": Reason("disk.time_to_full"),
    "full in {best} min ({low}-{high} min)": Reason("disk.time_to_full"),
}
_NOT_ASKED = "app.not_asked"
_APP = {
    "not asked yet": UNREAD,
    "cannot be asked: the host it is asked from is not reached": UNREAD,
    "not asked for {seconds} s": Reason("app.no_answer", doubt=_NOT_ASKED),
    "does not answer": Reason("app.no_answer", doubt=_NOT_ASKED),
    "answers with status {status}": Reason("app.wrong_status"),
    "answers with status {status}, but without the text {text}": Reason("app.wrong_text"),
    "says {banner}, which does not fit {wanted}": Reason("app.wrong_banner"),
    "answers in {time} ms (limit {limit} ms)": Reason("app.slow", 0.001),
    "ended with {exit} and without a word": Reason("app.check", doubt=_NOT_ASKED),
    "{text}": Reason("app.check", doubt=_NOT_ASKED),
    "the certificate ends in {span} (limit {limit} d)": Reason("app.certificate_ending"),
    "the certificate ended {span} ago": Reason("app.certificate_ended"),
    "the certificate is for another name: {names}": Reason("app.certificate_invalid"),
    "the certificate is not valid yet": Reason("app.certificate_invalid"),
    "a certificate of its chain has ended": Reason("app.certificate_invalid"),
    "the certificate is signed by itself: nobody vouches for it": Reason("app.certificate_invalid"),
    "the certificate's issuer is not known here: {issuer}": Reason("app.certificate_invalid"),
    "the certificate does not hold up: {words}": Reason("app.certificate_invalid"),
    "{label} at {value} (limit {limit})": Reason("number.limit", part="label"),
    "{label} at {value} (not below {limit})": Reason("number.limit", part="label"),
    "{label} is not among its numbers": Reason("number.missing", part="label", doubt="number.missing"),
    "{label} has no maximum to be a share of": Reason("number.missing", part="label", doubt="number.missing"),
    "{label} is not known": Reason("number.missing", part="label", doubt="number.missing"),
    **dict.fromkeys(_AHEAD, Reason("number.limit_ahead", part="what")),
}
_EVENT = {
    "not read yet": UNREAD,
    "{line}": Reason("event.act"),
    "{source} was cut short: lines of the last {seconds} s may be missing": Reason("event.lines_lost"),
    "{source} has lost its place: lines of the last {seconds} s may be missing": Reason("event.lines_lost"),
    "{source} is another file and the old one is gone: lines of the last {seconds} s may be missing": Reason(
        "event.lines_lost"
    ),
}
_MACHINE = {
    "not read yet": UNREAD,
    "RAID {array} is not active": Reason("machine.raid_inactive", part="array"),
    "RAID {array} is degraded: {working} of {wanted} devices": Reason("machine.raid_degraded", part="array"),
    "RAID {array}: {action}": Reason("machine.raid_rebuilding", part="array"),
    "failed units: {units}": Reason("machine.failed_units"),
    "{sensor} is at {degrees} °C (limit {limit} °C)": Reason("machine.temperature", part="sensor"),
    "this kernel does not say for what tasks wait": Reason("machine.pressure"),
    "tasks wait for {what} {share} % of the time": Reason("machine.pressure", part="what"),
    "{share} % of all file handles are open": Reason("machine.file_handles"),
    "{device} is busy {share} % of the time": Reason("machine.device_busy", part="device"),
    "requests to {device} take {millis} ms": Reason("machine.device_slow", part="device"),
    "{count} I/O errors on {device}": Reason("machine.device_errors", part="device"),
    "{count} processes killed for want of memory in the last hour": Reason("machine.oom_kills"),
    "CPU {value} % busy (limit {limit} %)": Reason("machine.cpu"),
    "CPU waits {value} % of the time for disks (limit {limit} %)": Reason("machine.iowait"),
    "{value} % of the CPU is taken by other guests (limit {limit} %)": Reason("machine.steal"),
    "load {value} for each CPU (limit {limit})": Reason("machine.load"),
    "memory {value} % used (limit {limit} %)": Reason("machine.memory"),
    "swap {value} % used (limit {limit} %)": Reason("machine.swap"),
}
_CLOCK = {
    "not read yet": UNREAD,
    "its clock is {seconds} s ahead (limit {limit} s)": Reason("clock.offset"),
    "its clock is {seconds} s behind (limit {limit} s)": Reason("clock.offset"),
    "its clock was set by {seconds} s": Reason("clock.step"),
    "no time service was found": Reason("clock.unsynchronized"),
    "the time service does not say whether it is synchronized": Reason("clock.unsynchronized"),
    "{service} is not synchronized": Reason("clock.unsynchronized"),
}
REASONS: dict[str, dict[str, Reason]] = {
    "process": _PROCESS, "line": _LINE, "ping": _PING, "disk": _DISK, "app": _APP, "event": _EVENT,
    "machine": _MACHINE, "clock": _CLOCK,
}  # fmt: skip
"""By kind of thing: what each sentence means."""
_ELSE = {
    # The collectors have many words for why nothing came; what has a meaning of its own stands above.
    "app": Reason("app.no_answer", doubt=_NOT_ASKED),
    "event": Reason("event.unread", doubt="event.unread"),
    "ping": Reason("ping.unread", doubt="ping.unread"),
}
LINKS: dict[Link, str] = {
    Link.REFUSED: "connection.refused",
    Link.SILENT: "connection.silent",
    Link.NO_ROUTE: "connection.no_route",
    Link.KEY_UNKNOWN: "connection.key_unknown",
    Link.KEY_CHANGED: "connection.key_changed",
    Link.NOT_LET_IN: "connection.not_let_in",
    Link.JUMP_DOWN: "connection.jump_down",
    Link.PROBE_REFUSED: "connection.probe_refused",
    Link.LOST: "connection.lost",
    Link.BROKEN: "connection.broken",
}
"""The alarm of each way in which a host is not reached. While it is dialled nobody knows."""


def reason_of(kind: str, said: Phrase, state: State) -> Reason:
    """What ``said`` means of a thing of ``kind``; a sentence of the collectors that has no meaning of its own is that
    the thing does not answer or cannot be read."""
    found = REASONS[kind].get(said.template)
    if found is None:
        return _ELSE.get(kind, UNREAD)
    # A line of a log is the same sentence whether it is to be acted on or to be watched.
    return Reason("event.watch") if found.definition == "event.act" and state is State.WARN else found
