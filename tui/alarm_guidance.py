"""What a definition of an alarm says, in words: for its page and for the list of definitions. No drawing library."""

from __future__ import annotations

from duty.alarm_def import AlarmDef
from duty.alarm_tuning import Kind, Trial
from duty.phrases import N_, Phrase
from tui import figures
from wire.words import _, say


def texts(made: AlarmDef) -> tuple[tuple[str, Phrase], ...]:
    """Cause, consequence and action with their headings."""
    return (_("cause"), made.cause), (_("consequence"), made.consequence), (_("action"), made.action)


def priorities(made: AlarmDef) -> str:
    """Of a fault, and of a warning where it differs."""
    if made.warn_priority == made.priority:
        return str(made.priority)
    return _("{fault}, as a warning {warning}", fault=made.priority, warning=made.warn_priority)


def in_time(made: AlarmDef) -> list[str]:
    """Time to respond, delays, deadband, latch and re-alarm, as far as there are such."""
    said = [_("respond within {time}", time=span(made.respond_s))]
    if made.on_delay_s:
        said.append(_("comes after {time}", time=span(made.on_delay_s)))
    if made.off_delay_s:
        said.append(_("goes after {time}", time=span(made.off_delay_s)))
    if made.deadband_percent:
        said.append(_("deadband {share} %", share=f"{made.deadband_percent:g}"))
    if made.realarm_s is not None:
        said.append(_("comes again after {time}", time=span(made.realarm_s)))
    said.append(_("stays until acknowledged") if made.latch else _("goes by itself"))
    return said


def span(seconds: float) -> str:
    """A length of time in the largest unit in which it is whole."""
    for words, size in ((N_("{count} d"), 86_400), (N_("{count} h"), 3_600), (N_("{count} min"), 60)):
        if seconds >= size and seconds % size == 0:
            return say(Phrase(words, {"count": f"{seconds / size:g}"}))
    return _("{count} s", count=f"{seconds:g}")


def trial_words(trial: Trial) -> str:
    """What is proposed, what it would have removed, and at what price."""
    match trial.kind:
        case Kind.ON_DELAY:
            words = _("let it come after {time}", time=span(trial.amount))
        case Kind.OFF_DELAY:
            words = _("let it go after {time}", time=span(trial.amount))
        case _:
            words = _("a deadband of {share} %", share=f"{trial.amount:g}")
    words += ": " + _("{removed} of {count} would not have come", removed=trial.removed, count=trial.before)
    if trial.delayed:
        words += ", " + _("{count} real ones {time} later", count=trial.delayed, time=span(trial.delayed_s))
    if trial.longer_s:
        words += ", " + _("standing {time} longer in all", time=figures.span(trial.longer_s))
    return words
