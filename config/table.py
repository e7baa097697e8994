"""Base of every table of the site file: unknown keys refused, nothing converted silently, short forms allowed."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Table(BaseModel):
    """A table of the file. A subclass may have a short form: one value that stands for the whole table."""

    # Only the whole file is ever validated: a validator for each table by itself would be built for nothing.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True, hide_input_in_errors=True)
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
        table = handler.resolve_ref_schema(reference)
        if "anyOf" in table:
            return reference
        # The library can read these words by itself, but does so while the tables are defined: every start of a watch
        # would wait for words that are of use here alone.
        for name, words in _words_under_fields(cls).items():
            table["properties"][cls.model_fields[name].alias or name]["description"] = words
        if cls.has_short_form:
            whole = {key: table.pop(key) for key in list(table) if key not in ("title", "description")}
            table["anyOf"] = [*cls.short_schemas(whole), whole]
        return reference


@cache
def _words_under_fields(table: type[Table]) -> Mapping[str, str]:
    """By field, the docstring that stands under it, in the class itself or in one it is made from."""
    found: dict[str, str] = {}
    for made_from in reversed(table.__mro__):
        # One that was made from a generic table has its words from that one, and no source of its own.
        if issubclass(made_from, Table) and not made_from.__pydantic_generic_metadata__["origin"]:
            (tree,) = ast.parse(inspect.getsource(made_from)).body
            assert isinstance(tree, ast.ClassDef)
            for field, under in pairwise(tree.body):
                match field, under:
                    case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(words))):
                        found[name] = inspect.cleandoc(words)
    return {name: words for name, words in found.items() if name in table.model_fields}
