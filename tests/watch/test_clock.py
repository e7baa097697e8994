"""The clock on the wall against the running one: a jump is told once, what a time service slews is not."""

from duty.moment import Moment
from watch.clock import SET_S, Jumps


def test_a_jump_is_told_once_and_a_slow_correction_never() -> None:
    jumps = Jumps(Moment(1_000.0, 50.0))
    assert jumps.look(Moment(1_600.0, 650.0)) is None, "time passes"
    said = jumps.look(Moment(1_690.2, 650.2))
    assert str(said) == "the clock of this machine moved by +90 s: it was set, or the machine slept"
    assert jumps.look(Moment(1_690.4, 650.4)) is None
    assert "-90 s" in str(jumps.look(Moment(1_600.6, 650.6)))
    for turn in range(1, 100):
        assert jumps.look(Moment(1_600.6 + turn * (1.0 + SET_S / 10), 650.6 + turn)) is None, "a time service slews it"
