"""``watchkeeper alarms``: the definitions in force, with what each means and what the operator does."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cli.codes import Exit
from cli.site_file import loaded_site
from cli.speak import out, wrapped
from config.find import find_site
from duty.alarm_catalog import CHAPTERS
from duty.alarm_def import AlarmDef
from duty.alarm_rules import applied
from duty.site import AlarmRule
from tui.alarm_guidance import in_time, priorities, texts
from wire.words import _, say

_TIMES = ("respond_s", "on_delay_s", "off_delay_s", "realarm_s")
_SAID = ("cause", "consequence", "action")


class Listed(msgspec.Struct, frozen=True):
    """A definition and for whom it holds: ``rule`` is the site's word on it, if that is for some only or its own."""

    definition: AlarmDef
    heading: str
    rule: AlarmRule | None = None


def run(args: argparse.Namespace) -> int:
    """Print all of them. Without a site file: the built-in ones. With ``--review`` the load they were."""
    if args.review:
        from cli.alarm_review import run as reviewed

        return reviewed(args)
    rules: tuple[AlarmRule, ...] = ()
    if not args.practice and find_site(args.site, os.environ, Path.cwd()) is not None:
        site = loaded_site(args)
        if isinstance(site, int):
            return site
        rules = site.alarms
    found = list(listed(rules))
    if args.json:
        out(json.dumps([_as_json(one) for one in found], ensure_ascii=False, indent=2))
        return Exit.WELL
    heading = ""
    for one in found:
        if one.heading != heading:
            heading = one.heading
            out(f"{heading}\n")
        out(text(one) + "\n")
    return Exit.WELL


def listed(rules: tuple[AlarmRule, ...]) -> Iterator[Listed]:
    """Every definition, with what the site says for all in it, followed by those that hold for some only."""
    for heading, chapter in CHAPTERS:
        for built_in in chapter:
            mine = [rule for rule in rules if (rule.condition or rule.key) == built_in.key]
            base = built_in
            for rule in (rule for rule in mine if not _scope(rule)):
                base = applied(base, rule)
            yield Listed(base, _(heading))
            for rule in (rule for rule in mine if _scope(rule)):
                yield Listed(applied(base, rule), _(heading), rule)


def _scope(rule: AlarmRule) -> str:
    words = (
        (_("role {name}", name=rule.role) if rule.role else ""),
        (_("host {name}", name=rule.host) if rule.host else ""),
        rule.thing,
    )
    return ", ".join(word for word in words if word)


def text(one: Listed) -> str:
    """One definition in lines."""
    made = one.definition
    head = made.key
    if one.rule is not None:
        head = f"{head}  ({_scope(one.rule)})"
    if one.rule is not None and one.rule.condition:
        head = f"{head}  ← {one.rule.condition}"
    rows = [
        (_("priority"), priorities(made)),
        (_("in time"), " · ".join(in_time(made))),
        *[(label, say(said)) for label, said in texts(made)],
    ]
    if made.owner or made.review_by:
        review = _("to be looked at again by {date}", date=made.review_by) if made.review_by else ""
        rows.append((_("answers for it"), " · ".join(part for part in (made.owner, review) if part)))
    return "\n".join([head, *[wrapped(f"    {label}: {words}", 8) for label, words in rows]])


def _as_json(one: Listed) -> dict[str, object]:
    made, rule = one.definition, one.rule
    found: dict[str, object] = {"key": made.key}
    if rule is not None:
        found |= {"condition": rule.condition or rule.key, "role": rule.role, "host": rule.host, "thing": rule.thing}
    found |= {"priority": made.priority, "warn_priority": made.warn_priority}
    found |= {name: getattr(made, name) for name in _TIMES}
    found |= {"deadband_percent": made.deadband_percent, "latch": made.latch}
    found |= {"owner": made.owner, "review_by": made.review_by, "version": made.version}
    return found | {name: say(getattr(made, name)) for name in _SAID}
