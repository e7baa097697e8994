"""The faults that can be let happen in practice: one table. A new fault is one line in it and what it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from duty.phrases import Phrase, phrase
from practice.effects import Fill, Saturation
from practice.logs import Burst
from practice.machines import Machine
from practice.models import MachineModel
from wire.messages import FaultKind


class Served(Protocol):
    """A machine with its SSH server, as a fault sees it."""

    machine: Machine

    def hang(self, on: bool) -> None:
        """Stop reading and accepting, as a server stopped by a signal does; or go on."""

    def lose(self, on: bool) -> None:
        """Cut every connection and close the port; or open it again."""

    def change_key(self, on: bool) -> None:
        """Show another host key than before, as a machine installed anew does; or the old one."""


JUMP_S = 90.0
"""By so much a clock jumps ahead."""


class NotPossible(Exception):
    """A fault that does not exist or cannot strike there; ``why`` is for a person."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(str(why))
        self.why = why


Strike = Callable[[Served, str, bool, float], None]
"""(the machine, the subject, on or off, now)."""


def _processes(model: MachineModel) -> tuple[str, ...]:
    return tuple(process.key for process in model.processes)


def _lines(model: MachineModel) -> tuple[str, ...]:
    return tuple(interface.line for interface in model.interfaces if interface.line)


def _pinged(model: MachineModel) -> tuple[str, ...]:
    return tuple(interface.line for interface in model.interfaces if interface.line and interface.far_end)


def _local_mounts(model: MachineModel) -> tuple[str, ...]:
    return tuple(mount.mount for mount in model.mounts if mount.local)


def _mounts(model: MachineModel) -> tuple[str, ...]:
    return tuple(mount.mount for mount in model.mounts)


def _process_dies(served: Served, subject: str, on: bool, now: float) -> None:
    (served.machine.kill if on else served.machine.start)(subject, now)


def _line_saturates(served: Served, subject: str, on: bool, now: float) -> None:
    machine = served.machine
    interface = next(each.name for each in machine.model.interfaces if each.line == subject)
    past = machine.saturated.setdefault(interface, [])
    holds = bool(past) and past[-1].ended is None
    if on and not holds:
        past.append(Saturation(now))
    elif not on and holds:
        past[-1].ended = now


def _packets_lost(served: Served, subject: str, on: bool, now: float) -> None:
    interface = next(each.name for each in served.machine.model.interfaces if each.line == subject)
    (served.machine.lossy.add if on else served.machine.lossy.discard)(interface)


def _disk_fills(served: Served, subject: str, on: bool, now: float) -> None:
    if on:
        served.machine.filled.setdefault(subject, Fill(now))
    else:
        served.machine.filled.pop(subject, None)


def _mount_hangs(served: Served, subject: str, on: bool, now: float) -> None:
    if on:
        served.machine.hung.setdefault(subject, now)
    else:
        served.machine.hung.pop(subject, None)


def _clock_jumps(served: Served, _subject: str, on: bool, _now: float) -> None:
    served.machine.clock_ahead_s = JUMP_S if on else 0.0


def _asked(model: MachineModel) -> tuple[str, ...]:
    return tuple(app.key for app in model.apps if app.banner or app.kind == "http")


def _secured(model: MachineModel) -> tuple[str, ...]:
    return tuple(app.key for app in model.apps if app.names)


def _databases(model: MachineModel) -> tuple[str, ...]:
    return tuple(app.key for app in model.apps if app.size_gb)


def _slow_application(served: Served, subject: str, on: bool, now: float) -> None:
    (served.machine.slowed.add if on else served.machine.slowed.discard)(subject)


def _certificate_near_end(served: Served, subject: str, on: bool, now: float) -> None:
    (served.machine.ending.add if on else served.machine.ending.discard)(subject)


def _database_filling(served: Served, subject: str, on: bool, now: float) -> None:
    if on:
        served.machine.growing.setdefault(subject, Fill(now))
    else:
        served.machine.growing.pop(subject, None)


def _logs(model: MachineModel) -> tuple[str, ...]:
    return tuple(log.key for log in model.logs)


def _log_error_burst(served: Served, subject: str, on: bool, now: float) -> None:
    past = served.machine.bursts.setdefault(subject, [])
    holds = bool(past) and past[-1].ended is None
    if on and not holds:
        past.append(Burst(now))
    elif not on and holds:
        past[-1].ended = now


def _process_leaks(served: Served, subject: str, on: bool, now: float) -> None:
    (served.machine.leak if on else served.machine.mend)(subject, now)


def _stuck_in(letter: str) -> Strike:
    """D: it waits for a device that does not answer. S: it sleeps, and nothing will wake it."""

    def strike_it(served: Served, subject: str, on: bool, now: float) -> None:
        (served.machine.stick if on else served.machine.go_on)(subject, letter, now)

    return strike_it


def _working(model: MachineModel) -> tuple[str, ...]:
    return tuple(process.key for process in model.processes if process.works)


class Fault(msgspec.Struct, frozen=True):
    """One line of the table. ``subjects`` says what it can strike on a machine; ``None``: the machine itself."""

    name: str
    words: Phrase
    subjects: Callable[[MachineModel], tuple[str, ...]] | None
    strike: Strike


FAULTS: tuple[Fault, ...] = (
    Fault("process_dies", phrase("Process dies"), _processes, _process_dies),
    Fault("process_leaks", phrase("Process leaks memory"), _processes, _process_leaks),
    Fault("process_blocked", phrase("Process stuck in state D"), _processes, _stuck_in("D")),
    Fault("process_idle", phrase("Process does nothing any more"), _working, _stuck_in("S")),
    Fault("line_saturates", phrase("Line saturates"), _lines, _line_saturates),
    Fault("packets_lost", phrase("Packets are lost"), _pinged, _packets_lost),
    Fault("disk_fills", phrase("Disk fills"), _local_mounts, _disk_fills),
    Fault("mount_hangs", phrase("Mount hangs"), _mounts, _mount_hangs),
    Fault("clock_jumps", phrase("Clock jumps"), None, _clock_jumps),
    Fault("slow_application", phrase("Application slow"), _asked, _slow_application),
    Fault("certificate_near_end", phrase("Certificate near its end"), _secured, _certificate_near_end),
    Fault("database_filling", phrase("Database fills"), _databases, _database_filling),
    Fault("log_error_burst", phrase("Log error burst"), _logs, _log_error_burst),
    Fault("host_hangs", phrase("Host hangs"), None, lambda served, _, on, __: served.hang(on)),
    Fault("host_lost", phrase("Host lost"), None, lambda served, _, on, __: served.lose(on)),
    Fault("key_changes", phrase("Host key changes"), None, lambda served, _, on, __: served.change_key(on)),
)
_BY_NAME = {fault.name: fault for fault in FAULTS}


def kinds(models: Iterable[MachineModel]) -> tuple[FaultKind, ...]:
    """What can be injected into these machines, in the order of the table."""
    machines = tuple(models)
    out: list[FaultKind] = []
    for fault in FAULTS:
        struck = {model.id: fault.subjects(model) if fault.subjects else () for model in machines}
        hosts = {host: subjects for host, subjects in struck.items() if subjects or fault.subjects is None}
        out.append(FaultKind(fault.name, fault.words, hosts))
    return tuple(out)


def strike(served: Served, name: str, subject: str, on: bool, now: float) -> None:
    """Let the fault happen (``on``) or end; doing either twice changes nothing. Raises :class:`NotPossible`."""
    fault = _BY_NAME.get(name)
    if fault is None:
        raise NotPossible(phrase("There is no fault {fault}.", fault=name))
    model = served.machine.model
    if fault.subjects is None:
        fault.strike(served, "", on, now)
        return
    possible = fault.subjects(model)
    if subject not in possible:
        raise NotPossible(
            phrase("{fault} cannot strike {subject} on {host}.", fault=name, subject=subject, host=model.id)
        )
    fault.strike(served, subject, on, now)
