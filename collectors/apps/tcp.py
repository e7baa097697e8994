"""A TCP connection, and the banner behind it."""

from __future__ import annotations

import re
from functools import lru_cache

from collectors.apps.course import Course
from collectors.apps.faults import AppFault, hung_up
from collectors.apps.way import Stream, Way
from duty.clean import clean_bytes
from duty.phrases import phrase
from duty.readings import AppReading
from duty.site import AppRule

MAX_BANNER = 512
_CLASSES = {
    "alnum": "A-Za-z0-9", "alpha": "A-Za-z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": "\\s", "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}  # fmt: skip


async def ask_tcp(rule: AppRule, way: Way, course: Course) -> AppReading:
    """Connect; where a banner is wanted, read the first line and compare it."""
    stream = await way.open(rule.key, rule.address, rule.port, course)
    try:
        if rule.banner is None:
            return AppReading(rule.key, "answered", steps=course.steps(whole=True))
        course.begin("first_byte")
        line = await _first_line(stream, rule)
        course.done()
    finally:
        stream.close()
    said = clean_bytes(line, 200)
    if not expression(rule.banner).search(said):
        raise AppFault(phrase("says {banner}, which does not fit {wanted}", banner=said, wanted=rule.banner))
    return AppReading(rule.key, "answered", steps=course.steps(whole=True), banner=said)


async def _first_line(stream: Stream, rule: AppRule) -> bytes:
    heard = b""
    while len(heard) < MAX_BANNER:
        data = await stream.read(MAX_BANNER - len(heard))
        heard += data
        if b"\n" in heard or not data:
            break
    if not heard:
        raise hung_up(rule)
    return heard.split(b"\n", 1)[0].rstrip(b"\r")


@lru_cache(maxsize=256)
def expression(pattern: str) -> re.Pattern[str]:
    """A POSIX extended expression of the site file, in the words of :mod:`re`."""
    return re.compile(re.sub(r"\[:([a-z]+):\]", lambda named: _CLASSES.get(named[1], named[0]), pattern))
