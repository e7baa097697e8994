"""The catalogs: sentences collected from the code, merged into each language, compiled. `make words` runs it."""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from duty.phrases import _FIELD
from wire.words import DOMAIN, LANGUAGES, LOCALE

ROOT = Path(__file__).parents[2]
CODE = ("duty", "wire", "config", "collectors", "storage", "watch", "practice", "tui", "cli")
CALLS = ("_", "N_", "phrase")
THEMSELVES = ("duty/phrases.py", "wire/words.py")
"""Where the functions are defined, and call each other with variables."""
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
TRANSLATED = tuple(name for name in LANGUAGES if name != "en")


def fields(template: str) -> set[str]:
    """The ``{fields}`` of a template."""
    return set(_FIELD.findall(template))


def sources() -> Iterator[Path]:
    """Every Python file of the product."""
    for folder in CODE:
        yield from sorted((ROOT / folder).rglob("*.py"))


def collect() -> Catalog:
    """All sentences of the code, in order of file, without line numbers: moving code changes no catalog."""
    catalog = _headed(Catalog(domain=DOMAIN))
    for folder in CODE:
        found = extract_from_dir(
            ROOT / folder,
            method_map=[("**.py", "python")],
            keywords=dict.fromkeys(CALLS),
            comment_tags=("For translators:",),
            strip_comment_tags=True,
        )
        for name, _line, sentence, comments, context in found:
            catalog.add(sentence, None, [(f"{folder}/{name}", 1)], auto_comments=comments, context=context)
    return catalog


_PERCENT = re.compile(r"%(?:\(\w+\))?[rsd]")
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""One date for all catalogs: a catalog changes only when a sentence does."""


def po_path(language: str) -> Path:
    """The translated sentences of a language, as people edit them."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(path: Path, language: str | None = None) -> Catalog:
    """A catalog from its file."""
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def compiled(catalog: Catalog) -> bytes:
    """What gettext reads."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """Sentences without a translation, or with one nobody has confirmed."""
    return [str(message.id) for message in catalog if message.id and (not message.string or message.fuzzy)]


def strange_fields(catalog: Catalog) -> list[str]:
    """Sentences whose translation names other fields than they do."""
    return [
        f"{message.id!r}: {message.string!r}"
        for message in catalog
        if message.id and message.string and _places(str(message.id)) != _places(str(message.string))
    ]


def _places(text: str) -> tuple[set[str], list[str]]:
    # The library that reads the command line fills its own sentences by %, so those must agree too.
    return fields(text), sorted(_PERCENT.findall(text))


def crooked_calls() -> list[str]:
    """Calls that cannot be collected, or whose values do not fit their template's fields, as ``file:line: what``."""
    return [
        f"{path.relative_to(ROOT).as_posix()}:{complaint}"
        for path in sources()
        if path.relative_to(ROOT).as_posix() not in THEMSELVES
        for complaint in crooked(path.read_text("utf-8"))
    ]


def crooked(code: str) -> list[str]:
    """The same for one file's text, as ``line: what``."""
    tree = ast.parse(code)
    unseen = {id(call) for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for call in ast.walk(text)}
    return [
        f"{node.lineno}: {what}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (function := _called(node)) in CALLS
        for what in _crooked(node, function, collected=id(node) not in unseen)
    ]


def spoken(code: str) -> set[str]:
    """The sentences that one file's text says, wherever they stand in it."""
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(code))
        if isinstance(call, ast.Call) and _called(call) in CALLS and call.args
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


def _called(call: ast.Call) -> str:
    """The bare name of what is called, also where it is called through its module."""
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _crooked(call: ast.Call, function: str, *, collected: bool) -> Iterator[str]:
    first = call.args[0] if call.args else None
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        # _(TABLE[key]) is right: the table's sentences are marked by N_ where they stand. A made-up one is not.
        if function != "_" or not isinstance(first, ast.Name | ast.Attribute | ast.Subscript):
            yield f"{function}() needs a literal sentence"
        return
    if not collected:  # the collector reads tokens, and to it a whole f-string is one
        yield f"{function}({first.value!r}) in an f-string is not collected"
    if not first.value:
        yield f"{function}('') is the catalog's header to gettext"
    given = {keyword.arg for keyword in call.keywords}
    if function == "N_" or None in given or (function == "_" and not given):
        return
    wanted = fields(first.value)
    if wanted != given:
        yield f"{function}({first.value!r}) has fields {sorted(wanted)} but is given {sorted(map(str, given))}"


def update() -> int:
    """Write the template, merge it into each language, compile."""
    collected = collect()
    LOCALE.mkdir(exist_ok=True)
    _write(TEMPLATE, collected)
    missing = 0
    for language in TRANSLATED:
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = read(path, language) if path.exists() else Catalog(locale=language, domain=DOMAIN)
        catalog.update(collected, no_fuzzy_matching=True)
        _write(path, _headed(catalog))
        path.with_suffix(".mo").write_bytes(compiled(read(path, language)))
        for sentence in untranslated(catalog):
            missing += 1
            print(f"{language}: no translation: {sentence!r}")
    return missing


def problems() -> list[str]:
    """All that is wrong with the catalogs as they lie in the tree."""
    found = crooked_calls()
    wanted = {message.id for message in collect() if message.id}
    said = {sentence for path in sources() for sentence in spoken(path.read_text("utf-8"))}
    found += [f"said, but not collected: {sentence!r}" for sentence in sorted(said - wanted)]
    for path, language in ((TEMPLATE, None), *((po_path(name), name) for name in TRANSLATED)):
        name = path.relative_to(ROOT)
        catalog = read(path, language)
        have = {message.id for message in catalog if message.id}
        found += [f"{name}: lacks {sentence!r} (make words)" for sentence in sorted(map(str, wanted - have))]
        found += [
            f"{name}: nobody says {sentence!r} any more (make words)" for sentence in sorted(map(str, have - wanted))
        ]
        if language is None:
            continue
        found += [f"{name}: no translation of {sentence!r}" for sentence in untranslated(catalog)]
        found += [f"{name}: other fields: {pair}" for pair in strange_fields(catalog)]
        if path.with_suffix(".mo").read_bytes() != compiled(catalog):
            found.append(f"{name}: the compiled catalog is another one (make words)")
    return found


def _headed(catalog: Catalog) -> Catalog:
    catalog.creation_date = catalog.revision_date = _EPOCH
    catalog.project, catalog.version, catalog.fuzzy = DOMAIN, "0", False
    catalog.copyright_holder = catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = ""
    catalog.header_comment = "# The sentences of Watchkeeper. English is the source; see CONTRIBUTING.md."
    return catalog


def _write(path: Path, catalog: Catalog) -> None:
    out = io.BytesIO()
    write_po(out, catalog, width=0, ignore_obsolete=True, include_lineno=False)
    path.write_bytes(out.getvalue())


def main(word: str) -> int:
    """``update`` or ``check``; returns the exit code."""
    if word == "update":
        return 1 if update() else 0
    found = problems()
    print("\n".join(found) or "translations are complete and current")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
