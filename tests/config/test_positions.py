"""The places of keys agree with what the standard parser reads, on documents nobody would write by hand."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.positions import Path, positions

DOCUMENT = '''
# a comment with [brackets] and = signs
title = "a # b"  # trailing
[site]
name = """
[not.a.table]
key = 1
"""
dotted.inner . "quoted.key" = 'x = [1]'
[hosts.gw1]
disks = [
  "/",   # root
  { mount = "/data", used = { warn = 1 } },
]
[[hosts.gw1.processes]]
name = "a"
[[hosts.gw1.processes]]
name = "b"
[hosts.gw1.processes.cpu]
act = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 3),
        (("site",), 4),
        (("site", "name"), 5),
        (("site", "dotted", "inner", "quoted.key"), 9),
        (("hosts",), 10),
        (("hosts", "gw1", "disks"), 11),
        (("hosts", "gw1", "disks", 0), 12),
        (("hosts", "gw1", "disks", 1, "used", "warn"), 13),
        (("hosts", "gw1", "processes", 0), 15),
        (("hosts", "gw1", "processes", 1, "name"), 18),
        (("hosts", "gw1", "processes", 1, "cpu", "act"), 20),
    ],
)
def test_line_of_each_kind_of_key(path: Path, line: int) -> None:
    assert positions(DOCUMENT)[path] == line
    assert positions(DOCUMENT.replace("\n", "\r\n"))[path] == line


def paths_of(value: Any, here: Path = ()) -> set[Path]:
    found = {here} if here else set()
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= paths_of(inner, (*here, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found |= paths_of(inner, (*here, number))
    return found


keys = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=6),
)
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
values = st.recursive(
    st.one_of(words, st.integers(-(2**40), 2**40), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=8,
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document in many spellings; some are not valid TOML, and those are left out by the test."""
    gap = lambda: draw(st.sampled_from(["", " ", "  "]))  # noqa: E731
    end = lambda: draw(st.sampled_from(["\n", "\r\n", "  # ] } \" '''\n", "\n\n"]))  # noqa: E731

    def key() -> str:
        parts = draw(st.lists(keys, min_size=1, max_size=3))
        return f"{gap()}.{gap()}".join(quoted(part) for part in parts)

    def quoted(part: str) -> str:
        bare = part.isascii() and part.replace("-", "").replace("_", "").isalnum()
        return part if bare and draw(st.booleans()) else json.dumps(part, ensure_ascii=False).replace("\x7f", "\\u007f")

    def text(value: str) -> str:
        plain = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        forms = [plain]
        if "'" not in value and value.isprintable():
            forms += [f"'{value}'", f"'''\n{value}'''", f"'''{value}'' '''"]
        if value.isprintable() and "\\" not in value and '"' not in value:
            forms += [f'"""{value}\n[x]\ny = 1"""', f'"""\\\n  {value}"" """', f'"""{value}"""""']
        return draw(st.sampled_from(forms))

    def value_text(value: Any) -> str:
        if isinstance(value, str):
            return text(value)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, list):
            between = draw(st.sampled_from([", ", ",\n  ", " , # [ \n"]))
            tail = draw(st.sampled_from(["", "\n", ",\n"])) if value else ""
            return "[" + gap() + between.join(value_text(item) for item in value) + tail + "]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{quoted(k)}{gap()}={gap()}{value_text(v)}" for k, v in value.items()) + gap() + "}"
        return repr(value)

    lines = []
    for _number in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["pair", "pair", "pair", "table", "list"]))
        if kind == "pair":
            lines.append(f"{gap()}{key()}{gap()}={gap()}{value_text(draw(values))}{end()}")
        else:
            left, right = ("[", "]") if kind == "table" else ("[[", "]]")
            lines.append(f"{left}{gap()}{key()}{gap()}{right}{end()}")
    return "".join(lines)


@settings(deadline=None, max_examples=400)
@given(documents())
def test_same_keys_as_the_parser(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = positions(text)
    assert set(found) == paths_of(document)
    lines = text.replace("\r\n", "\n").split("\n")
    for path, line in found.items():
        last = path[-1]
        if isinstance(last, str) and last.isascii() and last.isalnum():
            assert last in lines[line - 1]


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(keys, values, max_size=4))
def test_same_keys_in_a_plain_table(document: dict[str, Any]) -> None:
    text = "".join(f"{json.dumps(key)} = {inline(value)}\n" for key, value in document.items()).replace(
        "\x7f", "\\u007f"
    )
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(positions(text)) == paths_of(parsed)


def inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(inner) for inner in value) + "]"
    return json.dumps(value) if isinstance(value, str | bool) else repr(value)
