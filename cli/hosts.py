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
from cli.speak import err, out, padded, wrapped
from config.find import find_site
from duty.clean import clean
from duty.site import HostSpec, SiteSpec
from wire.words import _, say

if TYPE_CHECKING:
    from collectors.doctor import Step
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


def doctor(args: argparse.Namespace) -> int:
    """Every step to the host, each with what it found, and what to do about the first that failed."""
    chosen = _host(args)
    if isinstance(chosen, int):
        return chosen
    steps = asyncio.run(_examined(*chosen))
    for step in steps:
        out(_step(step))
    return Exit.WELL if all(step.state == "ok" for step in steps) else Exit.BAD


async def _examined(spec: HostSpec, site: SiteSpec) -> list[Step]:
    from collectors.doctor import examine
    from collectors.ssh_environment import SshEnvironment

    env = SshEnvironment()
    try:
        return await examine(spec, site, env)
    finally:
        await env.close()


def _step(step: Step) -> str:
    signs = {"ok": "+ " + _("ok"), "failed": "x " + _("failed"), "not_reached": ". " + _("not reached")}
    took = "" if step.seconds is None else _("  ({seconds} s)", seconds=f"{step.seconds:.3f}")
    lines = [wrapped(f"{padded(signs[step.state], 14)}{padded(say(step.name), 20)}{say(step.detail)}{took}", 34)]
    if step.advice is not None:
        lines.append(wrapped(" " * 14 + "→ " + say(step.advice), 16))
    return "\n".join(lines)


def authorize(args: argparse.Namespace) -> int:
    """The line for authorized_keys on the host; where others are reached through it, with forwarding."""
    chosen = _host(args)
    if isinstance(chosen, int):
        return chosen
    spec, site = chosen
    from collectors.authorize import MAX_KEY, NotAPublicKey, authorized_keys_line

    path = _public_key(args.key, spec, site)
    if path is None:
        err(_("No public key is known for {host}: give one with --key FILE.", host=spec.id))
        return Exit.BAD
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(MAX_KEY + 1)
        jump_host = any(host.via == spec.id for host in site.hosts)
        out(authorized_keys_line(text, jump_host, spec))
    except OSError as error:
        why = clean(error.strerror or str(error))
        err(_("{path} cannot be read: {error}", path=clean(str(path)), error=why))
        return Exit.BAD
    except NotAPublicKey as refused:
        err(f"{clean(str(path))}: {say(refused.why)}")
        return Exit.BAD
    return Exit.WELL


def _public_key(given: str | None, spec: HostSpec, site: SiteSpec) -> Path | None:
    """The file of the public key: the one given, else that of the first identity in force which has one."""
    if given:
        return Path(os.path.expanduser(given))
    home = Path(os.path.expanduser("~")) / ".ssh"
    usual = tuple(str(home / f"id_{kind}") for kind in ("ed25519", "ecdsa", "rsa"))
    public = (Path(f"{path}.pub") for path in asyncio.run(_identities(spec, site)) or usual)
    return next((path for path in public if path.is_file()), None)


async def _identities(spec: HostSpec, site: SiteSpec) -> tuple[str, ...]:
    from collectors.failures import DialFailed
    from collectors.ways import settings_of

    try:
        return (await settings_of(spec, site)).identities
    except DialFailed:
        return (spec.identity,) if spec.identity else ()


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
