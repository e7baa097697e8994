"""The tables of docs/configuration.md, in the words that editors show. ``python -m tests.config.reference`` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.schema import schema

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
BEGIN = "<!-- {name}: made from the schema -->"
END = "<!-- end of {name} -->"
TABLES = (
    "Site", "Session", "History", "Role", "Host", "Process", "Line", "Ping", "Disk", "App", "Event",
    "EventPattern", "Health", "Clock",
    "PersonTable", "ContactTable", "Incidents", "LevelTable", "StepTable", "ReportTable", "TemplateTable", "Alarm",
    "Maintenance",
    "Emergency", "EmergencyStep",
)  # fmt: skip

WRITTEN = {
    "Count": '`3`, `"1-4"`, `"2+"`, `{ min = 1, max = 4 }`',
    "Capacity": '`"100Mbit"`, `{ in = "100Mbit", out = "20Mbit" }`',
    "PercentLevels": '`85`, `"85%"`, `{ warn = 70, act = 85 }`, `"off"`',
    "CpuLevels": '`180`, `"180%"`, `{ warn = 150, act = 180 }`, `"off"`',
    "SizeLevels": '`"2GiB"`, `{ warn = "1GiB", act = "2GiB" }`, `"off"`',
    "CountLevels": '`900`, `{ warn = 800, act = 900 }`, `"off"`',
    "RateLevels": '`0.5`, `"6/min"`, `{ warn = 0.1, act = 1 }`, `"off"`',
    "PlainLevels": '`85`, `{ warn = 70, act = 85 }`, `"off"`',
    "Health": '`{ memory = 95 }`, `"off"`',
    "Clock": '`{ offset = "2s" }`, `"off"`',
    "WithinLevels": '`"8h"`, `{ warn = "3d", act = "8h" }`, `"off"`',
    "Session": "a session, see below",
    "History": "a table, see below",
    "SecondsLevels": '`"1s"`, `{ warn = "200ms", act = "1s" }`, `"off"`',
    "DaysLevels": '`7`, `{ warn = 30, act = 7 }`, `"off"`',
    "NumberLevels": '`900`, `"90%"`, `{ warn = "<2GiB", act = "<1GiB" }`, `"off"`',
    "PersonTable": "a person, see below",
    "ContactTable": "a contact, see below",
    "Incidents": "a table, see below",
    "LevelTable": "a level, see below",
    "TemplateTable": "a template, see below",
    "StepTable": "a step, see below",
    "EmergencyStep": "a step, see below",
    "ReportTable": "a report, see below",
    "App": "an application, see below",
    "Process": "a process, see below",
    "Line": "a line, see below",
    "Ping": "a ping target, see below",
    "Disk": "a disk, see below",
    "Event": "a log, see below",
    "Words": '`"text"`, `{ en = "text", zh_CN = "文字" }`',
    "Alarm": "an alarm, see below",
    "Maintenance": "a window, see below",
    "EventPattern": '`"FATAL"`, a pattern, see below',
}


def value(node: dict[str, Any]) -> str:
    """How a value is written, for the middle column."""
    if "$ref" in node:
        return WRITTEN[node["$ref"].rpartition("/")[2]]
    if "anyOf" in node:
        return ", ".join(dict.fromkeys(value(each) for each in node["anyOf"]))
    if "enum" in node:
        return ", ".join(f'`"{each}"`' for each in node["enum"])
    if "const" in node:
        return f'`"{node["const"]}"`'
    if node.get("examples"):
        return ", ".join(f'`"{each}"`' for each in node["examples"])
    if node["type"] == "object":
        return f"table of: {value(node['additionalProperties'])}"
    if node["type"] == "array":
        return f"list of: {value(node['items'])}"
    return {"string": "text", "boolean": "`true`, `false`", "integer": "whole number", "number": "number"}[node["type"]]


def table(name: str) -> str:
    """One table in Markdown."""
    found = schema()["$defs"][name]
    whole = next((each for each in found.get("anyOf", []) if "properties" in each), found)
    rows = ["| key | written as | meaning |", "|---|---|---|"]
    for key, node in whole["properties"].items():
        words = node.get("description", "")
        if key in whole.get("required", ()):
            words += " **Must be given.**"
        elif node.get("default") not in (None, False) and "Default" not in words:
            words += f" Default: {default(node)}."
        rows.append(f"| `{key}` | {value(node)} | {words} |")
    return "\n".join(row.replace("\n", " ") for row in rows)


def default(node: dict[str, Any]) -> str:
    """A default as it would stand in the file."""
    found = node["default"]
    if isinstance(found, float):
        return f'`"{found:g}s"`'
    return f'`"{found}"`' if isinstance(found, str) else f"`{found}`"


def with_tables(text: str) -> str:
    """The page with each table between its marks made anew."""
    for name in TABLES:
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, _mark, rest = text.partition(begin)
        after = rest.partition(end)[2]
        text = f"{before}{begin}\n\n{table(name)}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
