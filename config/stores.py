"""Where a site keeps its records: a file, or a database of a PostgreSQL server. Never a password."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, Field

from config.refusal import refuse
from duty.phrases import phrase

SCHEMES = ("postgresql", "postgresql+psycopg")
EXAMPLE = "postgresql://duty@db.example/watchkeeper"
_MOST = 500
_SECRET = ("password", "sslpassword")


def checked(value: str) -> str:
    """A path, or a URL of PostgreSQL without a password in it; refused otherwise."""
    wanted = phrase("the path of a file, or a URL such as {example}", example=EXAMPLE)
    if not value or len(value) > _MOST or not value.isprintable():
        raise refuse(wanted)
    if not is_server(value):
        return value
    try:
        parts = urlsplit(value)
        _ = parts.port
        asked = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise refuse(wanted) from None
    if parts.scheme not in SCHEMES or len(parts.path) < 2 or parts.fragment:
        raise refuse(wanted)
    if parts.password is not None or asked.keys() & set(_SECRET):
        raise refuse(
            phrase("a URL without password: that belongs in PGPASSWORD or a password file (~/.pgpass, ?passfile=)")
        )
    return value


def is_server(value: str) -> bool:
    """Whether this names a server rather than a file."""
    return "://" in value


StoreName = Annotated[str, Field(min_length=1, max_length=_MOST), AfterValidator(checked)]


def settled(written: str | None, folder: Path) -> str:
    """What everyone reads: a URL as it stands, a path absolute, nothing for the usual place."""
    if written is None or is_server(written):
        return written or ""
    try:
        return str(folder / Path(written).expanduser())
    except RuntimeError:  # no such user
        return str(folder / written)


def named_in(site: Path) -> str | None:
    """The store that a site file names, whatever else is wrong in it; ``None`` where not even that can be read."""
    try:
        with site.open("rb") as file:
            written = tomllib.load(file).get("site", {}).get("store")
        return settled(None if written is None else checked(written), site.absolute().parent)
    except (OSError, ValueError, TypeError, AttributeError):  # of a bad file, of bad TOML, of another kind of value
        return None
