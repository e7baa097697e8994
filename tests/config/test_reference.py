"""The schema completes every key and lets through what loads; the tables of the documents follow it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from config.schema import schema
from tests.config.reference import PAGE, with_tables

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[2]


def test_the_tables_of_the_document_are_current() -> None:
    text = PAGE.read_text("utf-8")
    assert with_tables(text) == text, "run: python -m tests.config.reference"


def nodes(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        return [node, *(inner for value in node.values() for inner in nodes(value))]
    return [inner for value in node for inner in nodes(value)] if isinstance(node, list) else []


def test_every_key_has_words() -> None:
    for node in nodes(schema()):
        for key, inner in node.get("properties", {}).items():
            if "type" in node:
                assert inner.get("description") or "$ref" in inner, key


def test_nothing_may_be_null_and_nothing_unknown() -> None:
    for node in nodes(schema()):
        assert node.get("type") != "null"
        if node.get("type") == "object" and "properties" in node:
            assert node["additionalProperties"] is False


def fits(value: Any, node: dict[str, Any], root: dict[str, Any]) -> bool:
    """The part of JSON Schema that our schema uses."""
    if "$ref" in node and not fits(value, root["$defs"][node["$ref"].rpartition("/")[2]], root):
        return False
    if "anyOf" in node and not any(fits(value, each, root) for each in node["anyOf"]):
        return False
    if ("const" in node and value != node["const"]) or ("enum" in node and value not in node["enum"]):
        return False
    kinds: dict[str, Any] = {"string": str, "boolean": bool, "array": list, "object": dict, "integer": int}
    kind = node.get("type")
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= node.get("minimum", value)
    if kind and (not isinstance(value, kinds[kind]) or (kind == "integer" and isinstance(value, bool))):
        return False
    if kind == "integer":
        return bool(node.get("minimum", value) <= value <= node.get("maximum", value))
    if kind == "string":
        return re.search(node.get("pattern", ""), value) is not None
    if kind == "array":
        return all(fits(item, node.get("items", {}), root) for item in value)
    if kind == "object":
        return fits_table(value, node, root)
    return True


def fits_table(value: dict[str, Any], node: dict[str, Any], root: dict[str, Any]) -> bool:
    known, others = node.get("properties", {}), node.get("additionalProperties", True)
    if set(node.get("required", ())) - set(value):
        return False
    for key, inner in value.items():
        if key not in known and others is False:
            return False
        if not fits(inner, known.get(key, others if isinstance(others, dict) else {}), root):
            return False
    return True


@pytest.mark.parametrize(
    "path",
    [*sorted((HERE / "good").glob("*.toml")), *sorted((ROOT / "examples").glob("*.toml"))],
    ids=lambda path: path.stem,
)
def test_what_loads_fits_the_schema(path: Path) -> None:
    root = schema()
    assert fits(tomllib.loads(path.read_text("utf-8")), root, root)


@pytest.mark.parametrize(
    "name", ["key-unknown-in-host", "key-unknown-in-levels", "interval-without-unit", "site-name-missing", "port-text",
             "capacity-without-unit", "language-unknown", "host-not-a-table", "processes-not-a-list", "max-dials-zero"],
)  # fmt: skip
def test_what_an_editor_can_see_is_wrong_does_not_fit(name: str) -> None:
    root = schema()
    assert not fits(tomllib.loads((HERE / "bad" / f"{name}.toml").read_text("utf-8")), root, root)
