"""The words of the moves of incidents. No drawing library is loaded."""

from __future__ import annotations

from duty.phrases import N_
from duty.records import Move

MOVE_WORDS = {
    Move.OPENED: N_("opened"),
    Move.TAKEN: N_("taken"),
    Move.NOTED: N_("noted"),
    Move.AGAIN: N_("showed again"),
    Move.RETURNED: N_("well again"),
    Move.MITIGATED: N_("service is back"),
    Move.RESOLVED: N_("resolved"),
    Move.REVIEWED: N_("reviewed"),
    Move.CLOSED: N_("closed"),
    Move.REOPENED: N_("opened again"),
    Move.MERGED: N_("merged"),
    Move.RAISED: N_("level raised"),
    Move.LOWERED: N_("level lowered"),
    Move.LINKED: N_("linked"),
    Move.REPORTED: N_("reported"),
    Move.ESCALATED: N_("escalated"),
    Move.STEPPED: N_("emergency procedure"),
    Move.SUSPENDED: N_("drill suspended"),
    Move.RESUMED: N_("drill goes on"),
    Move.ABANDONED: N_("drill broken off"),
}
