"""Which definition is in force: the nearest word of the site wins, and what must not be given away stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load_site
from duty.alarm_catalog import BUILT_IN
from duty.alarm_def import AlarmDef, AlarmKey
from duty.alarm_rules import Definitions, applied
from duty.phrases import own
from duty.records import Subject
from duty.site import AlarmRule
from wire.words import say, speak

GOOD = Path(__file__).parents[1] / "config" / "good" / "alarms.toml"


@pytest.fixture(scope="module")
def site() -> Definitions:
    loaded = load_site(GOOD).site
    assert loaded is not None
    return Definitions(loaded)


def of(site: Definitions, definition: str, host: str, kind: str, key: str) -> AlarmDef:
    return site.of(AlarmKey(Subject(host, kind, key), definition))


def test_without_a_word_of_the_site_the_built_in_one_holds(site: Definitions) -> None:
    assert of(site, "line.no_link", "gw1", "line", "SGE-1") == BUILT_IN["line.no_link"]
    with pytest.raises(KeyError):
        of(site, "no.such", "gw1", "line", "SGE-1")


def test_the_nearest_word_wins_and_the_others_say_the_rest(site: Definitions) -> None:
    gateway = of(site, "process.missing", "gw1", "process", "order-gw")
    assert (gateway.owner, gateway.review_by, gateway.realarm_s) == ("desk", "2027-06-30", 600)
    assert (gateway.on_delay_s, gateway.respond_s) == (1, 120)
    other = of(site, "process.missing", "db1", "process", "oracle")
    assert (other.owner, other.realarm_s, other.on_delay_s) == ("desk", None, 2)


def test_a_word_on_a_thing_is_one_on_its_parts(site: Definitions) -> None:
    ping = of(site, "ping.rtt", "gw1", "ping", "SGE-1 10.9.0.1")
    assert (ping.deadband_percent, ping.latch, ping.realarm_s) == (10, False, None)
    assert of(site, "ping.rtt", "gw1", "ping", "SGE-10 x") == BUILT_IN["ping.rtt"]


def test_an_alarm_of_the_sites_own_has_its_words_in_each_language(site: Definitions) -> None:
    space = of(site, "app.check", "db1", "app", "space")
    assert (space.key, say(space.action)) == ("db.tablespace", "Call the database administrator.")
    speak("zh_CN")
    assert say(space.action) == "联系数据库管理员。"
    assert say(space.cause) == "The settlement tablespace is nearly used up."
    fatal = of(site, "event.act", "gw1", "event", "gw-log")
    assert (fatal.key, fatal.priority, say(fatal.consequence)) == ("gateway.fatal", 1, "报单中断。")
    speak("en")
    assert say(fatal.consequence) == "报单中断。", "in the only language there is"
    assert of(site, "app.check", "db1", "app", "front").key == "app.check"


def test_an_application_waits_as_long_as_its_own_hold_says(site: Definitions) -> None:
    assert of(site, "app.check", "db1", "app", "space").on_delay_s == 10
    assert of(site, "number.limit", "db1", "perf", "space used").on_delay_s == 10
    assert of(site, "app.certificate_ended", "db1", "app", "front").on_delay_s == 0


def test_no_two_words_together_take_the_latch_off_the_second_priority() -> None:
    made = applied(BUILT_IN["app.slow"], AlarmRule("app.slow", latch=False))
    assert not made.latch
    made = applied(made, AlarmRule("app.slow", thing="x", priority=2))
    assert made.latch and (made.priority, made.warn_priority) == (2, 4)
    assert applied(made, AlarmRule("app.slow", priority=4)).warn_priority == 4


def test_words_in_one_language_are_read_in_every_one() -> None:
    for language in ("zh_CN", "en"):
        speak(language)
        assert say(own({"zh_CN": "切换"})) == "切换"
    assert str(own({"en": "switch", "zh_CN": "切换"})) == "switch"
