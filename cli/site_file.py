"""Verbs on the site file: check, init, schema, hosts."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from cli.codes import Exit
from cli.speak import err, out, wrapped
from config.find import FILE_NAME, config_home, find_site
from config.problems import Problem
from duty.clean import clean
from duty.site import SiteSpec
from wire.words import _, say


def check(args: argparse.Namespace) -> int:
    """Every problem of the file, or one line that says what it holds."""
    path = find_site(args.file or args.site, os.environ, Path.cwd())
    if path is None:
        return no_site()
    from config.load import load_site

    loaded = load_site(path)
    if loaded.site is None:
        out(told(loaded.problems))
        out(_("{number} problems in {file}", number=len(loaded.problems), file=clean(str(path))))
        return Exit.BAD
    out(_summary(loaded.site))
    return Exit.WELL


def _summary(site: SiteSpec) -> str:
    return _(
        "{file}: no problems. Hosts: {hosts}, processes: {processes}, lines: {lines}, disks: {disks}, logs: {logs}.",
        file=clean(site.source),
        hosts=len(site.hosts),
        processes=sum(len(host.processes) for host in site.hosts),
        lines=sum(len(host.lines) for host in site.hosts),
        disks=sum(len(host.disks) for host in site.hosts),
        logs=sum(len(host.events) for host in site.hosts),
    )


def told(problems: Iterable[Problem]) -> str:
    """Problems as text, each with its place, what was wanted, what is there, and what to write."""
    return "\n".join(_one(problem) for problem in problems)


def _one(problem: Problem) -> str:
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part is not None)
    lines = [f"{place}: {problem.key}" if problem.key else place]
    rows = [(_("wanted"), say(problem.wanted)), (_("found"), problem.got), (_("perhaps"), problem.suggestion or "")]
    lines += [wrapped(f"    {label}: {words}", 8) for label, words in rows if words]
    return "\n".join(lines)


def no_site() -> int:
    """There is no site file at any of the usual places."""
    folder = config_home(os.environ)
    err(_("There is no site file: neither ./{name} nor {path}.", name=FILE_NAME, path=clean(str(folder / FILE_NAME))))
    err(_("`watchkeeper init` writes one to begin with; `watchkeeper --practice` needs none."))
    return Exit.BAD


def init(args: argparse.Namespace) -> int:
    """Write a starter, with the person's SSH aliases as hosts if asked."""
    from config.ssh_names import ssh_names
    from config.starter import local_zone, starter

    given = args.file or args.site
    path = Path(os.path.expanduser(given)) if given else Path(FILE_NAME)
    path = path / FILE_NAME if path.is_dir() else path
    home = Path(os.path.expanduser("~"))
    names = ssh_names(home / ".ssh" / "config", home) if args.import_hosts else []
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter(names, local_zone(os.environ)))
    except FileExistsError:
        err(_("{path} is there already; it stays as it is.", path=clean(str(path))))
        return Exit.BAD
    except OSError as error:
        why = clean(error.strerror or str(error))
        err(_("{path} cannot be written: {error}", path=clean(str(path)), error=why))
        return Exit.BAD
    out(_("{path} is written, with {number} hosts of ~/.ssh/config.", path=clean(str(path)), number=len(names)))
    return Exit.WELL


def schema(_args: argparse.Namespace) -> int:
    """The JSON Schema."""
    from config.schema import schema_text

    out(schema_text().rstrip())
    return Exit.WELL


def hosts(args: argparse.Namespace) -> int:
    """The ids of the hosts, one a line."""
    site = loaded_site(args)
    if isinstance(site, int):
        return site
    for host in site.hosts:
        out(host.id)
    return Exit.WELL


def loaded_site(args: argparse.Namespace) -> SiteSpec | int:
    """The site of the command line, or the exit code after its problems were told."""
    path = find_site(args.site, os.environ, Path.cwd())
    if path is None:
        return no_site()
    from config.load import load_site

    loaded = load_site(path)
    if loaded.site is None:
        err(told(loaded.problems))
        return Exit.BAD
    return loaded.site
