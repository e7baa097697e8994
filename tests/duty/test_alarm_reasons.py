"""Every sentence that the rules can give as a reason has its alarm, and no alarm is without one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from duty.alarm_catalog import BUILT_IN
from duty.alarm_reasons import LINKS, REASONS, reason_of
from duty.connection import Link
from duty.phrases import Phrase, phrase
from duty.quality import State

ROOT = Path(__file__).parents[2]
RULES = {
    "process": ("processes", "process_demand", "outlooks"),
    "line": ("lines",),
    "ping": ("pings",),
    "disk": ("disks",),
    "app": ("apps", "perf", "outlooks"),
    "event": ("events",),
    "machine": ("machine", "host_health"),
    "clock": ("clock_offset",),
}
"""Where the reasons of each kind are given, in ``duty``."""
NO_REASONS = {
    # the condition of a mount in words, for evidence
    "mounted",
    "does not answer",
    # lines of the duty log
    "to act on: {first}",
    "{first}",
    "{count} lines to act on, from {first} to {last}",
    "{count} lines, from {first} to {last}",
    # what a forecast says where it is no reason
    "{what}: no time to its limit, history too short",
    "{what}: no time to its limit, it jumped a short while ago",
    "{what}: no time to its limit, flat",
    "{what}: no time to its limit, moving away from it",
}


def templates(path: Path) -> set[str]:
    """Every literal sentence of a file: of ``phrase``, ``N_`` and ``Phrase``."""
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("phrase", "N_", "Phrase")
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


@pytest.mark.parametrize("kind", RULES)
def test_every_reason_of_the_rules_has_its_alarm(kind: str) -> None:
    said = set().union(*(templates(ROOT / "duty" / f"{name}.py") for name in RULES[kind]))
    known = set(REASONS["line"] if kind == "ping" else REASONS[kind]) | NO_REASONS
    assert said - known == set()


def test_every_reason_with_an_alarm_is_given_somewhere() -> None:
    rules = {name for names in RULES.values() for name in names}
    said = set().union(*(templates(ROOT / "duty" / f"{name}.py") for name in rules))
    said |= set().union(*(templates(path) for path in (ROOT / "collectors" / "apps").glob("*.py")))
    assert {template for table in REASONS.values() for template in table} - said == set()


def test_every_definition_comes_of_something() -> None:
    raised = {each for table in REASONS.values() for one in table.values() for each in (one.definition, one.doubt)}
    raised |= set(LINKS.values())
    others = {"event.watch", "event.unread", "connection.stalled", "section.unread", "machine.rebooted"}
    assert (raised | others) - {"", None} == set(BUILT_IN)


def test_every_way_a_connection_fails_has_its_alarm() -> None:
    assert set(Link) - set(LINKS) == {Link.IDLE, Link.DIALLING, Link.UP, Link.SLOW}


def test_words_of_the_collectors_mean_no_answer_unless_they_have_a_meaning_of_their_own() -> None:
    said = set().union(*(templates(path) for path in (ROOT / "collectors" / "apps").glob("*.py")))
    own = said & set(REASONS["app"])
    assert {REASONS["app"][template].definition for template in own} == {
        "", "app.wrong_status", "app.wrong_text", "app.wrong_banner"
    }  # fmt: skip
    assert {reason_of("app", Phrase(each), State.ACT).definition for each in said - own} == {"app.no_answer"}
    assert reason_of("event", phrase("{subject} cannot be read", subject="x"), State.UNKNOWN).doubt == "event.unread"


def test_a_line_is_to_be_acted_on_or_watched_by_its_state() -> None:
    line = phrase("{line}", line="FATAL")
    assert reason_of("event", line, State.ACT).definition == "event.act"
    assert reason_of("event", line, State.WARN).definition == "event.watch"
