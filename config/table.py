"""Base of every table of the site file: unknown keys refused, nothing converted silently, short forms allowed."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Table(BaseModel):
    """A table of the file. A subclass may have a short form: one value that stands for the whole table."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True
    )
    has_short_form: ClassVar[bool] = False

    @classmethod
    def from_short(cls, value: object) -> object:
        """The table that ``value`` stands for; what is no short form is given back as it is."""
        return value

    @classmethod
    def short_schemas(cls, table: JsonSchemaValue) -> list[JsonSchemaValue]:
        """What may stand instead of the table, whose own schema is given."""
        return [{"type": "string"}]

    @model_validator(mode="before")
    @classmethod
    def _either_form(cls, value: object) -> object:
        return value if isinstance(value, dict | cls) else cls.from_short(value)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler, /) -> JsonSchemaValue:
        reference = handler(core)
        if not cls.has_short_form:
            return reference
        table = handler.resolve_ref_schema(reference)
        if "anyOf" not in table:
            whole = {key: table.pop(key) for key in list(table) if key not in ("title", "description")}
            table["anyOf"] = [*cls.short_schemas(whole), whole]
        return reference
