"""Every cell of the table, written down a second time by hand; and what the rules make of what is known."""

import pytest

from duty.alarm_states import TABLE, AlarmState, Facts, Happening, Rule, next_state
from duty.phrases import Phrase
from duty.records import Refused

NORMAL, UNACK, ACKED, RETURNED, SHELVED, SUPPRESSED, OUT = AlarmState
LETTERS = dict(zip("NUARSDO", AlarmState, strict=True))

# A letter is a state, a dot stays, an x is refused, a digit is a rule: 1 return, 2 seen, 3 ask again, 4 after a shelf,
# 5 after a suppression, 6 after being out of service.
CELLS = """
              N U A R S D O
holds         U . U U . . .
worse         . U U . . . .
gone          . 1 N . . . .
ack-ends      . . 3 . . . .
acknowledge   x A x 2 x x x
shelve        S S S S S S x
unshelve      x x x x 4 x x
suppress      D D D D . D .
release       . . . . . 5 .
out           O O O O O O O
back          x x x x x x 6
"""
RULES = {
    "1": Rule.RETURN,
    "2": Rule.SEEN,
    "3": Rule.ASK_AGAIN,
    "4": Rule.AFTER_SHELF,
    "5": Rule.AFTER_SUPPRESSION,
    "6": Rule.AFTER_SERVICE,
}


def written() -> list[tuple[AlarmState, Happening, str]]:
    head, *rows = CELLS.strip("\n").splitlines()
    letters = head.split()
    return [
        (LETTERS[letter], Happening(word), cell)
        for word, *cells in (row.split() for row in rows)
        for letter, cell in zip(letters, cells, strict=True)
    ]


def test_the_table_has_every_cell() -> None:
    assert set(TABLE) == {(state, happening) for state in AlarmState for happening in Happening}
    assert len(written()) == len(TABLE) == 77


@pytest.mark.parametrize(("state", "happening", "cell"), written())
def test_each_cell(state: AlarmState, happening: Happening, cell: str) -> None:
    found = TABLE[state, happening]
    if cell == "x":
        assert isinstance(found, Phrase)
        with pytest.raises(Refused) as refusal:
            next_state(state, happening, Facts())
        assert refusal.value.why == found and str(found)
    elif cell in RULES:
        assert found is RULES[cell]
    else:
        assert next_state(state, happening, Facts()) is (state if cell == "." else LETTERS[cell])


ACTIVE = Facts(active=True)
UNKNOWN = Facts(known=False)


@pytest.mark.parametrize(
    ("state", "happening", "facts", "after"),
    [
        (UNACK, Happening.GONE, Facts(latched=True), RETURNED),
        (UNACK, Happening.GONE, Facts(latched=False), NORMAL),
        (RETURNED, Happening.ACKNOWLEDGE, Facts(), NORMAL),
        (RETURNED, Happening.ACKNOWLEDGE, UNKNOWN, ACKED),
        (ACKED, Happening.ACK_ENDS, ACTIVE, UNACK),
        (ACKED, Happening.ACK_ENDS, UNKNOWN, RETURNED),
        (SHELVED, Happening.UNSHELVE, Facts(active=True, acked_same=True), ACKED),
        (SHELVED, Happening.UNSHELVE, ACTIVE, UNACK),
        (SHELVED, Happening.UNSHELVE, Facts(active=True, known=False), UNACK),
        (SHELVED, Happening.UNSHELVE, Facts(), NORMAL),
        (SHELVED, Happening.UNSHELVE, UNKNOWN, SHELVED),
        (SHELVED, Happening.UNSHELVE, Facts(active=True, suppressed=True), SUPPRESSED),
        (SUPPRESSED, Happening.RELEASE, ACTIVE, UNACK),
        (SUPPRESSED, Happening.RELEASE, Facts(active=True, acked_same=True), UNACK),
        (SUPPRESSED, Happening.RELEASE, Facts(active=True, known=False), UNACK),
        (SUPPRESSED, Happening.RELEASE, Facts(), NORMAL),
        (SUPPRESSED, Happening.RELEASE, Facts(unseen=True), RETURNED),
        (SUPPRESSED, Happening.RELEASE, Facts(unseen=True, known=False), SUPPRESSED),
        (OUT, Happening.BACK, ACTIVE, UNACK),
        (OUT, Happening.BACK, Facts(active=True, acked_same=True), UNACK),
        (OUT, Happening.BACK, Facts(unseen=True), NORMAL),
        (OUT, Happening.BACK, UNKNOWN, OUT),
        (OUT, Happening.BACK, Facts(suppressed=True), SUPPRESSED),
    ],
)
def test_each_rule(state: AlarmState, happening: Happening, facts: Facts, after: AlarmState) -> None:
    assert next_state(state, happening, facts) is after


def test_nothing_becomes_normal_that_is_not_known() -> None:
    """I7, in the table itself: whatever happens, by whichever facts. ``GONE`` itself is said by good readings only."""
    for state in AlarmState:
        for happening in Happening:
            for active in (True, False):
                facts = Facts(active=active, known=False)
                if state is NORMAL or happening is Happening.GONE or isinstance(TABLE[state, happening], Phrase):
                    continue
                assert next_state(state, happening, facts) is not NORMAL, (state, happening)
