"""What the levels of incidents mean, how soon somebody must answer, who is told next, and which reports are due."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from duty.phrases import N_

MINUTE, HOUR = 60.0, 3_600.0


class Told(StrEnum):
    """Who has to know next."""

    SEAT = "seat"
    LEAD = "lead"
    MANAGER = "manager"


TOLD_WORDS = {Told.SEAT: N_("the other seat"), Told.LEAD: N_("the lead"), Told.MANAGER: N_("the manager")}


class EscalationStep(msgspec.Struct, frozen=True, array_like=True):
    """One step: who has to know when so much time has passed and nobody took the incident. ``after_s`` seconds."""

    to: Told
    after_s: float


class LevelRule(msgspec.Struct, frozen=True):
    """One level. Seconds of ``respond_s`` and of the steps are of trading time where ``trading``."""

    level: int
    meaning: str
    """A msgid, or the site's own words."""
    respond_s: float | None
    """Somebody has taken it by then."""
    escalation: tuple[EscalationStep, ...] = ()
    """In the order in which they come due."""
    review_days: int | None = None
    """Days after its resolution by which it is reviewed; ``None``: it may be closed without."""
    trading: bool = True
    """Counted in trading time where the site names sessions, else by the clock on the wall."""


class ReportRule(msgspec.Struct, frozen=True):
    """One report to somebody outside, as a clock. Exactly one of ``within_s`` and ``workdays`` says how long it has."""

    key: str
    what: str
    """A msgid, or the site's own words."""
    source: str
    """The rule that asks for it, in its own words and language."""
    levels: tuple[int, ...] = (1,)
    since: str = "awareness"
    """``awareness``: since it was opened; ``classification``: since it got its level."""
    within_s: float | None = None
    workdays: int | None = None
    """Days from Monday to Friday, holidays not known."""
    again_s: float | None = None
    """After each report the next is due so many seconds later, until the service is back."""


class Contact(msgspec.Struct, frozen=True):
    """Somebody who is called when it matters."""

    name: str
    what: str
    """vendor, exchange, line or other."""
    phone: str
    tested: str = ""
    """ISO date on which the number was last tried; empty: never."""


UNTESTED_DAYS = 90
"""Days after which a contact that was not tried is said to be untested. Source: domain model 4.7 (after RTS 6)."""

_SEAT, _LEAD, _MANAGER = Told.SEAT, Told.LEAD, Told.MANAGER
DEFAULT_LEVELS = (
    LevelRule(
        1, N_("trading lost"), 5 * MINUTE,
        (EscalationStep(_LEAD, 0.0), EscalationStep(_MANAGER, 0.0), EscalationStep(_SEAT, 2.5 * MINUTE)), 3,
    ),
    LevelRule(
        2, N_("trading impaired"), 15 * MINUTE,
        (EscalationStep(_LEAD, 5 * MINUTE), EscalationStep(_SEAT, 7.5 * MINUTE), EscalationStep(_MANAGER, 15 * MINUTE)),
        5,
    ),
    LevelRule(
        3, N_("at risk, trading goes on"), 60 * MINUTE,
        (EscalationStep(_SEAT, 30 * MINUTE), EscalationStep(_LEAD, 60 * MINUTE)),
    ),
    LevelRule(4, N_("cosmetic"), None),
)  # fmt: skip
"""The profile where the site gives none. Responses, the next step at half of them, and the days until the review:
domain model 4.5 and 4.6."""

REPORT_PROFILES: dict[str, tuple[ReportRule, ...]] = {
    "cac-2025": (
        ReportRule(
            "cac-first", N_("report to the provincial CAC"),
            "国家网络安全事件报告管理办法 (CAC, 2025-11-01): 较大及以上, 其他网络运营者 4 小时内",
            levels=(1,), since="awareness", within_s=4 * HOUR,
        ),
    ),
    "csrc-2012": (
        ReportRule(
            "csrc-first", N_("report by phone if it cannot be restored within 30 min"),
            "CSRC 公告 2012-46 (superseded, an analogue): 30 分钟内无法恢复的应当立即报告",
            levels=(1,), since="awareness", within_s=30 * MINUTE,
        ),
        ReportRule(
            "csrc-hourly", N_("hourly report"),
            "CSRC 公告 2012-46 (superseded, an analogue): 此后每小时报告一次, 直至恢复",
            levels=(1,), since="awareness", within_s=90 * MINUTE, again_s=HOUR,
        ),
        ReportRule(
            "csrc-summary", N_("written summary"),
            "CSRC 公告 2012-46 (superseded, an analogue): 处理完毕后 5 个工作日内提交总结报告",
            levels=(1,), since="classification", workdays=5,
        ),
    ),
    "dora": (
        ReportRule(
            "dora-first", N_("initial notification"),
            "DORA RTS 2025/301 art. 5: within 4 h of the classification (EU financial entities only)",
            levels=(1,), since="classification", within_s=4 * HOUR,
        ),
        ReportRule(
            "dora-aware", N_("initial notification at the latest"),
            "DORA RTS 2025/301 art. 5: no later than 24 h from awareness (EU financial entities only)",
            levels=(1,), since="awareness", within_s=24 * HOUR,
        ),
    ),
}  # fmt: skip
"""Templates of report clocks, switched on by name. None binds a gold-exchange member for certain: see domain model 3.7.
They are to be read and changed by the firm."""
