"""``watchkeeper alarms --review``: the load that alarms were, against the published figures. Read from the duty log."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from cli.codes import Exit
from cli.export import bound, site_of
from cli.speak import err, out, wrapped
from cli.target import store_of, target_of
from duty.alarm_load import ACCEPTABLE, CEILING, FLOOD, Pace
from duty.alarm_review import ENOUGH_DAYS, PER_HOUR, TOP, Past, Review, past_of, review_of
from duty.log_query import LogQuery
from duty.phrases import N_
from duty.records import LogEntry, LogKind
from storage.failures import StoreFailed
from storage.store import Store
from tui import figures
from wire.words import _, say

SINCE = "30d"
"""What the figures are meant for (:data:`duty.alarm_review.ENOUGH_DAYS`)."""
PAGE = 5_000
PACES = {
    Pace.ACCEPTABLE: N_("acceptable"),
    Pace.HIGH: N_("high"),
    Pace.OVER: N_("more than can be kept up"),
    Pace.FLOOD: N_("a flood all the time"),
}


def run(args: argparse.Namespace) -> int:
    """Print the review of the time asked for. The store is only read."""
    target = target_of(args)
    if isinstance(target, int):
        return target
    zone, now = site_of(target)[1], time.time()
    since = bound(args.since or SINCE, zone, now, end=False)
    until = now if args.until is None else bound(args.until, zone, now, end=True)
    if since is None or until is None:
        return Exit.BAD
    try:
        store = Store(store_of(target), reading=True)
        try:
            # Days before the first line are none on which nothing came.
            began = store.search(LogQuery(), after=0, limit=1, most=None).entries
            since, until = max([since, *(one.event_at for one in began)]), min(until, now)
            past = past_of(_lines(store, LogQuery(kinds=(LogKind.ALARM,), since=since, until=until)))
        finally:
            store.close()
    except StoreFailed as failed:
        err(say(failed.why))
        return Exit.BAD
    review = review_of(past.announced, since, until)
    if args.json:
        out(json.dumps(_as_json(review, past, since, until), ensure_ascii=False, indent=2))
    else:
        out(text(review, past, since, until, zone))
    return Exit.WELL


def _lines(store: Store, query: LogQuery) -> Iterator[LogEntry]:
    before: int | None = None
    while True:
        page = store.search(query, before=before, limit=PAGE, most=None)
        yield from page.entries
        if page.ended:
            return
        before = page.reached


def text(review: Review, past: Past, since: float, until: float, zone: ZoneInfo) -> str:
    """The review in lines."""
    first, last = (figures.date(at, str(zone)) for at in (since, until))
    rows = [
        _("Alarms from {since} to {until}: {pace}", since=first, until=last, pace=_(PACES[review.pace])),
        _("announced: {count}; came while shelved: {shelved}", count=review.total, shelved=past.shelved),
        _(
            "in ten minutes: {mean} on average (acceptable {few}, at most {limit}), at most {most} (not over {flood})",
            mean=f"{review.per_window:.2f}",
            few=ACCEPTABLE,
            limit=CEILING,
            most=review.most,
            flood=FLOOD,
        ),
        _(
            "ten minutes with more than {flood}: {share} (less than 1 %); floods: {count}",
            flood=FLOOD,
            share=_percent(review.flooded),
            count=past.floods,
        ),
        _(
            "hours with more than {number}: {share} (less than 1 %)",
            number=PER_HOUR,
            share=_percent(review.busy_hours),
        ),
    ]
    if review.by_priority:
        split = " · ".join(f"P{priority} {_percent(share)}" for priority, share in review.by_priority)
        rows.append(_("by priority: {split} (the gravest below 1 %, then 5, 15, 80 %)", split=split))
        rows.append(
            _("the {number} most frequent: {share} of all (1 to 5 %)", number=TOP, share=_percent(review.top_share))
        )
        rows += [f"  {count:>6}  {key}" for key, count in review.top]
    if not review.enough:
        rows.append(
            _(
                "These are {days} days; the figures are meant for {enough} or more.",
                days=f"{review.days:.1f}",
                enough=ENOUGH_DAYS,
            )
        )
    return "\n".join(wrapped(row, 4) for row in rows)


def _percent(share: float | None) -> str:
    return figures.MISSING if share is None else f"{100 * share:.1f} %"


def _as_json(review: Review, past: Past, since: float, until: float) -> dict[str, object]:
    return {
        "since": since,
        "until": until,
        "days": review.days,
        "announced": review.total,
        "shelved": past.shelved,
        "floods": past.floods,
        "pace": review.pace.value,
        "mean_10min": review.per_window,
        "most_10min": review.most,
        "share_10min_in_flood": review.flooded,
        "share_busy_hours": review.busy_hours,
        "share_by_priority": {str(priority): share for priority, share in review.by_priority},
        "top": [{"alarm": str(key), "count": count} for key, count in review.top],
        "share_of_top": review.top_share,
        "enough": review.enough,
    }
