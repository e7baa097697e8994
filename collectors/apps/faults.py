"""Why an application was not asked, or does not answer: every way as a value, in words a person can act on.

The rule: what the application itself does (refuses, is silent, answers wrongly) is a failure of the application;
what keeps us from asking it is no statement about it at all.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from typing import Literal

import asyncssh

from collectors.apps.course import Course
from collectors.failures import said
from duty.clean import clean
from duty.phrases import N_, Phrase, phrase
from duty.site import AppRule

Outcome = Literal["failed", "unable"]

_SILENT = {
    "resolve": N_("its name is not resolved within {seconds} s ({target})"),
    "connect": N_("does not take the connection within {seconds} s ({target})"),
    "tls": N_("takes the connection, but no TLS handshake is done within {seconds} s ({target})"),
    "first_byte": N_("takes the connection, but says nothing within {seconds} s ({target})"),
    "whole": N_("began to answer, but was not done within {seconds} s ({target})"),
}
_CANNOT_LEAVE = {errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE}


class AppFault(Exception):
    """A check that ended without an answer that is well. ``outcome``: whose doing it is."""

    def __init__(self, why: Phrase, outcome: Outcome = "failed") -> None:
        super().__init__(str(why))
        self.why = why
        self.outcome: Outcome = outcome


def of_silence(rule: AppRule, course: Course) -> AppFault:
    """The deadline passed in the middle of a step."""
    seconds = f"{rule.deadline_s:g}"
    outcome: Outcome = "unable" if course.step == "resolve" else "failed"
    return AppFault(Phrase(_SILENT[course.step], {"target": rule.target, "seconds": seconds}), outcome)


def of_error(error: BaseException, rule: AppRule, course: Course) -> AppFault:
    """What a library's error means for the application."""
    if isinstance(error, AppFault):
        return error
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return of_silence(rule, course)
    if isinstance(error, asyncssh.ChannelOpenError):
        return _of_forwarding(error, rule)
    if isinstance(error, (asyncssh.Error, asyncio.IncompleteReadError)):
        return AppFault(phrase("the connection to the host broke: {error}", error=said(error)), "unable")
    if isinstance(error, ssl.SSLError):
        return AppFault(phrase("fails in the TLS handshake: {error} ({target})", target=rule.target, error=_tls(error)))
    if isinstance(error, socket.gaierror):
        words = clean(error.strerror or str(error), 160)
        return AppFault(phrase("the name {host} is not known: {error}", host=rule.address, error=words), "unable")
    if isinstance(error, OSError):
        return _of_system(error, rule, course)
    if isinstance(error, (ValueError, UnicodeError)):
        return AppFault(phrase("it cannot be asked for like this: {error}", error=said(error)), "unable")
    return AppFault(phrase("the check failed: {error}", error=clean(f"{type(error).__name__}: {error}", 160)), "unable")


def refused(rule: AppRule) -> AppFault:
    """Nothing listens."""
    return AppFault(phrase("refuses the connection: nothing listens at {target}", target=rule.target))


def hung_up(rule: AppRule) -> AppFault:
    """Closed before it said what it should."""
    return AppFault(phrase("closes the connection without an answer ({target})", target=rule.target))


def _of_system(error: OSError, rule: AppRule, course: Course) -> AppFault:
    if error.errno == errno.ECONNREFUSED or isinstance(error, ConnectionRefusedError):
        return refused(rule)
    if isinstance(error, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
        return hung_up(rule)
    if error.errno in _CANNOT_LEAVE:
        return AppFault(phrase("there is no way to {target} from here: {error}", target=rule.target, error=said(error)),
                        "unable")  # fmt: skip
    if error.errno == errno.ETIMEDOUT:
        return of_silence(rule, course)
    return AppFault(phrase("is not reached: {error} ({target})", target=rule.target, error=said(error)))


def _of_forwarding(error: asyncssh.ChannelOpenError, rule: AppRule) -> AppFault:
    """The host's SSH server could not, or would not, connect for us; only its words say which."""
    words, low = said(error), str(error).lower()
    if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        said_so = N_(
            "the host does not let connections to {target} be forwarded: {error}; print the line of its key anew "
            "with `watchkeeper authorize`, and see AllowTcpForwarding"
        )
        why = Phrase(said_so, {"target": rule.target, "error": words})
        return AppFault(why, "unable")
    if "ssh connection closed" in low or error.code == asyncssh.OPEN_RESOURCE_SHORTAGE:
        return AppFault(phrase("the connection to the host broke: {error}", error=words), "unable")
    if "refused" in low:
        return refused(rule)
    if "timed out" in low:
        why = phrase("does not take the connection: {error} ({target})", target=rule.target, error=words)
        return AppFault(why)
    if "network is unreachable" in low:
        why = phrase("there is no way to {target} from the host: {error}", target=rule.target, error=words)
        return AppFault(why, "unable")
    if any(word in low for word in ("not known", "resol", "lookup", "name or service", "unknown host")):
        return AppFault(phrase("the host does not know the name {host}: {error}", host=rule.address, error=words),
                        "unable")  # fmt: skip
    return AppFault(phrase("is not reached: {error} ({target})", target=rule.target, error=words))


def _tls(error: ssl.SSLError) -> str:
    return clean((error.reason or str(error)).replace("_", " ").lower(), 120)
