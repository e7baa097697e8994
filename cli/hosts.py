"""Verbs on one host: doctor, authorize, accept-key. A host of the site by its id, any other as SSH would take it."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.codes import Exit
from cli.site_file import told
from cli.speak import err, out, wrapped
from config.find import find_site
from duty.clean import clean
from duty.site import HostSpec, SiteSpec
from wire.words import _, say

if TYPE_CHECKING:
    from collectors.failures import Failure, Offer

MAX_ACCEPTED = 16
"""Keys asked about in one go: a chain of jump hosts has no more."""


def _host(args: argparse.Namespace) -> tuple[HostSpec, SiteSpec] | int:
    """The host of the command line in its site, or the exit code after it was said why there is none."""
    if args.practice:
        err(_("The practice hosts live inside their watch; this command is for real hosts."))
        return Exit.BAD
    site = SiteSpec(name="", time_zone="UTC", language=None, hosts=(), source="")
    path = find_site(args.site, os.environ, Path.cwd())
    if path is not None:
        from config.load import load_site

        loaded = load_site(path)
        if loaded.site is None:
            err(told(loaded.problems))
            return Exit.BAD
        site = loaded.site
    found = next((host for host in site.hosts if host.id == args.host), None)
    if found is not None and found.local:
        err(_("{host} is this machine: it is read without SSH.", host=found.id))
        return Exit.BAD
    return (found or HostSpec(id=clean(args.host, 255), address=args.host)), site


def accept_key(args: argparse.Namespace) -> int:
    """Dial, show each key on the way that is not known, and accept it if the person says yes."""
    chosen = _host(args)
    if isinstance(chosen, int):
        return chosen
    return asyncio.run(_accept(*chosen))


async def _accept(spec: HostSpec, site: SiteSpec) -> int:
    from collectors import known_hosts
    from collectors.ssh_environment import SshEnvironment

    env = SshEnvironment()
    try:
        for _asked in range(MAX_ACCEPTED):
            failure = await _failure(spec, site, env)
            if failure is None:
                out(_("The key of {host} is known, and the login works.", host=spec.id))
                return Exit.WELL
            if failure.offer is None:
                err(say(failure.why))
                err(wrapped(say(failure.advice), 2))
                return Exit.BAD
            if not _consent(failure, failure.offer):
                return Exit.WATCH
            offer = failure.offer
            refused = await asyncio.to_thread(
                known_hosts.accept_key, offer.name, offer.port, offer.key, Path(offer.file)
            )
            if refused is not None:
                err(say(refused))
                return Exit.BAD
            out(_("Written to {file}.", file=clean(offer.file)))
    finally:
        await env.close()
    return Exit.BAD


async def _failure(spec: HostSpec, site: SiteSpec, env: object) -> Failure | None:
    """Dial once; why it did not work, or ``None``."""
    from collectors.dial import dial
    from collectors.failures import DialFailed
    from collectors.ssh_environment import SshEnvironment
    from collectors.ways import settings_of, way_to

    assert isinstance(env, SshEnvironment)
    try:
        settings = await settings_of(spec, site)
        lease = await (await way_to(spec, site, settings, env)).lease()
        try:
            (await dial(settings, env, lease.connection if lease else None)).close()
        finally:
            if lease is not None:
                lease.release()
    except DialFailed as failed:
        return failed.failure
    return None


def _consent(failure: Failure, offer: Offer) -> bool:
    """Show the key; whether a person at a terminal says yes, in full."""
    out(say(failure.why))
    out(_("{algorithm} key of {host}, port {port}:", algorithm=offer.key.algorithm, host=offer.name, port=offer.port))
    out(f"  {offer.key.fingerprint}")
    out(wrapped(_("Compare it with what `ssh-keygen -lf` says on the host itself, or ask its administrator."), 0))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        err(_("Nobody at a terminal can say yes: nothing was accepted."))
        return False
    print(_("Accept this key? Write yes or no:"), end=" ", flush=True)
    answer = sys.stdin.readline().strip().lower()
    if answer in ("yes", _("yes")):
        return True
    out(_("Nothing was accepted."))
    return False
