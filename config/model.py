"""The site file as tables. The words under each field are what an editor shows; ``watchkeeper schema`` prints them.

A host's keys may also stand in its role; :mod:`config.settle` joins both. No default stands in a field here: a key
that is absent must stay distinguishable from a key that says the same as the default.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from config.alarms import Alarm
from config.duty_tables import ContactTable, Incidents, PersonTable, TemplateTable
from config.emergency import Emergency
from config.fields import (
    Address,
    Bytes,
    Named,
    Plain,
    Seconds,
    SshPort,
    TimeOfDay,
    User,
    Zone,
    between,
    least_size,
)
from config.machine import Clock, Health
from config.maintenance import Maintenance, Weekday
from config.rules import App, Disk, Event, Line, Process
from config.stores import StoreName
from config.table import Table

Interval = Annotated[Seconds, between(0.2, 3600, "200ms – 1h")]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Paths = Annotated[list[Plain], BeforeValidator(_listed, json_schema_input_type=str | list[str])]


class Session(Table):
    """One trading session of the day, in the site's time zone."""

    name: Named
    """Its name, unique in the site."""
    start: TimeOfDay = Field(alias="from")
    """Time at which it begins."""
    end: TimeOfDay = Field(alias="to")
    """Time at which it ends; where that is not later than `from`, on the next day."""
    days: list[Weekday] | None = None
    """Days on which it begins; over midnight it belongs to that day. Default: Monday to Friday."""


class History(Table):
    """How much of the past is kept."""

    size: Annotated[Bytes, least_size(16 << 20, "16MiB")] = float(1 << 30)
    """Most that the file of history takes. Default: "1GiB"."""
    days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Nothing is kept for longer."""


class Site(Table):
    """The site as a whole."""

    name: Named
    """Its name, shown on every screen."""
    time_zone: Zone = "UTC"
    """IANA time zone in which times are shown and the duty log is kept, such as "Asia/Shanghai"."""
    language: Literal["en", "zh_CN"] | None = None
    """Language where the person's own settings ask for none."""
    interval: Interval = 1.0
    """Time between two samples of a host."""
    slow_interval: Interval = 15.0
    """Time between the heavier questions: finding processes anew, listening ports, mounts; for logs 5s at most."""
    ssh_config: Paths | None = None
    """SSH configuration files to use instead of ~/.ssh/config. A relative path starts at this file's folder."""
    known_hosts: Paths | None = None
    """Files of known host keys to use instead of the SSH configuration's own; relative as above."""
    max_dials: Annotated[int, Field(ge=1, le=1000)] = 20
    """Connections being opened at the same time."""
    sessions: list[Session] = Field(default_factory=list)
    """Trading sessions: peaks of lines are kept for each."""
    history: History = Field(default_factory=History)
    """How much of the past is kept."""
    store: StoreName | None = None
    """Where the records are: a file or "postgresql://USER@HOST/DATABASE", no password. Default: the state folder."""


class HostDefaults(Table):
    """What a role may give to its hosts and a host may say itself."""

    group: Named | None = None
    """Heading under which the host is shown, such as a room or a floor."""
    via: str | None = None
    """Id of the host of this site through which it is reached (ProxyJump)."""
    user: User | None = None
    """User to log in as. Default: as the SSH configuration says."""
    port: SshPort | None = None
    """Port of the SSH server. Default: as the SSH configuration says."""
    identity: Plain | None = None
    """Path of the private key. Default: the SSH configuration and the agent."""
    interval: Interval | None = None
    """Time between two samples. Default: the site's."""
    processes: list[Process] | None = None
    """Key processes. The role's and the host's are joined by key; the host's word wins; [] takes none."""
    lines: list[Line] | None = None
    """Lines. The role's and the host's are joined by key."""
    health: Health | None = None
    """The machine itself; each key the host does not give is the role's."""
    clock: Clock | None = None
    """Its clock; each key the host does not give is the role's."""
    disks: list[Disk] | None = None
    """Mounts that count, joined by mount. Default, where neither role nor host names any: ["*"]."""
    apps: list[App] | None = None
    """Applications that must answer. The role's and the host's are joined by key; [] takes none."""
    events: list[Event] | None = None
    """Logs that are followed for key events. The role's and the host's are joined by key; [] takes none."""


class Role(HostDefaults):
    """Defaults for every host of this role."""


class Host(HostDefaults):
    """One host. An empty table is enough: its id is then the SSH alias, and its disks are watched."""

    address: Address | None = None
    """Alias of ~/.ssh/config, host name or IP address. Default: the host's id."""
    local: bool = False
    """This very machine, read without SSH."""
    role: str | None = None
    """Name of a [roles.NAME] table whose defaults it takes."""
    label: Named | None = None
    """A few words for people, in any language."""
    depends_on: list[Named] | None = None
    """What it is reached through beside `via`: "fw1" a host of this site, "gw1 line sge-2" a line of one. While that is
    down, its own alarms fold under it."""


class SiteFile(Table):
    """A site file of Watchkeeper."""

    site: Site
    """The site as a whole."""
    roles: dict[str, Role] = Field(default_factory=dict)
    """Defaults by role, so that a host needs a line or two."""
    hosts: dict[str, Host] = Field(default_factory=dict)
    """The hosts; each key is the id used on every screen and in the log."""
    people: list[PersonTable] = Field(default_factory=list)
    """Who is on duty here, and what each of them may do."""
    contacts: list[ContactTable] = Field(default_factory=list)
    """Who is called when it matters."""
    incidents: Incidents = Field(default_factory=Incidents)
    """How incidents are handled."""
    template: list[TemplateTable] = Field(default_factory=list)
    """Lines of the duty log that are prepared, beside the built-in ones."""
    alarm: list[Alarm] = Field(default_factory=list)
    """The site's own word on alarms."""
    emergency: list[Emergency] = Field(default_factory=list)
    """What is done in an emergency, step by step."""
    maintenance: list[Maintenance] = Field(default_factory=list)
    """Planned windows of maintenance."""
