"""What the console sends to a host: the probe itself, the loaders that start it, and the questions.

The grammar is in ``docs/probe-protocol.md``.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from importlib import resources
from urllib.parse import quote

from collectors.feed import Section
from duty.site import AppRule, EventRule, HostSpec, LineRule, PingRule, ProcessRule

VERSION = "1.3"
TOLD: tuple[Section, ...] = ("health", "time", "lines", "events")
"""Sections that are told to forget what they were told before."""
PARTS = ("sample", "jobs", "processes", "ports", "mounts", *TOLD)
"""What the shell text below ``shell/`` consists of, in this order, each part in files ``NAME.sh``, ``NAME_….sh``."""
CHECKS = "checks"
"""The part that runs check commands. Only hosts that have some are sent it, with these commands in it."""


def _script(commands: tuple[AppRule, ...] = ()) -> bytes:
    """``probe.sh`` with its parts, without comments, indentation and blank lines: every byte is sent to every host."""
    folder = resources.files("collectors")
    names = (*PARTS, CHECKS) if commands else PARTS
    files = sorted(folder.joinpath("shell").iterdir(), key=lambda file: file.name)
    parts = "\n".join(file.read_text("ascii") for part in names for file in files if _is_of(file.name, part))
    text = folder.joinpath("probe.sh").read_text("ascii").replace("#SECTIONS\n", parts)
    lines = (line.strip(" \t") for line in text.split("\n"))
    whole = "\n".join(line for line in lines if line and not line.startswith("#"))
    return whole.replace("CHECKS=0", "\n".join(_functions(commands)), 1).encode("utf-8")


def _functions(commands: tuple[AppRule, ...]) -> Iterator[str]:
    """The check commands as the shell reads them: every word in quotes, so that none is anything but a word."""
    yield f"CHECKS={len(commands)}"
    for number, rule in enumerate(commands, 1):
        yield f"check_{number}() {{ own {' '.join(_quoted(word) for word in rule.argv)}; }}"
        yield f"DEADLINE_{number}={max(1, math.ceil(rule.deadline_s))}"


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def _is_of(file: str, part: str) -> bool:
    return file == f"{part}.sh" or (file.startswith(f"{part}_") and file.endswith(".sh"))


SCRIPT: bytes = _script()
HASH: str = hashlib.sha256(SCRIPT).hexdigest()
"""Of the script for hosts without check commands; :func:`hash_of` says it for any host."""


def commands_of(spec: HostSpec) -> tuple[AppRule, ...]:
    """The check commands that the probe runs on the host, in the order of their numbers (from 1)."""
    if spec.local:
        return ()
    return tuple(rule for rule in spec.apps if rule.kind == "command" and not rule.from_console)


def script(spec: HostSpec) -> bytes:
    """The script for this host. Its check commands are part of it: what may run there is what the hash says."""
    commands = commands_of(spec)
    return _with(tuple((rule.argv, rule.deadline_s) for rule in commands), commands) if commands else SCRIPT


_made: dict[object, bytes] = {}


def _with(key: object, commands: tuple[AppRule, ...]) -> bytes:
    found = _made.get(key)
    if found is None:
        if len(_made) > 1000:
            _made.clear()
        found = _made[key] = _script(commands)
    return found


def hash_of(spec: HostSpec) -> str:
    """sha256 in hex of the script for this host."""
    return hashlib.sha256(script(spec)).hexdigest() if commands_of(spec) else HASH


# No quote, backslash or exclamation mark: the text stands in single quotes for sh, csh and fish alike, and in double
# quotes in an authorized_keys line. An empty IFS keeps $P in one piece without quoting it.
_READ = "P=$(head -c {size} 2>/dev/null||dd bs=1 count={size} 2>/dev/null);IFS=;set -f;"


def exec_command() -> str:
    """The text of the exec request, the same for every version of the probe; any login shell can run it."""
    read = _READ.format(size="$n")
    return f"exec /bin/sh -c 'F=0;read -r w n H;case $w in wk1);;*)echo =X start;exit 3;esac;{read}eval $P'"


def forced_command(spec: HostSpec | None = None) -> str:
    """The command for ``restrict,command="…"`` in authorized_keys: runs the probe of this host and no other one."""
    size, digest = (len(script(spec)), hash_of(spec)) if spec is not None else (len(SCRIPT), HASH)
    return (
        "exec /bin/sh -c 'F=1;read -r w n H;case $w in wk1);;*)echo =X start;exit 3;esac;"
        f"case $H in {digest});;*)echo =X hash {digest};exit 3;esac;"
        f"{_READ.format(size=size)}"
        "S=$(printf %s $P|(sha256sum||openssl dgst -sha256 -r) 2>/dev/null);"
        f"case $S in {digest}*)eval $P;;[0-9a-f]*)echo =X sum;exit 3;;*)echo =X nosum;exit 3;esac'"
    )


def opening(spec: HostSpec | None = None) -> bytes:
    """The first bytes on the channel: the announcement and the script. Nothing may follow before ``=O``."""
    text, digest = (script(spec), hash_of(spec)) if spec is not None else (SCRIPT, HASH)
    return b"wk1 %d %s\n" % (len(text), digest.encode()) + text


def setup(spec: HostSpec) -> bytes:
    """Everything the host has to know of what is demanded: interfaces, rules, mounts. Replaces what was said before."""
    lines = [" ".join(["I", *dict.fromkeys(_token(rule.interface) for rule in spec.lines)]), "P"]
    lines += [_rule(rule) for rule in spec.processes]
    lines.append("D")
    lines += [f"D {escape(disk.mount)}" for disk in spec.disks if disk.mount != "*"]
    for section in TOLD:
        lines.append(f"= {section}")
        lines += [f"= {section} {told}" for told in told_to(section, spec)]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def told_to(section: Section, spec: HostSpec) -> list[str]:
    """What a section of :data:`TOLD` has to know of the host: lines in its own grammar."""
    if section == "lines":
        interfaces = dict.fromkeys(_token(rule.interface) for rule in spec.lines)
        return [
            *(f"I {name}" for name in interfaces),
            *(
                f"P {quote(ping_key(rule, ping), safe='')} {ping.target} {_token(ping.source or '-')} {ping.count}"
                for rule in spec.lines
                for ping in rule.pings
            ),
        ]
    return []


def ping_key(rule: LineRule, ping: PingRule) -> str:
    """By what the answer about a ping target is known: the line and the target."""
    return f"{rule.key} {ping.target}"


def follow(rules: tuple[EventRule, ...], cursors: Mapping[str, str]) -> bytes:
    """What the section ``events`` is told before it is asked: sources, from where each is read on, and patterns.

    ``cursors``: by key of the rule; a rule without one is seen for the first time.
    """
    lines = ["= events"]
    for rule in rules:
        key = quote(rule.key, safe="")
        cursor = _token(cursors.get(rule.key, "")) or "-"
        if rule.file is not None:
            lines.append(f"= events F {key} {cursor} {escape(rule.file)}")
        else:
            lines.append(f"= events J {key} {cursor} {_token(rule.unit) if rule.unit else '-k'}")
        fits = (f"{_field(one.pattern)}\t{_field(one.ignore)}" for one in rule.patterns)
        lines += [f"= events P {key}\t{words}" for words in fits]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def watch(pids: tuple[int, ...]) -> bytes:
    """The watched pids, to be sent when the set has changed."""
    parts: list[tuple[int, ...]] = [()] if not pids else [pids[i : i + 256] for i in range(0, len(pids), 256)]
    heads = ["W"] + ["w"] * (len(parts) - 1)
    return "".join(" ".join([head, *map(str, part)]) + "\n" for head, part in zip(heads, parts, strict=True)).encode()


def ask_sample(seq: int) -> bytes:
    """Ask for a fast sample of what was last set by :func:`setup` and :func:`watch`. ``seq``: 1 to 9 digits."""
    return b"S %d\n" % seq


def ask_section(seq: int, section: Section) -> bytes:
    """Ask for a slow section."""
    return b"X %d %s\n" % (seq, section.encode())


def ask_check(seq: int, number: int) -> bytes:
    """Ask for one run of a check command, by its number in :func:`commands_of`."""
    return b"X %d %s %d\n" % (seq, CHECKS.encode(), number)


def escape(text: str) -> str:
    """``text`` as the kernel writes it in ``/proc/mounts``: blanks, controls and backslashes in octal."""
    return "".join(f"\\{ord(c):03o}" if c <= " " or c in "\\\x7f" else c for c in text)


def _token(text: str) -> str:
    return "".join(text.split()) or "-"


def _rule(rule: ProcessRule) -> str:
    fields = (rule.name, rule.args, rule.user, rule.unit, rule.pidfile)
    return "P " + "\t".join([quote(rule.key, safe=""), *(_field(field) for field in fields)])


def _field(value: str | None) -> str:
    return (value or "-").replace("\t", " ").replace("\n", " ").replace("\r", " ")
