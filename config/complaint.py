"""The validator's errors as problems in words. The library's own sentences are English and speak of Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from config.model import SiteFile
from config.positions import Path
from config.problems import nearest
from config.refusal import shown
from duty.phrases import N_, Phrase, phrase

_TYPES: dict[str, str] = {
    "string_type": N_("text in quotes"),
    "bool_type": N_("true or false, without quotes"),
    "list_type": N_("a list in [ ]"),
    "dict_type": N_("a table"),
    "model_type": N_("a table"),
    "int_type": N_("a whole number"),
    "int_from_float": N_("a whole number"),
}


class Complaint(Exception):
    """A problem before its file and line are known."""

    def __init__(self, path: Path, wanted: Phrase, got: str = "", suggestion: str | None = None) -> None:
        super().__init__(str(wanted))
        self.path = path
        self.wanted = wanted
        self.got = got
        self.suggestion = suggestion


def complaint(error: ErrorDetails) -> Complaint:
    """One error of the validator."""
    path: Path = tuple(error["loc"])
    context: Mapping[str, object] = error.get("ctx", {})
    got = shown(error["input"])
    match error["type"]:
        case "wanted":
            wanted, suggestion = context["wanted"], context.get("suggestion")
            assert isinstance(wanted, Phrase)
            return Complaint(path, wanted, got, suggestion if isinstance(suggestion, str) else None)
        case "extra_forbidden":
            return _unknown(path)
        case "missing":
            return Complaint(path, phrase("this key; it must be given"))
        case "literal_error":
            return Complaint(
                path, phrase("one of {words}", words=str(context.get("expected", "")).replace("' or '", "', '")), got
            )
        case "greater_than_equal" | "less_than_equal":
            least, most = (str(context.get(name, "")) for name in ("ge", "le"))
            wanted = phrase("at least {least}", least=least) if least else phrase("at most {most}", most=most)
            return Complaint(path, wanted, got)
        case kind:
            return Complaint(path, Phrase(_TYPES.get(kind, N_("another kind of value"))), got)


def _unknown(path: Path) -> Complaint:
    known = known_keys(path[:-1])
    word = str(path[-1])
    suggestion = nearest(word, known)
    return Complaint(
        path, phrase("one of the known keys: {words}", words=", ".join(known)), dotted_word(word), suggestion
    )


def dotted_word(word: str) -> str:
    """A key as it stands in the file."""
    return shown(word)[1:-1]


def known_keys(path: Path) -> list[str]:
    """The keys that may stand in the table at ``path``."""
    place: object = SiteFile
    for part in path:
        if table := _table(place):
            field = table.model_fields.get(str(part)) or _by_alias(table, str(part))
            place = field.annotation if field else None
        else:
            place = (get_args(_plain(place)) or (None,))[-1]
    table = _table(place)
    return [field.alias or name for name, field in table.model_fields.items()] if table else []


def _by_alias(table: type[BaseModel], key: str) -> FieldInfo | None:
    return next((field for field in table.model_fields.values() if field.alias == key), None)


def _plain(place: object) -> object:
    """Without ``| None``."""
    if get_origin(place) in (dict, list):
        return place
    options = [option for option in get_args(place) if option is not type(None)]
    return options[0] if options else place


def _table(place: object) -> type[BaseModel] | None:
    place = _plain(place)
    return place if isinstance(place, type) and issubclass(place, BaseModel) else None
