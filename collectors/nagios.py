"""The Nagios plugin protocol: exit code, a line of text, further lines, and numbers behind ``|``.

The grammar of the numbers is that of the plugin guidelines: ``'label'=value[UOM];[warn];[crit];[min];[max]``, with
ranges ``10``, ``10:``, ``~:10``, ``10:20`` and ``@10:20``, and ``U`` for a value that could not be told. What does not
follow it is passed over; nothing here trusts what a plugin prints.
"""

from __future__ import annotations

import math
import re

from duty.clean import clean
from duty.phrases import phrase
from duty.readings import AppReading, Perf, PerfRange

MAX_OUTPUT = 16 * 1024
"""Bytes read of one run."""
MAX_TEXT = 300
MAX_DETAIL = 2000
"""Characters kept of the lines after the first."""
MAX_NUMBERS = 40
MAX_LABEL = 100

_NUMBER = r"[+-]?(?:[0-9]{1,30}(?:[.,][0-9]{0,30})?|[.,][0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?"
_LABEL = re.compile(r"'((?:[^']|''){1,500})'=|([^\s'=][^\s=]{0,500})=")
_VALUE = re.compile(rf"({_NUMBER}|U)([A-Za-z%µ°/]{{0,10}})")
_RANGE = re.compile(rf"(@?)(?:(~|{_NUMBER}|)(:))?({_NUMBER})?")
_UNITS = {
    "s": ("s", 1.0), "ms": ("s", 1e-3), "us": ("s", 1e-6), "µs": ("s", 1e-6), "ns": ("s", 1e-9),
    "min": ("s", 60.0), "h": ("s", 3600.0), "d": ("s", 86400.0),
    "B": ("B", 1.0), "KB": ("B", 2.0**10), "kB": ("B", 2.0**10), "MB": ("B", 2.0**20), "GB": ("B", 2.0**30),
    "TB": ("B", 2.0**40), "PB": ("B", 2.0**50), "KiB": ("B", 2.0**10), "MiB": ("B", 2.0**20),
    "GiB": ("B", 2.0**30), "TiB": ("B", 2.0**40), "PiB": ("B", 2.0**50),
}  # fmt: skip
"""Base unit and factor. Plugins count sizes in units of 1,024, whatever letter they write."""


def reading(
    key: str, status: int | None, output: str, complaint: str = "", took_s: float | None = None, *, cut: bool = False
) -> AppReading:
    """What one run of a plugin says. ``status``: its exit code; ``None``: it was ended before it had one.

    ``output``, ``complaint``: what it wrote to its standard output and error, as it came; ``took_s``: seconds it ran;
    ``cut``: there was more of the output than was kept.
    """
    text, detail, numbers = parse(output, cut=cut)
    steps = () if took_s is None else (("whole", took_s),)
    if status in (126, 127):
        said = first_line(complaint) or text or str(status)
        why = phrase("the command cannot be run there: {error}", error=said)
        return AppReading(key, "unable", why, exit=status, text=text)
    if status is None:
        return AppReading(key, "unable", phrase("the command was ended before it said anything"), text=text)
    if not text and status != 0:
        text = first_line(complaint)
    return AppReading(
        key, "answered", exit=status, text=text, detail=detail, perf=numbers, steps=steps
    )  # fmt: skip


def parse(output: str, *, cut: bool = False) -> tuple[str, str, tuple[Perf, ...]]:
    """The line of text, the further lines as one cleaned text, and the numbers of both parts."""
    cut = cut or len(output) > MAX_OUTPUT
    lines = output[:MAX_OUTPUT].split("\n")
    first, _, perf = lines[0].partition("|")
    numbers = [perf]
    further: list[str] = []
    behind = False
    for line in lines[1:]:
        if behind:
            numbers.append(line)
            continue
        said, bar, rest = line.partition("|")
        if said.strip():
            further.append(clean(said.strip(), MAX_TEXT))
        if bar:
            behind = True
            numbers.append(rest)
    if cut and (behind or len(lines) == 1):
        # Half a number would be a wrong one: what stands at the cut does not count.
        numbers[-1] = numbers[-1].rpartition(" ")[0]
    detail = "\n".join(further)
    if len(detail) > MAX_DETAIL:
        detail = detail[: MAX_DETAIL - 1] + "…"
    return clean(first.strip(), MAX_TEXT), detail, perfdata(" ".join(numbers))


def first_line(text: str) -> str:
    """The first line that says something, cleaned."""
    return next((clean(line.strip(), MAX_TEXT) for line in text[:MAX_OUTPUT].split("\n") if line.strip()), "")


def perfdata(text: str) -> tuple[Perf, ...]:
    """The numbers of a perfdata string, each label once, the first one counts."""
    found: dict[str, Perf] = {}
    at = 0
    while at < len(text) and len(found) < MAX_NUMBERS:
        if text[at].isspace():
            at += 1
            continue
        label = _LABEL.match(text, at)
        if label is None:
            at = _next_blank(text, at)
            continue
        end = _next_blank(text, label.end())
        name = clean(label[1].replace("''", "'") if label[1] is not None else label[2], MAX_LABEL)
        one = _perf(name, text[label.end() : end])
        if one is not None:
            found.setdefault(name, one)
        at = end
    return tuple(found.values())


def _next_blank(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def _perf(label: str, text: str) -> Perf | None:
    fields = (text.split(";") + [""] * 5)[:5]
    value = _VALUE.fullmatch(fields[0])
    if value is None:
        return None
    unit, factor = _UNITS.get(value[2], (clean(value[2], 10), 1.0))
    return Perf(
        label=label,
        value=None if value[1] == "U" else _number(value[1], factor),
        unit=unit,
        warn=_range(fields[1], factor),
        crit=_range(fields[2], factor),
        minimum=_number(fields[3], factor),
        maximum=_number(fields[4], factor),
    )


def _range(text: str, factor: float) -> PerfRange | None:
    found = _RANGE.fullmatch(text) if text else None
    if found is None or (found[4] is None and found[3] is None):
        return None
    low = 0.0 if found[2] in (None, "") else None if found[2] == "~" else _number(found[2], factor)
    high = None if found[4] is None else _number(found[4], factor)
    return PerfRange(low, high, bool(found[1]))


def _number(text: str, factor: float) -> float | None:
    if re.fullmatch(_NUMBER, text) is None:
        return None
    value = float(text.replace(",", ".")) * factor
    return value if math.isfinite(value) else None
