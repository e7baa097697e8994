"""Words for people: gettext catalogs, shipped in ``wire/locale``. English is the source."""

from __future__ import annotations

import gettext
import os
from functools import cached_property
from pathlib import Path

from duty.log_words import Say
from duty.phrases import OWN, Phrase, fill, render

DOMAIN = "watchkeeper"
LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("en", "zh_CN")

_catalog: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def language_from(environ: dict[str, str] | os._Environ[str], asked: str | None = None) -> str:
    """The language to speak: what was asked for, else the locale variables, else English."""
    for value in (
        asked,
        *(environ.get(name) for name in ("WATCHKEEPER_LANG", "LC_ALL", "LC_MESSAGES", "LANG")),
    ):
        if not value:
            continue
        code = value.split(".")[0].replace("-", "_")
        for known in LANGUAGES:
            if code == known or code.split("_")[0] == known.split("_")[0]:
                return known
        return "en"
    return "en"


def speak(language: str) -> None:
    """Use ``language`` in this process from now on."""
    global _catalog, _language
    _language = language if language in LANGUAGES else "en"
    _catalog = gettext.translation(DOMAIN, LOCALE, languages=[_language], fallback=True)


def language() -> str:
    """The language spoken now."""
    return _language


def _(template: str, **values: str | int | float) -> str:
    """The sentence in the reader's language with its values put in."""
    said = _translated(template)
    return fill(said, values) if values else said


def say(said: Phrase) -> str:
    """A phrase that came from the engine, in the reader's language."""
    if said.template == OWN and _language in said.values:
        said = Phrase(OWN, {"own": said.values[_language]}, said.of)
    return render(said, _translated)


class EveryLanguage:
    """The engine's sentences in all languages that ship. The catalogs are read when they are asked for first."""

    @cached_property
    def edition(self) -> str:
        """A digest of the catalogs."""
        from hashlib import sha256

        digest = sha256()
        for one in LANGUAGES:
            file = LOCALE / one / "LC_MESSAGES" / f"{DOMAIN}.mo"
            digest.update(one.encode() + (file.read_bytes() if file.exists() else b""))
        return digest.hexdigest()[:16]

    @cached_property
    def say(self) -> Say:
        """A sentence in each language that has words of its own for it."""
        catalogs = [gettext.translation(DOMAIN, LOCALE, languages=[one], fallback=True) for one in LANGUAGES]

        def every(said: Phrase) -> tuple[str, ...]:
            return tuple(dict.fromkeys(render(said, one.gettext if said.template else str) for one in catalogs))

        return every


EVERY_LANGUAGE = EveryLanguage()


def _translated(template: str) -> str:
    # The empty sentence is the catalog's header to gettext: a phrase without words must not print it.
    return _catalog.gettext(template) if template else ""
