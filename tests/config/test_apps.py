"""Application checks of a site file, settled."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import targets
from config.load import load_site
from duty.site import AppRule, HostSpec, Limits, PerfBound, PerfLimit

FILE = Path(__file__).parent / "good" / "apps.toml"


def host(name: str) -> HostSpec:
    site = load_site(FILE).site
    assert site is not None
    return next(one for one in site.hosts if one.id == name)


def app(name: str, key: str) -> AppRule:
    return next(one for one in host(name).apps if one.key == key)


def test_role_and_host_are_joined_by_key() -> None:
    assert [one.key for one in host("front1").apps] == ["front", "web", "db-free", "tls", "free"]
    assert host("front2").apps == ()
    front = app("front1", "front")
    assert (front.kind, front.target, front.address, front.port) == ("tcp", "127.0.0.1:17001", "127.0.0.1", 17001)
    assert (front.banner, front.interval_s, front.deadline_s, front.hold_s) == ("^SGE 4", 5, 5, 3)
    assert front.time_s == Limits(0.2, 1) and not front.from_console


def test_pages_and_certificates() -> None:
    web, tls = app("front1", "web"), app("front1", "tls")
    assert (web.address, web.port, web.path, web.secure, web.status) == (
        "10.8.0.21",
        443,
        "/health?full=1",
        True,
        (200, 204),
    )
    assert (web.cert_days, web.ca, web.verify, web.tls) == (Limits(30, 7), str(FILE.parent / "ca.pem"), True, True)
    assert (tls.target, tls.address, tls.port) == ("[2001:db8::1]:8443", "2001:db8::1", 8443)
    assert (tls.cert_days, tls.verify, tls.from_console, tls.interval_s) == (Limits(60, 14), False, True, 300)


def test_commands_and_their_limits() -> None:
    db, free = app("front1", "db-free"), app("front1", "free")
    assert db.argv == ("/usr/lib/nagios/plugins/check_pgsql", "-d", "settle db") and db.deadline_s == 10
    assert db.limits == (PerfLimit("size", PerfBound(80, percent=True), PerfBound(90, percent=True)),)
    assert free.limits == (
        PerfLimit("free", None, PerfBound(5, percent=True, below=True)),
        PerfLimit("bytes", PerfBound(2.0 * 2**30, below=True), PerfBound(1.0 * 2**30, below=True)),
        PerfLimit("age", None, PerfBound(2.0)),
    )
    assert (free.interval_s, free.hold_s) == (60, 60)


def test_this_machine_asks_for_itself() -> None:
    mine = app("here", "mine")
    assert mine.from_console and (mine.address, mine.port) == ("127.0.0.1", 8080)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (17001, ":17001"), ("17001", ":17001"), (":17001", ":17001"), ("gw.example:80", "gw.example:80"),
        ("10.0.0.1:1", "10.0.0.1:1"), ("[::1]:443", "[::1]:443"), ("[2001:DB8::0001]:443", "[2001:db8::1]:443"),
    ],
)  # fmt: skip
def test_endpoints(written: object, wanted: str) -> None:
    assert targets.endpoint(written) == wanted


@pytest.mark.parametrize(
    "written", [0, 65536, True, None, "", "a b:1", "::1:443", "[::1:443", "a:b", "1.2.3:4", 'x";y:1']
)
def test_what_is_no_endpoint(written: object) -> None:
    with pytest.raises(ValueError):
        targets.endpoint(written)


@given(st.text())
def test_no_text_gets_past_as_more_than_an_address(text: str) -> None:
    """What passes stands in an authorized_keys line and is sent to hosts: a plain word, nothing to break out with."""
    for read in (targets.endpoint, targets.url, targets.command, targets.bound):
        try:
            found = read(text)
        except ValueError:
            continue
        if read is targets.endpoint:
            assert isinstance(found, str) and found.isascii() and not set(found) & set(" \"'\\,\n\t")
            host, port = targets.split(found)
            assert 1 <= port <= 65535 and host
