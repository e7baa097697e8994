"""One GET, its status, and the text it must hold. Redirects are an answer, not a way to go."""

from __future__ import annotations

import h11

from collectors.apps.course import Course
from collectors.apps.faults import AppFault, hung_up
from collectors.apps.tls import Contexts, secured
from collectors.apps.way import Stream, Way
from collectors.failures import said
from duty.clean import clean_bytes
from duty.phrases import phrase
from duty.readings import AppReading, Certificate
from duty.site import AppRule

MAX_BODY = 64 * 1024
"""Bytes of the body that are looked at."""
CHUNK = 16 * 1024
USUAL_PORTS = {True: 443, False: 80}


async def ask_http(rule: AppRule, way: Way, course: Course, contexts: Contexts) -> AppReading:
    """Ask for the page. The certificate is told even where the page is not well."""
    shown: Certificate | None = None
    stream: Stream
    if rule.secure:
        stream, shown = await secured(rule, way, course, contexts)
    else:
        stream = await way.open(rule.key, rule.address, rule.port, course)
    try:
        status, reason, body = await _get(stream, rule, course)
    except AppFault as fault:
        return AppReading(rule.key, fault.outcome, fault.why, course.steps(whole=False), certificate=shown)
    finally:
        stream.close()
    told = f"{status} {reason}".strip()
    why = None
    well = status in rule.status if rule.status else 200 <= status < 400
    if not well:
        why = phrase("answers with status {status}", status=told)
    elif rule.expect is not None and rule.expect not in body.decode("utf-8", "replace"):
        why = phrase("answers with status {status}, but without the text {text}", status=told, text=rule.expect)
    steps = course.steps(whole=True)
    if why is not None:
        return AppReading(rule.key, "failed", why, steps, status=status, text=told, certificate=shown)
    return AppReading(rule.key, "answered", None, steps, status=status, text=told, certificate=shown)


async def _get(stream: Stream, rule: AppRule, course: Course) -> tuple[int, str, bytes]:
    http = h11.Connection(h11.CLIENT)
    host = f"[{rule.address}]" if ":" in rule.address else rule.server_name or rule.address
    if rule.port != USUAL_PORTS[rule.secure]:
        host = f"{host}:{rule.port}"
    headers = [("Host", host), ("User-Agent", "watchkeeper"), ("Accept", "*/*"), ("Connection", "close")]
    course.begin("first_byte")
    status, reason, body = 0, "", b""
    try:
        request = http.send(h11.Request(method="GET", target=rule.path or "/", headers=headers))
        await stream.write((request or b"") + (http.send(h11.EndOfMessage()) or b""))
        heard = False
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                data = await stream.read(CHUNK)
                if not heard and data:
                    heard = True
                    course.done()
                    course.begin("whole")
                elif not heard:
                    raise hung_up(rule)
                http.receive_data(data)
            elif isinstance(event, h11.Response):
                status, reason = event.status_code, clean_bytes(event.reason, 60)
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
                if len(body) >= MAX_BODY:
                    return status, reason, body[:MAX_BODY]
            elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)) or event is h11.PAUSED:
                return status, reason, body
    except EOFError:
        raise hung_up(rule) from None
    except h11.RemoteProtocolError as error:
        if status:
            raise AppFault(phrase("its answer breaks off: {error}", error=said(error))) from None
        raise AppFault(phrase("does not speak HTTP: {error}", error=said(error))) from None
