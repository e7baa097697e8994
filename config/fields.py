"""The types of the site file's values: what may be written, what it becomes, and how an editor sees it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Annotated, Generic, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, model_validator
from pydantic.json_schema import JsonSchemaValue

from config import patterns, units
from config.problems import nearest
from config.refusal import refuse
from config.table import Table
from duty.phrases import phrase

OFF = "off"
"""Written instead of a limit, it switches a limit off that a default or the role gives."""
MAX_NAME = 64
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _text(pattern: str, *examples: str) -> type[str]:
    """A string as the JSON Schema shows it."""
    return Annotated[str, Field(pattern=pattern, examples=list(examples))]  # type: ignore[return-value]


_DURATION = _text(r"^(\d+(\.\d+)?\s*(ms|s|min|m|h|d))+$", "250ms", "2s", "5m", "1h")
_SIZE = _text(r"^\d+(\.\d+)?\s*(B|[kKMGT]B|[KMGT]iB)$", "500MB", "2GiB")
_PERCENT = Annotated[float, Field(ge=0)] | _text(r"^\d+(\.\d+)?\s*%?$", "80%")
_RATE = Annotated[float, Field(ge=0)] | _text(r"^\d+(\.\d+)?\s*/\s*(s|min|h)$", "6/min")
_TIME = _text(r"^([01]?\d|2[0-4]):[0-5]\d$", "20:00")
_CAPACITY = _text(r"^\d+(\.\d+)?\s*[kKmMgGtT]?(bits?|bps)(/s)?$", "100Mbit", "2Gbit", "512kbit")

Seconds = Annotated[float, BeforeValidator(units.duration, json_schema_input_type=_DURATION)]
Bytes = Annotated[float, BeforeValidator(units.size, json_schema_input_type=_SIZE)]
Percent = Annotated[float, BeforeValidator(units.percent, json_schema_input_type=_PERCENT)]
CpuPercent = Annotated[float, BeforeValidator(units.cpu_percent, json_schema_input_type=_PERCENT)]
PerSecond = Annotated[float, BeforeValidator(units.per_second, json_schema_input_type=_RATE)]
Whole = Annotated[float, BeforeValidator(units.whole, json_schema_input_type=Annotated[int, Field(ge=0)])]
Number = Annotated[float, BeforeValidator(units.number, json_schema_input_type=Annotated[float, Field(ge=0)])]
TimeOfDay = Annotated[int, BeforeValidator(units.time_of_day, json_schema_input_type=_TIME)]
Bits = Annotated[float, BeforeValidator(units.capacity, json_schema_input_type=_CAPACITY)]


def between(least: float, most: float, words: str) -> AfterValidator:
    """A range for seconds; ``words`` says it as a person writes it, such as ``200ms to 1h``."""

    def check(value: float) -> float:
        if not least <= value <= most:
            raise refuse(phrase("a duration within {range}", range=words))
        return value

    return AfterValidator(check)


def least_size(least: int, words: str) -> AfterValidator:
    """A size of at least so many bytes; ``words`` says it as a person writes it."""

    def check(value: float) -> float:
        if value < least:
            raise refuse(phrase("a size of at least {least}", least=words))
        return value

    return AfterValidator(check)


T = TypeVar("T")


class Levels(Table, Generic[T]):
    """Two thresholds on one value. A single value instead of the table is the action level, "off" is none."""

    has_short_form = True

    warn: T | None = None
    """From here on it is something to watch."""
    act: T | None = None
    """From here on somebody must act."""

    @classmethod
    def from_short(cls, value: object) -> object:
        """``90`` is ``{act = 90}``, ``"off"`` is ``{}``."""
        return {} if value == OFF else {"act": value}

    @classmethod
    def short_schemas(cls, table: JsonSchemaValue) -> list[JsonSchemaValue]:
        """One level, or the word that switches both off."""
        return [*table["properties"]["act"]["anyOf"], {"const": OFF}]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if isinstance(self.warn, float) and isinstance(self.act, float) and self.warn > self.act:
            raise refuse(phrase("warn at or below act"))
        return self


class PercentLevels(Levels[Percent]):
    """Levels in percent."""


class CpuLevels(Levels[CpuPercent]):
    """Levels in percent of one CPU; two busy CPUs are 200."""


class SizeLevels(Levels[Bytes]):
    """Levels as sizes."""


class CountLevels(Levels[Whole]):
    """Levels as whole numbers."""


class RateLevels(Levels[PerSecond]):
    """Levels per second."""


class SecondsLevels(Levels[Seconds]):
    """Levels as lengths of time."""


class PlainLevels(Levels[Number]):
    """Levels as plain numbers."""


class WithinLevels(Levels[Seconds]):
    """Levels of a time that is bad when short."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if isinstance(self.warn, float) and isinstance(self.act, float) and self.warn < self.act:
            raise refuse(phrase("warn at or above act: the shorter time is the worse one"))
        return self


class Count(Table):
    """How many copies must run; without ``max`` any number from ``min`` on."""

    has_short_form = True

    min: Annotated[int, Field(ge=0, le=999_999)] = 1
    """At least so many."""
    max: Annotated[int, Field(ge=0, le=999_999)] | None = None
    """At most so many."""

    @classmethod
    def from_short(cls, value: object) -> object:
        """``3``, ``"1-4"`` or ``"2+"``."""
        return units.count_range(value)

    @classmethod
    def short_schemas(cls, table: JsonSchemaValue) -> list[JsonSchemaValue]:
        """A number, or a range in a string."""
        text = {"type": "string", "pattern": r"^\d+(\+|-\d+)?$", "examples": ["1-4", "2+"]}
        return [{"type": "integer", "minimum": 0}, text]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise refuse(phrase("min at or below max"))
        return self


class Capacity(Table):
    """Contracted capacity each way, seen from the host. One value instead of the table is both ways."""

    has_short_form = True

    inward: Bits | None = Field(default=None, alias="in")
    """Received, from the line to the host."""
    out: Bits | None = None
    """Sent, from the host to the line."""

    @classmethod
    def from_short(cls, value: object) -> object:
        """``"100Mbit"`` is the same both ways."""
        units.capacity(value)
        return {"in": value, "out": value}

    @classmethod
    def short_schemas(cls, table: JsonSchemaValue) -> list[JsonSchemaValue]:
        """One capacity."""
        return [TypeAdapter[float](Bits).json_schema()]

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.inward is None and self.out is None:
            raise refuse(phrase("in, out or both"))
        return self


def _port(value: object) -> str:
    """``9001`` or ``address:9001`` (``[address]:9001`` for IPv6) in one spelling."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    wanted = phrase('a TCP port from 1 to 65535, alone or with an address: 9001, "127.0.0.1:9001", "[::1]:9001"')
    if not isinstance(text, str):
        raise refuse(wanted)
    address, colon, number = text.strip().rpartition(":")
    if not re.fullmatch(r"[0-9]{1,5}", number) or not 1 <= int(number) <= 65535:
        raise refuse(wanted)
    if not colon or address == "*":
        return str(int(number))
    try:
        found = ipaddress.ip_address(address.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise refuse(wanted) from None
    return f"[{found}]:{int(number)}" if found.version == 6 else f"{found}:{int(number)}"


Port = Annotated[
    str,
    BeforeValidator(
        _port, json_schema_input_type=Annotated[int, Field(ge=1, le=65535)] | _text(r"^.*\d+$", "127.0.0.1:9001")
    ),
]


def _ssh_port(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 65535:
        raise refuse(phrase("a TCP port from 1 to 65535"))
    return value


SshPort = Annotated[int, BeforeValidator(_ssh_port, json_schema_input_type=Annotated[int, Field(ge=1, le=65535)])]


def _plain(value: str) -> str:
    return patterns.plain(value)


def _named(value: str) -> str:
    patterns.plain(value)
    if len(value) > MAX_NAME:
        raise refuse(phrase("at most {most} characters", most=MAX_NAME))
    return value


def _word(wanted: Callable[[], Exception], expression: str) -> AfterValidator:
    """One word of the given shape. ``wanted`` makes the refusal, so that its words stand at the type they are for."""

    def check(value: str) -> str:
        if len(value) > 255 or not re.fullmatch(expression, value):
            raise wanted()
        return value

    return AfterValidator(check)


def identifier(value: str) -> bool:
    """Whether ``value`` can be the id of a host or the name of a role."""
    return len(value) <= MAX_NAME and _IDENTIFIER.fullmatch(value) is not None


def _program(value: str) -> str:
    patterns.plain(value)
    if "/" in value:
        last = PurePosixPath(value).name
        raise refuse(
            phrase("the program's name without its folder; a path belongs into args"), f'"{last}"' if last else None
        )
    return value


def _absolute(value: str) -> str:
    patterns.plain(value)
    if not value.startswith("/"):
        raise refuse(phrase("an absolute path, starting with /"), f'"/{value}"' if "/" in value else None)
    return value


_NO_LOGS = ("/proc/", "/sys/", "/dev/", "/etc/")


def _log_file(value: str) -> str:
    _absolute(value)
    path = PurePosixPath(value)
    if str(path) != value or ".." in path.parts or "." in value.split("/"):
        raise refuse(phrase("a path without . and .., and without / at its end"))
    if value.startswith(_NO_LOGS) or {".ssh", ".gnupg"} & set(path.parts):
        raise refuse(phrase("a log file; the probe reads nothing in /proc, /sys, /dev, /etc, .ssh and .gnupg"))
    return value


def _mount(value: str) -> str:
    if value == "*":
        return value
    _absolute(value)
    return value.rstrip("/") or "/"


def _unit(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9:_.@\\-]{1,255}", value):
        raise refuse(phrase('a systemd unit, such as "riskd.service"'))
    return value if "." in value else f"{value}.service"


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        known = available_timezones()
        if not known:
            raise refuse(phrase("time zones on this machine: it has none, install the package tzdata")) from None
        near = nearest(value, known)
        raise refuse(phrase('an IANA time zone, such as "Asia/Shanghai"'), f'"{near}"' if near else None) from None
    return value


Plain = Annotated[str, AfterValidator(_plain)]
Named = Annotated[str, AfterValidator(_named)]
Program = Annotated[str, AfterValidator(_program)]
Pattern = Annotated[str, AfterValidator(patterns.pattern)]
LinePattern = Annotated[str, AfterValidator(patterns.line_pattern)]
LogFile = Annotated[str, AfterValidator(_log_file)]
AbsolutePath = Annotated[str, AfterValidator(_absolute)]
Mount = Annotated[str, AfterValidator(_mount)]
Unit = Annotated[str, AfterValidator(_unit)]
Zone = Annotated[str, AfterValidator(_zone)]
User = Annotated[
    str, _word(lambda: refuse(phrase("a user name without spaces, / or :")), r"[A-Za-z0-9_][^\s/:\x00-\x1f\x7f]*")
]
Interface = Annotated[
    str,
    _word(lambda: refuse(phrase('a network interface, such as "eth0", of at most 15 characters')), r"[!-.0-~]{1,15}"),
]
Address = Annotated[
    str,
    _word(
        lambda: refuse(phrase("an alias of ~/.ssh/config, a host name or an IP address")),
        r"[^\s\x00-\x1f\x7f/@-][^\s\x00-\x1f\x7f/@]*",
    ),
]
PingTarget = Annotated[
    str,
    _word(lambda: refuse(phrase("a host name or an IP address")), r"[A-Za-z0-9:][A-Za-z0-9.:%_-]*"),
]
