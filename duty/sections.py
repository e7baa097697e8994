"""How each section of a host fares: read, not understood, hanging; and since when."""

from __future__ import annotations

from collections.abc import Callable

from duty.board import SectionView
from duty.moment import Moment
from duty.part import Part
from duty.phrases import Phrase, phrase
from duty.quality import State
from duty.readings import SectionFailure
from duty.site import HostSpec

Key = tuple[str, str]
"""Section and subject (empty: the section itself)."""


def wants(spec: HostSpec, section: str) -> bool:
    """Whether anything that ``spec`` demands is answered by ``section``; ``True`` for what comes with each sample."""
    match section:
        case "processes":
            return bool(spec.processes)
        case "ports":
            return any(rule.ports for rule in spec.processes)
        case "health":
            return spec.health is not None
        case "lines" | "interfaces":
            return bool(spec.lines)
        case "time":
            return spec.clock is not None and not spec.local
        case "events":
            return bool(spec.events)
        case "mounts":
            return bool(spec.disks)
    return True


class SectionTrack(Part[tuple[SectionView, ...]]):
    """All sections of one host over time."""

    __slots__ = ("_order", "_parts", "_views")

    def __init__(self) -> None:
        super().__init__()
        self._views: dict[Key, SectionView] = {}
        self._order: tuple[Key, ...] = ()
        """The sections as they are shown, those in trouble first."""
        self._parts: dict[str, set[Key]] = {}
        """What failed inside the newest answer of each section."""

    def demand(self, wanted: Callable[[str], bool]) -> None:
        """A new site file: what is asked no more has no trouble any more."""
        for key in [key for key in self._views if not wanted(key[0])]:
            self._drop(key)
        self._parts = {section: parts & self._views.keys() for section, parts in self._parts.items()}

    def read(self, section: str, failures: tuple[SectionFailure, ...], at: Moment, took_s: float | None) -> None:
        """A section was read; ``failures`` are the parts of it that were not. What failed before and is not
        among them any more is well again."""
        whole = (section, "")
        known = self._views.get(whole)
        if known is not None and known.state is State.OK and not failures and section not in self._parts:
            # Well as before, which is so every second.
            self._views[whole] = SectionView(section, State.OK, None, known.since, at.wall, took_s)
            self.changed()
            return
        self._put(section, "", State.OK, None, at, took_s, fresh=True)
        failed = {(one.section, one.subject) for one in failures}
        for key in self._parts.pop(section, set()) - failed:
            self._drop(key)
        if failed:
            self._parts[section] = failed - {(section, "")}
        for one in failures:
            self.failed(one, at)

    def failed(self, failure: SectionFailure, at: Moment) -> None:
        """A section, or a part of it, gave nothing usable."""
        self._put(failure.section, failure.subject, State.UNKNOWN, failure.why, at, None, fresh=False)

    def hangs(self, section: str, seconds: float, at: Moment) -> None:
        """A section was asked for and has not answered for ``seconds``."""
        why = phrase("no answer within its deadline; still waiting")
        known = self._views.get((section, ""))
        if known is None or known.why != why:
            since = at.wall - seconds
            read_at = known.read_at if known else None
            self._show(SectionView(section, State.UNKNOWN, why, since, read_at))

    def _put(
        self,
        section: str,
        subject: str,
        state: State,
        why: Phrase | None,
        at: Moment,
        took: float | None,
        *,
        fresh: bool,
    ) -> None:
        known = self._views.get((section, subject))
        since = known.since if known is not None and known.why == why and known.state == state else at.wall
        read_at = at.wall if fresh else (known.read_at if known else None)
        self._show(SectionView(section, state, why, since, read_at, took, subject))

    def _show(self, view: SectionView) -> None:
        key = (view.section, view.subject)
        known = self._views.get(key)
        self._views[key] = view
        # A section is read every second, but rarely fares otherwise than before.
        if known is None or known.state is not view.state:
            self._sort()
        self.changed()

    def _drop(self, key: Key) -> None:
        if self._views.pop(key, None) is not None:
            self._sort()
            self.changed()

    def _sort(self) -> None:
        views = self._views
        self._order = tuple(sorted(views, key=lambda key: (-views[key].state, *key)))

    def judged(self) -> tuple[SectionView, ...]:
        """All sections, those in trouble first."""
        return tuple([self._views[key] for key in self._order])

    def trouble(self, section: str) -> Phrase | None:
        """Why ``section`` itself cannot be read now, if it cannot."""
        view = self._views.get((section, ""))
        return view.why if view is not None and view.state is State.UNKNOWN else None
