"""Strings as only an attacker or a broken disk writes them: every way known to drive a terminal, and plain noise."""

from __future__ import annotations

from random import Random

MARK = "~"
"""Most strings begin with this and five digits, so that it is known which of them came to the screen."""
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGEST = 20_000
"""Bytes: more than any line may have."""

ESCAPES = (
    b"\x1b[2J", b"\x1b[31m", b"\x1b[?1049l", b"\x1b[5;5H", b"\x1b[6n", b"\x1b[c", b"\x1b[?25h", b"\x1b[1;3r",
    b"\x1b[9L", b"\x1b[?2026h", b"\x1b[?1003h", b"\x1b[>4;2m", b"\x1b[200~", b"\x1b]0;owned\x07",
    b"\x1b]52;c;cm0gLXJm\x07", b"\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\", b"\x1b]4;1;rgb:0/0/0\x1b\\",
    b"\x1b]777;notify;a;b\x07", b"\x1b]1337;File=:AA\x07", b"\x1bP+q544e\x1b\\", b"\x1bPq#0;2;0;0;0~\x1b\\",
    b"\x1b_Gf=24;AAAA\x1b\\", b"\x1b^x\x1b\\", b"\x1bX\x1b\\", b"\x1bc", b"\x1b#8", b"\x1b(0lqk", b"\x1bN", b"\x1b[",
    b"\x1b]", b"\x1b", b"\x1b\x1b", b"\x0e", b"\x0f", b"\x00", b"\x05", b"\x07", b"\x08\x08", b"\x09", b"\x0b",
    b"\x0c", b"\x0d", b"\x18", b"\x1a", b"\x7f", b"\x9b31m", b"\x9d0;t\x9c", b"\x90q\x9c", b"\x85", b"\x8d",
    b"\xc2\x9b2J", b"\xc2\x9d52;c;AA==\xc2\x9c", b"\xc2\x90q", b"\xc2\x85", b"\xc2\x84",
)  # fmt: skip
MARKUP = (
    "[red]", "[/]", "[/red]", "[@click=app.quit]x[/]", "[link=http://x]y[/link]", "\\[", "[[", "]", "[b", "$name",
    "{x}", "{subject}", "{0}", "%s", "%(a)d", "`id`", "$(id)", "'; --", "<b>", "&amp;", "|", "\\033[2J", "\\x1b",
    "^[",
)  # fmt: skip
SCRIPTS = (
    "主机", "告警磁盘", "行情网关", "交易所专线", "日本語", "ｶﾅ", "한국", "\u1100\u1161\u11a8", "中a文b", "。，：",
    "\u3000", "🚨", "👍\U0001f3fd", "👨\u200d💻", "🇨🇳", "❤\ufe0f", "1\ufe0f\u20e3", "é", "e\u0301", "a" + "\u0301" * 40,
    "ก" + "\u0e31" * 9, "क\u094dष", "\u0301", "\u20dd", "\u1160", "\u202egnp", "\u2066x\u2069", "\u200f", "\u061c",
    "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u2028", "\u2029", "\u3164", "\U000e0041\U000e007f",
    "\U000e0100", "\ue0a0", "\U000f0001", "\u0378", "\uffff", "\U0010ffff", "\U0001faff", "שלום", "مرحبا", "─│┌┐",
    "█▁▂", "●■", "…", "\u00a0", "\u2003", "\u1680",
)  # fmt: skip
BROKEN = (
    b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xc0\x9b", b"\xe0\x80\x9b", b"\xf0\x80\x80\x9b", b"\xff\xfe", b"\xe4\xb8",
    b"\xf0\x9f\x9a", b"\xc3", b"\xf5\x80\x80\x80", b"\x80", b"\xbf\xbf",
)  # fmt: skip


class Strings:
    """Makes them. ``made``: how many; ``seen``: the numbers of those that were found on a screen."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.made = 0
        self.seen: set[str] = set()

    def one(self) -> bytes:
        """The next one: any bytes but LF."""
        chance = self.chance
        pieces = [self._piece() for _piece in range(chance.choice((1, 1, 2, 3, 5, 9)))]
        if chance.random() < 0.002:
            pieces *= LONGEST // max(1, len(b"".join(pieces)))
        if chance.random() < 0.8:
            pieces.insert(0, self._mark())
        self.made += 1
        return b"".join(pieces).replace(b"\n", b"\r")

    def _mark(self) -> bytes:
        number, text = self.made, ""
        for _digit in range(5):
            number, digit = divmod(number, len(DIGITS))
            text += DIGITS[digit]
        return f"{MARK}{text}".encode()

    def _piece(self) -> bytes:
        chance = self.chance
        match chance.randrange(8):
            case 0 | 1:
                return chance.choice(ESCAPES)
            case 2:
                return chance.choice(MARKUP).encode()
            case 3 | 4:
                return chance.choice(SCRIPTS).encode()
            case 5:
                return chance.choice(BROKEN)
            case 6:
                return chance.randbytes(chance.randrange(12))
            case _:
                point = chance.choice((0x300, 0x3000, 0x10000, 0x110000))
                return chr(chance.randrange(point)).encode("utf-8", "surrogatepass")
