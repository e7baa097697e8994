"""What an application check asks, as it is written in the site file: a TCP port, a URL, a command."""

from __future__ import annotations

import ipaddress
import re
import shlex
from typing import NamedTuple
from urllib.parse import urlsplit

from config import units
from config.refusal import refuse
from duty.phrases import phrase
from duty.site import PerfBound

MAX_COMMAND = 1000
MAX_WORDS = 60
HERE = "127.0.0.1"
"""Where a port without an address is: on the host that asks."""
_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f]")
_PLAIN_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?")


class Page(NamedTuple):
    """The parts of a URL."""

    secure: bool
    address: str
    port: int
    path: str


def address(text: str) -> str | None:
    """A host name or an IP address without brackets, in one spelling; ``None`` if it is neither."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        # Digits and dots that are no address are a mistyped one, not a name.
        return bare if _NAME.fullmatch(text) and not re.fullmatch(r"[\d.]+", text) else None


def endpoint(value: object) -> str:
    """``17001`` or ``address:17001`` as ``address:port``, an IPv6 address in brackets; a port alone as ``:port``."""
    wanted = phrase('an address with its port, such as "10.8.0.21:17001", or a port of the host itself, such as 17001')
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        raise refuse(wanted)
    host, colon, number = text.strip().rpartition(":")
    if not re.fullmatch(r"[0-9]{1,5}", number) or not 1 <= int(number) <= 65535:
        raise refuse(wanted)
    if not colon or host in ("", "*"):
        return f":{int(number)}"
    found = address(host) if ":" not in host or host.startswith("[") else None
    if found is None:
        raise refuse(wanted)
    return f"{bracketed(found)}:{int(number)}"


def split(text: str) -> tuple[str, int]:
    """The address and port of what :func:`endpoint` made."""
    host, _, number = text.rpartition(":")
    return host.strip("[]") or HERE, int(number)


def bracketed(host: str) -> str:
    """An address as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def url(value: str) -> str:
    """An http or https URL without a person in it; refused otherwise."""
    wanted = phrase('a URL, such as "https://10.8.0.21/health"')
    if len(value) > MAX_COMMAND or _UNSEEN.search(value) or not value.isascii():
        raise refuse(wanted)
    try:
        parts = urlsplit(value)
        page(value)
    except ValueError:
        raise refuse(wanted) from None
    if parts.scheme not in ("http", "https") or address(parts.hostname or "") is None:
        raise refuse(wanted)
    if parts.username is not None or parts.password is not None:
        raise refuse(phrase("a URL without user and password: this file is no place for secrets"))
    return value


def page(value: str) -> Page:
    """The parts of a URL that was accepted."""
    parts = urlsplit(value)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Page(secure, address(parts.hostname or "") or "", parts.port or (443 if secure else 80), path)


def command(value: str) -> str:
    """A command whose words can be told; refused otherwise. No shell reads it."""
    if len(value) > MAX_COMMAND or any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in value):
        raise refuse(phrase("a command in one line of at most {most} characters", most=MAX_COMMAND))
    try:
        words = shlex.split(value)
    except ValueError:
        raise refuse(phrase("a command whose quotes are closed")) from None
    if not words or len(words) > MAX_WORDS or not words[0]:
        raise refuse(phrase('a command, such as "/usr/lib/nagios/plugins/check_load -w 8 -c 12"'))
    if words[0] in ("|", "&&", ";") or any(word in ("|", "||", "&&", ";", ">", "<", "&") for word in words):
        raise refuse(phrase("one command without pipes and redirections: no shell reads it; put those into a script"))
    return value


def bound(value: object) -> PerfBound:
    """``90``, ``"90%"``, ``"2GiB"``, ``"200ms"``; with ``<`` before it, bad when below."""
    wanted = phrase('a number, "90%" of its maximum, a size or a duration; "<5%" is bad when below')
    if units.is_number(value) and isinstance(value, int | float):
        return PerfBound(float(value))
    if not isinstance(value, str):
        raise refuse(wanted)
    text = value.strip()
    below = text.startswith("<")
    text = text.removeprefix("<").strip()
    if text.endswith("%") and _PLAIN_NUMBER.fullmatch(text[:-1].strip()):
        return PerfBound(float(text[:-1]), percent=True, below=below)
    if _PLAIN_NUMBER.fullmatch(text):
        return PerfBound(float(text), below=below)
    for read in (units.size, units.duration):
        try:
            return PerfBound(read(text), below=below)
        except ValueError:
            continue
    raise refuse(wanted)
