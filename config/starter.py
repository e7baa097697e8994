"""The first site file: short, commented, valid as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import available_timezones

MAX_IMPORTED = 500
"""Hosts imported at once."""

_TEXT = """\
# The site file of Watchkeeper. `watchkeeper check` lists every problem in it, `watchkeeper schema` prints the
# JSON Schema that editors complete from, and docs/configuration.md explains every key.

[site]
name = "{name}"
time_zone = "{zone}"
# language = "zh_CN"          # where a person's own settings ask for none: "en" or "zh_CN"
# interval = "1s"             # between two samples of a host

# What all hosts of a role have in common. A host takes it with role = "gateway" and may say otherwise.
[roles.gateway]
group = "Gateways"
# via = "jump1"               # reached through this host of the site
processes = [
  # {{ name = "gatewayd", user = "trade", count = 2, ports = [9001], cpu = {{ warn = 150, act = 190 }} }},
]
lines = [
  # {{ key = "exchange-a", interface = "eth1", capacity = "10Mbit", use = {{ warn = 60, act = 80 }} }},
]
disks = ["/", {{ mount = "*", used = {{ warn = 80, act = 90 }} }}]

events = [
  # {{ file = "/var/log/gatewayd.log", patterns = [{{ pattern = "FATAL", level = "act" }}, "ERROR"] }},
]

# This very machine, read without SSH.
[hosts.{local}]
local = true
label = "This console"

# Other hosts. The id is what SSH is asked for: an alias of ~/.ssh/config or a name. A line or two is enough.
{hosts}"""

_EXAMPLE = """\
# [hosts.gw1]
# role = "gateway"
#
# [hosts.db1]
# address = "10.1.0.20"
# user = "watch"
# processes = ["postgres", { key = "backup", args = "backup[.]sh --nightly", count = "0-1" }]
# disks = [{ mount = "/var/lib/postgresql", used = { warn = 70, act = 85 }, required = true }]
"""


def starter(imported: Sequence[str] = (), zone: str = "UTC", name: str = "My site") -> str:
    """The text of a starter site file with ``imported`` aliases as hosts."""
    taken = {host.lower() for host in imported}
    local = next(word for word in ("console", "this-machine", "watchkeeper-console") if word not in taken)
    hosts = "".join(
        f'\n[hosts."{host}"]\n' if "." in host else f"\n[hosts.{host}]\n" for host in imported[:MAX_IMPORTED]
    )
    return _TEXT.format(name=name, zone=zone, local=local, hosts=hosts or _EXAMPLE)


def local_zone(environ: Mapping[str, str], etc: Path = Path("/etc")) -> str:
    """The IANA zone of this machine, ``UTC`` where it cannot be known."""
    known = available_timezones()
    candidates = [environ.get("TZ", "").removeprefix(":")]
    try:
        candidates.append((etc / "timezone").read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        pass
    candidates.append(str((etc / "localtime").resolve()).rpartition("zoneinfo/")[2])
    return next((zone for zone in candidates if zone in known), "UTC")
