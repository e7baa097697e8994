"""The connection to a host as a value: each way it can fail is a thing of its own, in words a person can act on."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from duty.phrases import N_, Phrase


class Link(StrEnum):
    """State of the connection. All but ``UP`` mean that nothing new can be read."""

    IDLE = "idle"
    DIALLING = "dialling"
    UP = "up"
    REFUSED = "refused"
    """The port is closed: the SSH server is not running, or a firewall rejects."""
    SILENT = "silent"
    """Nothing answers at the address, or the login did not finish in time."""
    NO_ROUTE = "no_route"
    """No way to the network, or the name does not resolve."""
    KEY_UNKNOWN = "key_unknown"
    """The host's key is not in known_hosts: a person must compare the fingerprint and accept it."""
    KEY_CHANGED = "key_changed"
    """Another key than the one known, or a revoked one."""
    NOT_LET_IN = "not_let_in"
    """The server does not accept our keys for this user."""
    JUMP_DOWN = "jump_down"
    """The host through which it is reached is not reached itself."""
    PROBE_REFUSED = "probe_refused"
    """Logged in, but the probe does not start: forced command, no shell, other version pinned."""
    SLOW = "slow"
    """The connection stands but answers come later than they are asked for."""
    LOST = "lost"
    """It stood and broke; it is dialled again."""
    BROKEN = "broken"
    """Something else; the words of the library are in ``why``."""


LINK_WORDS = {
    Link.IDLE: N_("not dialled yet"),
    Link.DIALLING: N_("dialling"),
    Link.UP: N_("connected"),
    Link.REFUSED: N_("refused: no SSH server at the port, or a firewall rejects"),
    Link.SILENT: N_("silent: nothing answers at the address"),
    Link.NO_ROUTE: N_("no way there, or the name does not resolve"),
    Link.KEY_UNKNOWN: N_("its host key is not known"),
    Link.KEY_CHANGED: N_("its host key has CHANGED"),
    Link.NOT_LET_IN: N_("it does not let us in"),
    Link.JUMP_DOWN: N_("the jump host before it is not reached"),
    Link.PROBE_REFUSED: N_("logged in, but the probe does not start"),
    Link.SLOW: N_("connected, answers come late"),
    Link.LOST: N_("lost: it stood and broke"),
    Link.BROKEN: N_("broken"),
}
"""The state of a connection in a few words, each a msgid."""


class HostKey(msgspec.Struct, frozen=True, array_like=True):
    """A key a host presented: shown to a person who decides whether to accept it."""

    algorithm: str
    fingerprint: str
    """``SHA256:…`` as ssh-keygen -l prints it."""
    public: str
    """The line for known_hosts: ``algorithm base64``."""


class Connection(msgspec.Struct, frozen=True):
    """What is known of one connection. Times are seconds of the console's wall clock (UTC epoch)."""

    link: Link
    since: float
    why: Phrase | None = None
    """What happened, for a person."""
    advice: Phrase | None = None
    """What to do about it."""
    attempt: int = 0
    next_try: float | None = None
    address: str = ""
    """host:port really dialled."""
    user: str = ""
    route: tuple[str, ...] = ()
    """Jump hosts in order."""
    server: str = ""
    """Version string of the SSH server, cleaned."""
    cipher: str = ""
    host_key: HostKey | None = None
    offered_key: HostKey | None = None
    """The key that was not accepted (``KEY_UNKNOWN``, ``KEY_CHANGED``)."""

    @property
    def up(self) -> bool:
        """Whether readings can come."""
        return self.link in (Link.UP, Link.SLOW)
