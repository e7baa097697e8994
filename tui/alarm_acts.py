"""What the operator can do with alarms, for the table of actions: id, key, words, what does it, footer, why not."""

from __future__ import annotations

from duty.alarm_states import Happening
from duty.phrases import N_, Phrase
from tui.alarm_reasons import Reason, cannot, no_ack, no_bulk, no_fold, no_host, no_window


def _always(_app: object) -> Phrase | None:
    return None


ALARM_ACTS: tuple[tuple[str, str, str, str, str, Reason], ...] = (
    ("ack", "A", N_("Acknowledge the alarm, or all that are marked"), "acknowledge", N_("ack"), no_ack),
    ("ack-all", "B", N_("Acknowledge all alarms that are shown (lists them first)"), "acknowledge_all", "", no_bulk),
    ("fold", "F", N_("Show what is hidden under the alarm, or hide it again"), "fold", N_("unfold"), no_fold),
    ("shelve", "H", N_("Shelve the alarm until a moment"), "shelve", N_("shelve"), cannot(Happening.SHELVE)),
    ("unshelve", "U", N_("Take the alarm back from the shelf"), "unshelve", "", cannot(Happening.UNSHELVE)),
    ("out", "O", N_("Take the alarm out of service"), "take_out", "", cannot(Happening.OUT)),
    ("in-service", "I", N_("Put the alarm back into service"), "put_back", "", cannot(Happening.BACK)),
    ("maintain", "M", N_("Begin maintenance of the host"), "begin_maintenance", "", no_host),
    ("maintained", "W", N_("End a window of maintenance"), "end_maintenance", "", no_window),
    ("mute", "Q", N_("Sound off for ten minutes, or on again"), "mute", "", _always),
)
