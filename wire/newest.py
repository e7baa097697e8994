"""The newest board, ready to be sent: each host is encoded once for all screens, and only when it changed."""

from __future__ import annotations

import msgspec

from duty.board import Board, HostView, SiteView
from wire.framing import encode

_ENCODER = msgspec.msgpack.Encoder()


class _Update(msgspec.Struct, frozen=True, tag="BoardUpdate"):
    """:class:`wire.messages.BoardUpdate` as it goes out: hosts are bytes already."""

    seq: int
    at: float
    full: bool
    site: SiteView
    hosts: tuple[msgspec.Raw, ...]


class NewestBoard:
    """Holds the newest board and the encoded form of its hosts."""

    def __init__(self) -> None:
        self.board: Board | None = None
        self._ids: tuple[str, ...] = ()
        self._encoded: dict[str, tuple[HostView, msgspec.Raw]] = {}
        self._frame: tuple[frozenset[str] | None, bytes] | None = None

    def take(self, board: Board) -> bool:
        """Make ``board`` the newest. True if its hosts are not the same set and order as before."""
        ids = tuple(host.id for host in board.hosts)
        others = ids != self._ids
        if others:
            self._encoded = {id: kept for id, kept in self._encoded.items() if id in frozenset(ids)}
        self.board, self._ids, self._frame = board, ids, None
        return others

    def frame(self, changed: frozenset[str] | None) -> bytes:
        """The newest board as a frame: the hosts in ``changed`` only, or all (``None``). There must be a board."""
        # Screens that keep up are owed the same update: the last frame serves them all.
        if self._frame is None or self._frame[0] != changed:
            self._frame = (changed, self._build(changed))
        return self._frame[1]

    def _build(self, changed: frozenset[str] | None) -> bytes:
        board = self.board
        assert board is not None
        wanted = [host for host in board.hosts if changed is None or host.id in changed]
        hosts = tuple(map(self._raw, wanted))
        return encode(_Update(board.seq, board.at, changed is None, board.site, hosts))

    def _raw(self, host: HostView) -> msgspec.Raw:
        kept = self._encoded.get(host.id)
        if kept is None or kept[0] is not host:
            kept = self._encoded[host.id] = (host, msgspec.Raw(_ENCODER.encode(host)))
        return kept[1]
