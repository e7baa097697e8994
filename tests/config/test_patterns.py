"""Argument patterns: what is let through means the same to every awk that is installed."""

from __future__ import annotations

import random
import re
import shutil
import subprocess

import pytest
from pydantic_core import PydanticCustomError

from config.patterns import pattern

AWKS = [
    command
    for name, command in (("mawk", ["mawk"]), ("gawk", ["gawk"]), ("busybox", ["busybox", "awk"]))
    if shutil.which(name)
]
TEXTS = ["", "a", "b", "ab", "aab", "abc", "a.b", "a-b c", "(a)", "[a]", "a{2}", "/x/y.jar -p 9001", "^a$", "a\\b", "]"]
PROGRAM = 'BEGIN { FS = "\\t" } { if ($2 ~ $1) print "1"; else print "0" }'


def let_through(written: str) -> bool:
    try:
        return pattern(written) == written
    except PydanticCustomError:
        return False


def answers(awk: list[str], patterns: list[str]) -> list[str]:
    asked = "".join(f"{each}\t{text}\n" for each in patterns for text in TEXTS)
    ended = subprocess.run([*awk, PROGRAM], input=asked, capture_output=True, text=True, timeout=60, check=False)
    assert ended.stderr == ""
    return ended.stdout.split()


WRITTEN = [
    "a", "a.b", "a[.]b", "^a", "b$", "^(a|b)+$", "a*b", "(ab)?c", "[^a]", "[]a]", "[^]a]", "[a-c]b", "[[:alpha:]]b",
    "[0-9]+", "[.]jar .*-p 9001", "[(]a[)]", "[[]a", "a[{]2", r"a\.b", r"\(a\)", r"\[a", r"a\\b", r"\^a\$", "a}", "a]",
    r"a\{2", r"a\}", r"a\|b", r"\*", r"\+|\?", "a|b|c", "((a))", "[*+?]", "[$]", "[.]", "a-b", "/x/y",
]  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_let_through(written: str) -> None:
    assert let_through(written)


def test_every_awk_agrees_with_itself_and_with_a_reference() -> None:
    told = {" ".join(awk): answers(awk, WRITTEN) for awk in AWKS}
    posix = [re.sub(r"\[\[:alpha:\]\]", "[A-Za-z]", each).replace("[[]", r"\[") for each in WRITTEN]
    reference = ["1" if re.search(each, text) else "0" for each in posix for text in TEXTS]
    for awk, said in told.items():
        wrong = [
            (WRITTEN[at // len(TEXTS)], TEXTS[at % len(TEXTS)])
            for at, (one, other) in enumerate(zip(said, reference, strict=True))
            if one != other
        ]
        assert wrong == [], awk


@pytest.mark.parametrize("seed", range(6))
def test_awks_agree_on_whatever_is_let_through(seed: int) -> None:
    chance = random.Random(seed)
    candidates = ("".join(chance.choices(r"aaabb().*+?|[]^$\{}-1:", k=chance.randint(1, 8))) for _ in range(6000))
    patterns = sorted({each for each in candidates if let_through(each)})
    assert len(patterns) > 200
    first, *others = (answers(awk, patterns) for awk in AWKS)
    for other in others:
        assert [patterns[at // len(TEXTS)] for at in range(len(first)) if first[at] != other[at]] == []
