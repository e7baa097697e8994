"""Why a host is not reached: every way it can fail as a value, in words a person can act on.

The same words serve for a jump host on the way: they are then said of that hop.
"""

from __future__ import annotations

import asyncio
import errno
import re
import socket
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import asyncssh

from duty.clean import clean
from duty.connection import HostKey, Link
from duty.phrases import N_, Phrase, Value, of

if TYPE_CHECKING:
    from collectors.dial import Trace

_ERRNO = re.compile(r"\[Errno (\d+)\]")


class _Kind(NamedTuple):
    link: Link
    why: str
    advice: str


@dataclass(frozen=True)
class Offer:
    """A key that was offered and not accepted, and under which name, in which file it would be kept."""

    name: str
    port: int
    file: str
    key: HostKey


@dataclass(frozen=True)
class Failure:
    """One failure to reach a host. ``link`` is what it means for the host; ``hop`` names the jump host at fault."""

    kind: str
    link: Link
    why: Phrase
    advice: Phrase
    offer: Offer | None = None
    hop: str = ""

    def through(self, hop: str) -> Failure:
        """The same failure as the hosts behind see it: their jump host ``hop`` is down, because of this."""
        if self.hop:
            return self
        return replace(self, link=Link.JUMP_DOWN, why=of(hop, self.why), hop=hop)

    def on(self, hop: str) -> Failure:
        """The same, said of ``hop``; it means to the host what it meant before."""
        return replace(self, why=of(hop, self.why), hop=hop)


class DialFailed(Exception):
    """A dial ended in a :class:`Failure`. ``retry_at``: monotonic time before which trying again is no use."""

    def __init__(self, failure: Failure, retry_at: float | None = None) -> None:
        super().__init__(str(failure.why))
        self.failure = failure
        self.retry_at = retry_at


KINDS: dict[str, _Kind] = {
    "refused": _Kind(
        Link.REFUSED,
        N_("{address} refuses the connection: nothing listens on this port"),
        N_("see on the host whether sshd runs and listens on this port, and whether a firewall rejects"),
    ),
    "turned_away": _Kind(
        Link.REFUSED,
        N_("{address} closes the connection before the login: {error}"),
        N_("the server turns callers away: too many logins at once (MaxStartups), a ban, or an access list"),
    ),
    "silent": _Kind(
        Link.SILENT,
        N_("{address} does not answer within {seconds} s"),
        N_("the host is off, the network on the way is down, or a firewall drops: ping it, look at its console"),
    ),
    "mute": _Kind(
        Link.SILENT,
        N_("{address} takes the connection but no SSH server speaks within {seconds} s"),
        N_("the machine hangs or is overloaded, or something other than SSH listens on this port"),
    ),
    "slow_login": _Kind(
        Link.SILENT,
        N_("the login at {address} did not finish within {seconds} s"),
        N_("the host is overloaded, or its login waits for a name service or a directory"),
    ),
    "no_name": _Kind(
        Link.NO_ROUTE,
        N_("the name {host} is not known: {error}"),
        N_("see the spelling, HostName in ~/.ssh/config, and whether the name service answers"),
    ),
    "no_route": _Kind(
        Link.NO_ROUTE,
        N_("there is no way to {address}: {error}"),
        N_("see the route and the interface of this machine, and the network between"),
    ),
    "not_forwarded": _Kind(
        Link.JUMP_DOWN,
        N_("the jump host does not forward to {address}: {error}"),
        N_("allow forwarding there: AllowTcpForwarding and PermitOpen in sshd_config, port-forwarding on a key"),
    ),
    "proxy_command": _Kind(
        Link.JUMP_DOWN,
        N_("the ProxyCommand ended before a server spoke: {error}"),
        N_("run the ProxyCommand of ~/.ssh/config by hand and see what it says"),
    ),
    "key_unknown": _Kind(
        Link.KEY_UNKNOWN,
        N_("the host key of {name} is not known: {algorithm} {fingerprint}"),
        N_("compare the fingerprint with one got in another way, then accept it"),
    ),
    "key_changed": _Kind(
        Link.KEY_CHANGED,
        N_("{name} presents another host key than the one known: {algorithm} {fingerprint}"),
        N_("was the host set up anew? If nobody knows of it, someone may be in between: do not accept"),
    ),
    "key_revoked": _Kind(
        Link.KEY_CHANGED,
        N_("the host key of {name} is revoked: {error}"),
        N_("the key must not be used any more: have the host's keys made anew"),
    ),
    "certificate": _Kind(
        Link.KEY_UNKNOWN,
        N_("the host certificate of {name} does not hold: {error}"),
        N_("have the certificate made anew, or the authority's key added to known_hosts as @cert-authority"),
    ),
    "not_let_in": _Kind(
        Link.NOT_LET_IN,
        N_("{user} is not let in; keys offered: {keys}; the server takes: {methods}"),
        N_("see that the public key is in the host's authorized_keys for this user, or add the key to the agent"),
    ),
    "identity": _Kind(
        Link.NOT_LET_IN,
        N_("the private key cannot be used: {error}"),
        N_("see the path and the file's rights; a key with a passphrase must be added to the agent (ssh-add)"),
    ),
    "no_agreement": _Kind(
        Link.BROKEN,
        N_("{address} and this console share no algorithm: {error}"),
        N_("an old server: name what it can do in ~/.ssh/config (KexAlgorithms, HostKeyAlgorithms, Ciphers, MACs)"),
    ),
    "not_ssh": _Kind(
        Link.BROKEN,
        N_("{address} does not speak SSH as it should: {error}"),
        N_("see what listens on this port"),
    ),
    "settings": _Kind(
        Link.BROKEN,
        N_("the SSH configuration cannot be used: {error}"),
        N_("correct the line named; `ssh -G` shows how ssh reads the file"),
    ),
    "loop": _Kind(
        Link.JUMP_DOWN,
        N_("the jump hosts lead in a circle: {error}"),
        N_("correct `via` in the site file, or ProxyJump in ~/.ssh/config"),
    ),
    "waiting": _Kind(
        Link.DIALLING,
        N_("not connected yet"),
        N_("it is dialled as soon as the jump host stands"),
    ),
    "no_shell": _Kind(
        Link.PROBE_REFUSED,
        N_("logged in, but no command can be run: {error}"),
        N_("see the user's login shell, MaxSessions, and what the key is allowed in authorized_keys"),
    ),
    "probe_ended": _Kind(
        Link.PROBE_REFUSED,
        N_("logged in, but the probe ended with status {status}: {error}"),
        N_("see the user's login shell, and that sh, head and awk are there; a forced command must be ours"),
    ),
    "other_probe": _Kind(
        Link.PROBE_REFUSED,
        N_("the key is restricted to another version of the probe, or to other check commands: {error}"),
        N_(
            "look at what changed, then replace its line in the host's authorized_keys by what `watchkeeper authorize` "
            "prints"
        ),
    ),
    "probe_refused": _Kind(
        Link.PROBE_REFUSED,
        N_("the host cannot run the probe: {error}"),
        N_("`watchkeeper doctor` shows each step; a restricted key needs sha256sum or openssl on the host"),
    ),
    "probe_mute": _Kind(
        Link.PROBE_REFUSED,
        N_("logged in, but the probe does not start within {seconds} s; the host said: {error}"),
        N_("the login shell or its rc file waits for something or speaks; a forced command must be ours"),
    ),
    "babble": _Kind(
        Link.PROBE_REFUSED,
        N_("the host sends what is no answer: {error}"),
        N_("see what the login shell or its rc file prints; a forced command must be ours"),
    ),
    "no_answer": _Kind(
        Link.SLOW,
        N_("asked {seconds} s ago, no answer: the connection stands, the host is silent"),
        N_("the host is overloaded or hangs: see its load and its disks, look at its console"),
    ),
    "given_up": _Kind(
        Link.LOST,
        N_("no answer for {seconds} s: the connection was closed"),
        N_("it is dialled again by itself"),
    ),
    "lost": _Kind(
        Link.LOST,
        N_("the connection broke: {error}"),
        N_("it is dialled again by itself; if it breaks again and again, see the network and the host's sshd"),
    ),
    "half_open": _Kind(
        Link.LOST,
        N_("the connection went dead: nothing came back for {seconds} s"),
        N_("it is dialled again by itself; the host hangs or the network on the way is down"),
    ),
    "probe_gone": _Kind(
        Link.LOST,
        N_("the probe on the host ended with status {status}: {error}"),
        N_("it is started again by itself; see on the host who ends it, and whether memory runs out"),
    ),
    "broken": _Kind(
        Link.BROKEN,
        N_("the connection failed: {error}"),
        N_("`watchkeeper doctor` shows each step"),
    ),
}


def failure(kind: str, offer: Offer | None = None, **values: Value) -> Failure:
    """Build the failure of this kind; foreign words in ``values`` are already clean."""
    words = KINDS[kind]
    return Failure(kind, words.link, Phrase(words.why, values), Phrase(words.advice), offer)


def of_error(error: BaseException, trace: Trace) -> Failure:
    """What went wrong while dialling, from the library's error and how far the dial had come."""
    address = trace.settings.address
    words = said(error)
    if isinstance(error, DialFailed):
        return error.failure
    if isinstance(error, asyncssh.ChannelOpenError):
        return _of_forwarding(error, address, trace.settings.host)
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)) or "Login timeout" in words:
        return _of_silence(trace)
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return _of_host_key(words, trace)
    if isinstance(error, asyncssh.PermissionDenied) or "Too many authentication failures" in words:
        methods = ", ".join(trace.methods) or "–"
        keys = ", ".join(trace.keys) or "–"
        return failure("not_let_in", user=trace.settings.user, keys=keys, methods=methods)
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return failure("no_agreement", address=address, error=words)
    if isinstance(error, (asyncssh.ConnectionLost, ConnectionResetError, BrokenPipeError)):
        if trace.settings.proxy_command and not trace.server_version and not trace.tunnelled:
            return failure("proxy_command", error=words)
        return failure("turned_away", address=address, error=words)
    if isinstance(error, asyncssh.DisconnectError):
        return failure("not_ssh" if not trace.server_version else "turned_away", address=address, error=words)
    if isinstance(error, (asyncssh.KeyImportError, asyncssh.KeyEncryptionError)):
        return failure("identity", error=words)
    if isinstance(error, OSError) and error.filename and not trace.opened:
        return failure("settings" if str(error.filename) in trace.settings.files else "identity", error=words)
    if isinstance(error, ValueError):
        return failure("not_ssh", address=address, error=words) if trace.opened else failure("settings", error=words)
    if isinstance(error, OSError):
        return _of_system(error, address, trace.settings.host)
    return failure("broken", error=words)


def of_loss(error: BaseException | None, silent_s: float) -> Failure:
    """A connection that stood and broke. ``silent_s``: after how long keepalive gives up."""
    words = said(error) if error else clean("closed by the server")
    if "keepalive" in words:
        return failure("half_open", seconds=round(silent_s))
    return failure("lost", error=words)


def said(error: BaseException) -> str:
    """A library's or a host's words, harmless and short."""
    return clean(" ".join(str(error).split()) or type(error).__name__, 160)


def _of_silence(trace: Trace) -> Failure:
    address, seconds = trace.settings.address, round(trace.waited_s)
    if not trace.opened:
        return failure("silent", address=address, seconds=seconds)
    return failure("slow_login" if trace.server_version else "mute", address=address, seconds=seconds)


def _of_host_key(words: str, trace: Trace) -> Failure:
    name = trace.settings.key_name
    if "revoked" in words:
        marks = ", ".join(key.get_fingerprint() for key in trace.known.revoked)
        return failure("key_revoked", name=name, error=marks)
    if trace.offer is None:
        return failure("certificate", name=name, error=words.partition(" for host ")[0])
    kind = "key_changed" if trace.known.keys else "key_unknown"
    key = trace.offer.key
    return failure(kind, trace.offer, name=name, algorithm=key.algorithm, fingerprint=key.fingerprint)


def _of_forwarding(error: asyncssh.ChannelOpenError, address: str, host: str) -> Failure:
    words = said(error)
    low = words.lower()
    if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        return failure("not_forwarded", address=address, error=words)
    if "refused" in low:
        return failure("refused", address=address)
    if any(word in low for word in ("name", "resol", "lookup", "known")):
        return failure("no_name", host=host, error=words)
    return failure("no_route", address=address, error=words)


def _of_system(error: OSError, address: str, host: str) -> Failure:
    words = said(error)
    if isinstance(error, socket.gaierror):
        return failure("no_name", host=host, error=clean(error.strerror or words, 160))
    codes = {error.errno, *(int(code) for code in _ERRNO.findall(str(error)))}
    if errno.ECONNREFUSED in codes:
        return failure("refused", address=address)
    if codes & {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM}:
        return failure("no_route", address=address, error=words)
    if errno.ETIMEDOUT in codes:
        return failure("silent", address=address, seconds=0)
    return failure("broken", error=words)
