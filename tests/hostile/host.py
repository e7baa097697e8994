"""A host that was taken over: it answers the probe's questions in time and by the grammar, with hostile words.

It stands where an SSH connection stands otherwise; all behind it is real: the feed, its session, the reader of answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, cast

from collectors.dial import Dialled, Trace
from collectors.ssh_feed import SshFeed
from collectors.ssh_session import ProbeSession
from collectors.ways import settings_of, way_to
from tests.hostile.strings import Strings

Answer = Callable[[], list[bytes]]


def escaped(words: bytes, *, blank: bool = True) -> bytes:
    """As the probe writes it: what is not to be read as part of the grammar is three octal digits."""
    special = {*range(0x20), 0x5C, 0x7F, *((0x20,) if blank else ())}
    return b"".join(b"\\%03o" % byte if byte in special else bytes((byte,)) for byte in words[:2500]) or b"-"


def bare(words: bytes) -> bytes:
    """A token that the grammar does not escape: all that a host can put there without a blank in it."""
    return words[:600].replace(b" ", b"_") or b"-"


class HostileChannel:
    """Takes questions, answers them. ``refusing``: the probe never starts, and says why in its own words."""

    def __init__(self, session: ProbeSession, strings: Strings, *, refusing: bool) -> None:
        self._session, self._strings, self._refusing = session, strings, refusing
        self._chance = Random(strings.chance.random())
        self._key, self._cursor = b"", b"-"
        self._rules: list[bytes] = []
        self._turn = 0

    # --- as the library has it -----------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        if data.startswith(b"wk1 "):
            loop.call_soon(self._greet)
            return
        for line in data.split(b"\n"):
            match line.split(b" "):
                case [b"S", seq]:
                    loop.call_soon(self._answer, b"B", b"E", seq, self._sample)
                case [b"X", seq, b"checks", number]:
                    loop.call_soon(self._answer, b"b", b"e", seq + b" checks", lambda n=number: self._check(n))
                case [b"X", seq, section]:
                    make = cast(Answer, getattr(self, f"_{section.decode()}"))
                    loop.call_soon(self._answer, b"b", b"e", seq + b" " + section, make)
                case [b"=", b"events", b"F", key, cursor, _path]:
                    self._key, self._cursor = key, cursor
                case [b"P", *_words] if b"\t" in line:
                    self._rules.append(line[2:].split(b"\t")[0])

    def close(self) -> None:
        """Hung up on: no more is said."""

    abort = close

    def _say(self, data: bytes) -> None:
        # In one piece or in some: the reader must not care.
        cut = self._chance.randrange(len(data)) if self._chance.random() < 0.2 else 0
        for piece in (data[:cut], data[cut:]):
            if piece and not self._session.ended.done():
                self._session.data_received(piece, cast(Any, None))

    def _greet(self) -> None:
        one = self._strings.one
        self._say(b"".join(one()[:2000] + b"\n" for _line in range(3)))
        if self._refusing and self._chance.random() < 0.5:
            self._say(b"=X " + bare(one()) + b" " + one() + b"\n")
        elif self._refusing:
            self._session.data_received(one(), cast(Any, 1))
            self._session.connection_lost(None)
        else:
            facts = (b"kernel", b"hostname", b"user", b"shell", b"awk", b"arch", b"scope", bare(one()))
            lines = [b"=I %s %s" % (fact, escaped(one(), blank=False)) for fact in facts]
            head = b"=R 1 %s %s 0 100 4096 0" % (bare(one()), bare(one()))
            self._say(b"\n".join([head, *lines, b"=O\n"]))

    def _answer(self, begin: bytes, end: bytes, name: bytes, make: Answer) -> None:
        lines = make()
        count = len(lines) + (self._chance.random() < 0.02)
        self._say(b"\n".join([b"=%s %s" % (begin, name), *lines, b"=%s %s %d\n" % (end, name, count)]))
        if self._chance.random() < 0.02:
            self._say(self._strings.one() + b"\n")  # between answers, where nothing belongs

    # --- what it says --------------------------------------------------------------------------------------------

    def _failures(self, section: bytes) -> list[bytes]:
        one, codes = self._strings.one, (b"nofile", b"format", b"hanging", b"failed", b"killed", b"nocommand")
        code = self._chance.choice((*codes, bare(one())))
        return [b"! %s %s %s %s" % (section, escaped(one()), code, escaped(one(), blank=False)) for _line in range(2)]

    def _sample(self) -> list[bytes]:
        self._turn += 1
        at = 1000 * self._turn
        return [
            b"U %d.5" % (10_000 + self._turn),
            b"L 1.5 1.2 1.0 3/400 999",
            b"C 4 %d 0 %d %d 10 0 0 0" % (at, at // 3, 9 * at),
            b"M 16000000 2000000 3000000 - -",
            b"N eth0 %d 0 0 %d 0 0 %s" % (at * 5000, at * 900, b"up"),
            b"N %s 1 2 3 4 5 6 %s" % (bare(self._strings.one()), b"up"),
            b"P 7 S 9 %d 10 50 3000" % at,
            *self._failures(b"sample"),
        ]

    def _processes(self) -> list[bytes]:
        one, rules = self._strings.one, self._rules or [b"x"]
        found = [
            b"F %s %d 50 0 %s 12 %s" % (rule, 7 + number, escaped(one()), escaped(one(), blank=False))
            for rule in rules
            for number in range(3)
        ]
        return [*found, *self._failures(b"processes")]

    def _ports(self) -> list[bytes]:
        return [b"O 1", b"T 0.0.0.0 9001 7", b"T %s 1 -" % bare(self._strings.one()), *self._failures(b"ports")]

    def _mounts(self) -> list[bytes]:
        one, chance = self._strings.one, self._chance

        def names() -> bytes:
            return b" ".join(escaped(one()) for _name in range(3))

        sized = [
            b"D 1000000 %d %d 1000 %d %d %s" % (used, 1_000_000 - used, 1000 - used // 1000, used % 2, names())
            for used in (chance.randrange(1_000_000) for _mount in range(9))
        ]
        return [*sized, b"H 40 0 " + names(), *self._failures(b"mounts")]

    def _health(self) -> list[bytes]:
        def word() -> bytes:
            return bare(self._strings.one())

        return [
            b"U %d" % (10_000 + self._turn),
            b"Y %s %s 1.0 2.0 3" % (word(), word()),
            b"K %s 1 2 3 4 5 6 7 -" % word(),
            *(b"T %s %s 99000 80000 90000" % (word(), word()) for _sensor in range(4)),
            *(b"R %s active %s 2 1 %s" % (word(), word(), word()) for _array in range(3)),
            b"S 1",
            *(b"F %s" % word() for _unit in range(6)),
            *self._failures(b"health"),
        ]

    def _time(self) -> list[bytes]:
        one = self._strings.one
        return [b"N 1700000000.5 %d" % (10_000 + self._turn), b"S %s 0 1.5 3 %s" % (bare(one()), bare(one()))]

    def _lines(self) -> list[bytes]:
        word = bare(self._strings.one())
        return [b"U %d" % self._turn, b"Q %s 1 2 3 4" % word, b"G sge%%20gw 5 3 1 2 3 1 %s" % bare(self._strings.one())]

    def _events(self) -> list[bytes]:
        was, self._cursor = self._cursor, b"c%d" % self._turn
        said = [b"M %s 1 %s" % (self._key, escaped(self._strings.one(), blank=False)) for _line in range(12)]
        return [*said, b"O %s 1 12" % self._key, b"C %s %s %s 100 0" % (self._key, was, self._cursor)]

    def _check(self, number: bytes) -> list[bytes]:
        one = self._strings.one
        numbers = b" ".join(b"'%s'=%d%s;1;2" % (one(), n, one()[:9]) for n in range(4))
        return [
            b"c " + number,
            b"o " + one()[:900] + b" | " + numbers[:3000],
            *(b"o " + one()[:900] for _line in range(5)),
            b"e " + one()[:900],
            b"x %d" % self._chance.choice((0, 1, 2, 3, 126, 200)),
        ]


class HostileConnection:
    """What the feed takes for an SSH connection."""

    def __init__(self, strings: Strings, *, refusing: bool) -> None:
        self._strings, self._refusing = strings, refusing

    async def create_session(self, make: Callable[[], ProbeSession], *_args: object, **_more: object) -> object:
        session = make()
        channel = HostileChannel(session, self._strings, refusing=self._refusing)
        session.connection_made(cast(Any, channel))
        return channel, session

    def get_extra_info(self, _name: str, _default: object = None) -> str:
        """Its version and its cipher, in its own words."""
        return self._strings.one().decode("latin-1")

    def get_server_host_key(self) -> None:
        """It is never asked for what it has proven."""

    def is_closed(self) -> bool:
        return False

    def close(self) -> None:
        """Nobody is there."""

    abort = close


class HostileFeed(SshFeed):
    """The real feed; only what is dialled is hostile."""

    strings: Strings

    async def _dial(self) -> None:
        self._settings = await settings_of(self.spec, self.site)
        self._way = await way_to(self.spec, self.site, self._settings, self._env)
        refusing = self.spec.id.startswith("bad")
        connection = cast(Any, HostileConnection(self.strings, refusing=refusing))
        trace = Trace(self._settings, opened=True)
        trace.look(connection)
        self._dialled = Dialled(connection, trace, asyncio.get_running_loop().create_future())
        self._settled.set()
