"""What the console sends to a host: the probe itself, the loaders that start it, and the questions.

The grammar is in ``docs/probe-protocol.md``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import resources
from urllib.parse import quote

from collectors.feed import Section
from duty.site import EventRule, HostSpec, ProcessRule

VERSION = "1.0"
MAX_LINE = 3000
"""Bytes of one request line: what several writers can put into one pipe without mixing, with room to spare."""


PARTS: tuple[Section, ...] = ("events",)
"""Sections whose shell text stands in files of its own below ``shell/``: ``NAME.sh``, ``NAME_….sh``."""


def _script() -> bytes:
    """``probe.sh`` with its parts, without comments, indentation and blank lines: every byte is sent to every host."""
    folder = resources.files("collectors")
    files = sorted(folder.joinpath("shell").iterdir(), key=lambda file: file.name)
    parts = "\n".join(file.read_text("ascii") for part in PARTS for file in files if _is_of(file.name, part))
    text = folder.joinpath("probe.sh").read_text("ascii").replace("#SECTIONS\n", parts)
    lines = (line.strip(" \t") for line in text.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("#")).encode("ascii")


def _is_of(file: str, part: str) -> bool:
    return file == f"{part}.sh" or (file.startswith(f"{part}_") and file.endswith(".sh"))


SCRIPT: bytes = _script()
HASH: str = hashlib.sha256(SCRIPT).hexdigest()

# No quote, backslash or exclamation mark: the text stands in single quotes for sh, csh and fish alike, and in double
# quotes in an authorized_keys line. An empty IFS keeps $P in one piece without quoting it.
_READ = "P=$(head -c {size} 2>/dev/null||dd bs=1 count={size} 2>/dev/null);IFS=;set -f;"


def exec_command() -> str:
    """The text of the exec request, the same for every version of the probe; any login shell can run it."""
    read = _READ.format(size="$n")
    return f"exec /bin/sh -c 'F=0;read -r w n H;case $w in wk1);;*)echo =X start;exit 3;esac;{read}eval $P'"


def forced_command() -> str:
    """The command for ``restrict,command="…"`` in authorized_keys: runs this probe and refuses every other one."""
    return (
        "exec /bin/sh -c 'F=1;read -r w n H;case $w in wk1);;*)echo =X start;exit 3;esac;"
        f"case $H in {HASH});;*)echo =X hash {HASH};exit 3;esac;"
        f"{_READ.format(size=len(SCRIPT))}"
        "S=$(printf %s $P|(sha256sum||openssl dgst -sha256 -r) 2>/dev/null);"
        f"case $S in {HASH}*)eval $P;;[0-9a-f]*)echo =X sum;exit 3;;*)echo =X nosum;exit 3;esac'"
    )


def opening() -> bytes:
    """The first bytes on the channel: the announcement and the script. Nothing may follow before ``=O``."""
    return b"wk1 %d %s\n" % (len(SCRIPT), HASH.encode()) + SCRIPT


def setup(spec: HostSpec) -> bytes:
    """Everything the host has to know of what is demanded: interfaces, rules, mounts. Replaces what was said before."""
    lines = [" ".join(["I", *dict.fromkeys(_token(rule.interface) for rule in spec.lines)]), "P"]
    lines += [_rule(rule) for rule in spec.processes]
    lines.append("D")
    lines += [f"D {escape(disk.mount)}" for disk in spec.disks if disk.mount != "*"]
    for section in PARTS:
        lines.append(f"= {section}")
        lines += [f"= {section} {told}" for told in told_to(section, spec)]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def told_to(section: Section, spec: HostSpec) -> list[str]:
    """What a section of :data:`PARTS` has to know of the host: lines in its own grammar."""
    return []


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
