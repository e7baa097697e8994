"""The JSON Schema of the site file, for editors that complete and check TOML."""

from __future__ import annotations

import json

from pydantic.json_schema import JsonSchemaValue

from config.model import SiteFile


def schema() -> JsonSchemaValue:
    """The schema. TOML has no null: a key that may be left out is simply not required."""
    made = SiteFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_tidy(made)}


def schema_text() -> str:
    """The schema as it is printed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _tidy(node: JsonSchemaValue) -> JsonSchemaValue:
    tidy: JsonSchemaValue = {}
    for key, value in node.items():
        if (key == "title" and isinstance(value, str)) or (key == "default" and value is None):
            continue
        tidy[key] = _inner(value)
    options = tidy.get("anyOf")
    if isinstance(options, list):
        options = [option for option in options if option != {"type": "null"}]
        if len(options) == 1 and isinstance(options[0], dict):
            del tidy["anyOf"]
            tidy = {**options[0], **tidy}
        else:
            tidy["anyOf"] = options
    return tidy


def _inner(value: object) -> object:
    if isinstance(value, dict):
        return _tidy(value)
    return [_inner(item) for item in value] if isinstance(value, list) else value
