"""TLS over any stream, and what the certificate says: read even where it does not hold up.

A handshake that refuses a certificate never shows it. So where the authorities do not vouch for it, a second
connection is made that asks for no vouching: nothing secret is ever sent on either.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from functools import partial

from cryptography import x509
from cryptography.x509.oid import NameOID

from collectors.apps.course import Course
from collectors.apps.faults import AppFault, hung_up
from collectors.apps.way import Stream, Way
from collectors.failures import said
from duty.clean import clean
from duty.phrases import phrase
from duty.readings import Certificate
from duty.site import AppRule

CHUNK = 16 * 1024
MAX_NAMES = 8
_FAULTS = {9: "not_yet", 10: "ended", 18: "self_signed", 2: "issuer", 19: "issuer", 20: "issuer", 21: "issuer",
           62: "name", 63: "name", 64: "name"}  # fmt: skip
"""By the number X509_verify_cert_error_string(3) has for it."""


class TlsStream:
    """TLS over ``under``; either side of it."""

    def __init__(self, under: Stream, context: ssl.SSLContext, name: str | None, *, server: bool = False) -> None:
        self._under = under
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=server, server_hostname=name)

    async def handshake(self) -> bytes | None:
        """Agree on keys; the other side's certificate (DER). Raises ssl.SSLError, EOFError."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._fill():
                    raise EOFError from None
            except ssl.SSLError:
                await self._flush()  # the alert that says why
                raise
            else:
                await self._flush()
                return self._tls.getpeercert(binary_form=True)

    async def read(self, count: int) -> bytes:
        """Up to ``count`` bytes; none at the end, announced or not."""
        while True:
            try:
                return self._tls.read(count)
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._fill():
                    return b""
            except ssl.SSLZeroReturnError:
                return b""

    async def write(self, data: bytes) -> None:
        """Send all of it."""
        at = 0
        while at < len(data):
            try:
                at += self._tls.write(data[at:])
            except ssl.SSLWantReadError:
                if not await self._fill():
                    raise EOFError from None
            await self._flush()

    def close(self) -> None:
        """Let go of what is below: nothing was sent that an early end could cut."""
        self._under.close()

    async def _flush(self) -> None:
        data = self._out.read()
        if data:
            await self._under.write(data)

    async def _fill(self) -> bool:
        data = await self._under.read(CHUNK)
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()
        return bool(data)


class Contexts:
    """TLS contexts by authorities: reading the system's takes some ten milliseconds, so each is made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[str | None, int], ssl.SSLContext] = {}
        self._unverified: ssl.SSLContext | None = None

    async def verified(self, ca: str | None) -> ssl.SSLContext:
        """One that wants the certificate vouched for by ``ca`` (a file), or by the system's authorities.

        Raises:
            AppFault: The file cannot be read.
        """
        loop = asyncio.get_running_loop()
        try:
            stamp = 0 if ca is None else (await loop.run_in_executor(None, os.stat, ca)).st_mtime_ns
            found = self._made.get((ca, stamp))
            if found is None:
                found = await loop.run_in_executor(None, partial(ssl.create_default_context, cafile=ca))
                self._made = {key: made for key, made in self._made.items() if key[0] != ca}
                self._made[ca, stamp] = found
        except (OSError, ValueError) as error:
            why = phrase("the authorities' file {file} cannot be used: {error}", file=clean(str(ca)), error=said(error))
            raise AppFault(why, "unable") from None
        return found

    def unverified(self) -> ssl.SSLContext:
        """One that takes any certificate."""
        if self._unverified is None:
            self._unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._unverified.check_hostname = False
            self._unverified.verify_mode = ssl.CERT_NONE
        return self._unverified


async def secured(rule: AppRule, way: Way, course: Course, contexts: Contexts) -> tuple[Stream, Certificate]:
    """A TLS connection to the application, and what it showed. Raises what the carrier raises, or ``AppFault``."""
    if rule.verify:
        context = await contexts.verified(rule.ca)
        course.anew()
        try:
            stream, shown = await _shake(rule, way, course, context)
            return stream, described(shown, verified=True)
        except ssl.SSLCertVerificationError as error:
            fault = _FAULTS.get(error.verify_code, "other")
            words = clean(error.verify_message, 120)
        course.anew()
        stream, shown = await _shake(rule, way, course, contexts.unverified())
        return stream, described(shown, verified=False, fault=fault, words=words)
    stream, shown = await _shake(rule, way, course, contexts.unverified())
    return stream, described(shown, verified=None)


async def _shake(rule: AppRule, way: Way, course: Course, context: ssl.SSLContext) -> tuple[Stream, bytes]:
    under = await way.open(rule.key, rule.address, rule.port, course)
    try:
        course.begin("tls")
        stream = TlsStream(under, context, rule.server_name or rule.address)
        shown = await stream.handshake()
        course.done()
    except EOFError:
        under.close()
        raise hung_up(rule) from None
    except BaseException:
        under.close()
        raise
    return stream, shown or b""


def described(der: bytes, verified: bool | None, fault: str = "", words: str = "") -> Certificate:
    """A certificate in DER as everyone reads it. Raises ``AppFault`` where it is none that can be read."""
    try:
        one = x509.load_der_x509_certificate(der)
        begins, ends = one.not_valid_before_utc.timestamp(), one.not_valid_after_utc.timestamp()
        subject, issuer, names = _person(one.subject), _person(one.issuer), _names(one)
    except (ValueError, TypeError, OverflowError, x509.InvalidVersion) as error:
        raise AppFault(phrase("its certificate cannot be read: {error}", error=said(error))) from None
    return Certificate(subject, issuer, begins, ends, names, verified, fault, words)


def _person(name: x509.Name) -> str:
    """The name in it that people use: the common name, else all of it."""
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    firm = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    told = [str(one[0].value) for one in (common, firm) if one]
    return clean(", ".join(dict.fromkeys(told)) or name.rfc4514_string(), 120)


def _names(one: x509.Certificate) -> tuple[str, ...]:
    try:
        found = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ()
    told = [*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))]
    return tuple(clean(name, 100) for name in told[:MAX_NAMES])
