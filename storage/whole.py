"""A store examined from end to end: every chain, every move, and that what is missing at the start was archived."""

from __future__ import annotations

import msgspec

from duty.chain import Examined, examine
from storage.proof import MoveFault, Proof


class Whole(msgspec.Struct, frozen=True):
    """What the walk along every chain found."""

    chains: dict[str, Examined]
    moves: int
    move_fault: MoveFault | None
    untold: tuple[str, ...]
    """Chains whose beginning is said to be archived by no line of theirs."""

    @property
    def well(self) -> bool:
        """Whether every row is as it was written."""
        faults = (seen.fault for seen in self.chains.values())
        return self.move_fault is None and not self.untold and all(fault is None for fault in faults)

    @property
    def lines(self) -> int:
        """Lines of all chains."""
        return sum(seen.count for seen in self.chains.values())


def examined(proof: Proof) -> Whole:
    """Examine it. Raises :class:`storage.failures.StoreFailed` where it cannot be read."""
    names = proof.chains()
    chains = {name: examine(proof.links(name), after=proof.begins_after(name)) for name in names}
    moves, fault = proof.moves()
    return Whole(chains, moves, fault, tuple(name for name in names if not proof.archive_told(name)))
