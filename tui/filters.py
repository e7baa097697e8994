"""One filter over all panels: words and ``field:value`` terms, all of which must hold of a row.

``host:order-gw`` ``role:gateway`` ``group:exchange`` ``state:act,warn`` ``state:bad`` and free text; a leading ``-``
turns a term round. Free text is looked for in everything the row says. Case does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from duty.board import HostView
from duty.phrases import Phrase, phrase
from duty.quality import Quality, State

FIELDS = ("host", "role", "group", "state")
STATES: dict[str, frozenset[State]] = {
    "ok": frozenset({State.OK}),
    "info": frozenset({State.UNJUDGED}),
    "warn": frozenset({State.WARN}),
    "unknown": frozenset({State.UNKNOWN}),
    "act": frozenset({State.ACT}),
    "bad": frozenset({State.WARN, State.UNKNOWN, State.ACT}),
}
"""Words of ``state:``. A host that is not read well is ``unknown`` too, whatever its last state was."""


class Term(msgspec.Struct, frozen=True):
    """One condition. ``field`` is empty for free text; one of ``values`` must fit, none if ``negated``."""

    field: str
    values: tuple[str, ...]
    negated: bool = False


class Filter(msgspec.Struct, frozen=True):
    """All terms must hold. An empty one lets everything through."""

    text: str = ""
    terms: tuple[Term, ...] = ()
    problems_only: bool = False

    @property
    def active(self) -> bool:
        """Whether anything is kept from sight."""
        return bool(self.terms) or self.problems_only

    def lets_through(self, host: HostView | None, state: State, words: Iterable[str]) -> bool:
        """Whether a row about something on ``host`` in ``state``, saying ``words``, is shown."""
        if not self.active:
            return True
        states = _states(host, state)
        if self.problems_only and not states & STATES["bad"]:
            return False
        said = "\n".join(words).casefold()
        return all(_holds(term, host, states, said) is not term.negated for term in self.terms)


def parse(text: str, *, problems_only: bool = False) -> Filter | Phrase:
    """The filter that ``text`` says, or why it cannot be understood."""
    terms: list[Term] = []
    for word in text.casefold().split():
        negated = word.startswith("-") and len(word) > 1
        name, colon, value = word.removeprefix("-" if negated else "").partition(":")
        if not colon:
            terms.append(Term("", (name,), negated))
            continue
        if name not in FIELDS:
            near = get_close_matches(name, FIELDS, 1, 0.5)
            if near:
                return phrase("{field}: is no field; did you mean {near}:?", field=name, near=near[0])
            return phrase("{field}: is no field; there are {fields}", field=name, fields=", ".join(FIELDS))
        values = tuple(one for one in value.split(",") if one)
        if not values:
            continue  # still being typed
        if name == "state" and (wrong := next((v for v in values if not _meant(v)), None)) is not None:
            return phrase("{state} is no state; there are {states}", state=wrong, states=", ".join(STATES))
        terms.append(Term(name, values, negated))
    return Filter(text.strip(), tuple(terms), problems_only)


def _meant(word: str) -> frozenset[State]:
    """The states whose names begin with ``word``: typing shows something from the first letter on."""
    return frozenset().union(*(states for name, states in STATES.items() if name.startswith(word)))


def _states(host: HostView | None, state: State) -> frozenset[State]:
    if host is not None and host.quality is not Quality.GOOD:
        return frozenset({state, State.UNKNOWN})
    return frozenset({state})


def _holds(term: Term, host: HostView | None, states: frozenset[State], said: str) -> bool:
    if term.field == "":
        return term.values[0] in said
    if term.field == "state":
        return any(states & _meant(value) for value in term.values)
    if host is None:
        return False
    known = {"host": (host.id, host.label), "role": (host.role,), "group": (host.group,)}[term.field]
    return any(value in one.casefold() for value in term.values for one in known)
