"""The command line: every verb and option. Help, man page and shell completion are made from this one description."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from cli import __version__
from cli.codes import Exit, meanings
from cli.speak import WIDTH
from duty.chain import Head
from duty.phrases import N_
from wire.words import LANGUAGES, _

PROGRAM = "watchkeeper"
SHELLS = ("bash", "zsh", "fish")

ARGPARSE_SAYS = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("show program's version number and exit"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("not allowed with argument %s"),
    N_("%(prog)s: error: %(message)s\n"),
)
"""The library's own sentences, so that they are in our catalogs; see :func:`cli.speak.own_words_for_libraries`."""


class Parser(argparse.ArgumentParser):
    """The library's parser with our help layout. Abbreviated options would turn ambiguous with every new one."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "allow_abbrev": False, "formatter_class": _Layout, "add_help": False})

    def error(self, message: str) -> NoReturn:
        """Say it and end with the documented code."""
        self.print_usage(sys.stderr)
        self.exit(Exit.BAD, _("{program}: {message}", program=self.prog, message=message) + "\n")


class _Layout(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=WIDTH)


def build() -> Parser:
    """The whole command line in the language spoken now. A verb's ``run`` names its function as ``module:name``."""
    parser = Parser(
        prog=PROGRAM, description=_("The terminal of the person on duty."), epilog=_epilog(), add_help=False
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help=_("sentences instead of a screen, one a line: for screen readers, simple terminals and pipes"),
    )
    _common(parser, top=True)
    parser.set_defaults(run="cli.attach:run")
    verbs = parser.add_subparsers(title=_("commands"), dest="verb", metavar=_("COMMAND"), parser_class=Parser)

    def verb(name: str, run: str, words: str) -> Parser:
        made = verbs.add_parser(name, help=words, description=words)
        assert isinstance(made, Parser)
        _common(made, top=False)
        made.set_defaults(run=run)
        return made

    _watch_verbs(verb)
    _history_verbs(verb)
    _incident_verbs(verb)
    _record_verbs(verb)
    _log_verbs(verb)
    _site_verbs(verb)
    _host_verbs(verb)
    _shell_verbs(verb)
    return parser


Verb = Callable[[str, str, str], Parser]


def _common(parser: Parser, *, top: bool) -> None:
    """Options that may stand before and after the verb; after it they have no default that could undo the first."""
    group = parser.add_argument_group(_("common options"))
    text = None if top else argparse.SUPPRESS
    group.add_argument(
        "--site",
        metavar=_("PATH"),
        default=text,
        help=_("the site file; else $SITE, ./watchkeeper.toml, the XDG folder"),
    )
    group.add_argument(
        "--practice",
        action="store_true",
        default=False if top else argparse.SUPPRESS,
        help=_("the practice site: this machine and a small practice fleet"),
    )
    group.add_argument("--lang", choices=LANGUAGES, default=text, help=_("the language to speak"))
    group.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}", help=_("print the version"))
    group.add_argument("-h", "--help", action="help", help=_("print this help"))


def _watch_verbs(verb: Verb) -> None:
    start = verb(
        "start", "cli.serve:start", _("Start the watch of the site in the background, to stay until it is stopped.")
    )
    verb("stop", "cli.serve:stop", _("Stop the watch of the site."))
    verb("status", "cli.serve:status", _("Say whether the watch of the site runs, since when, and who is attached."))
    watch = verb("watch", "cli.serve:watch", _("Run the watch itself in the foreground; screens attach to it."))
    watch.add_argument(
        "--until-alone", action="store_true", help=_("end when the last screen has left instead of staying")
    )
    once = verb(
        "once", "cli.once:run", _("Take one reading of the site without a screen; the exit code is its worst state.")
    )
    once.add_argument("--json", action="store_true", help=_("print JSON"))
    once.add_argument(
        "--wait",
        type=seconds,
        default=20.0,
        metavar=_("SECONDS"),
        help=_("how long to wait for hosts; 20 if not given"),
    )
    for each in (start, watch, once):
        each.add_argument("--practice-hosts", type=number, metavar=_("NUMBER"), help=_("size of the practice fleet"))


def _history_verbs(verb: Verb) -> None:
    export = verb(
        "export", "cli.export:run", _("Print the history of the site as CSV or JSON. The watch need not run.")
    )
    export.add_argument("--host", metavar=_("HOST"), help=_("only this host; * stands for any characters"))
    export.add_argument(
        "--series",
        metavar=_("SERIES"),
        help=_('only these series, such as "disk:/data:used" or "line:*:in"; * stands for any characters'),
    )
    export.add_argument(
        "--since",
        metavar=_("TIME"),
        default="1d",
        help=_('from when on: "21:05", "2026-03-05 20:00", "yesterday", or "90m" for so long ago; "1d" if not given'),
    )
    export.add_argument("--until", metavar=_("TIME"), help=_("up to when, as --since; now if not given"))
    export.add_argument("--format", choices=("csv", "json"), default="csv", help=_("csv if not given"))
    export.add_argument(
        "--level",
        choices=("auto", "minute", "10min", "hour"),
        default="auto",
        help=_("how far rolled up; auto is the finest there is at each time"),
    )


def _incident_verbs(verb: Verb) -> None:
    verb("incidents", "cli.incidents:listed", _("List the incidents of the site. The watch need not run."))
    incident = verb("incident", "cli.incidents:shown", _("Print one incident, or its situation report."))
    incident.add_argument("number", type=int, metavar=_("NUMBER"), help=_("its number"))
    incident.add_argument(
        "--report", action="store_true", help=_("the whole situation report: clocks, evidence, review")
    )
    incident.add_argument("--format", choices=("md", "html"), default="md", help=_("md if not given"))


def _record_verbs(verb: Verb) -> None:
    verify = verb(
        "verify",
        "cli.record:verify",
        _("Prove that the duty log is as it was written, or name the first line that is not. The watch need not run."),
    )
    verify.add_argument(
        "--head",
        type=head,
        metavar=_("[LINE:]HEX"),
        help=_("a head that was noted before: it must still stand in the chain, at that line if one is given"),
    )
    verify.add_argument(
        "file",
        nargs="?",
        metavar=_("FILE"),
        help=_("an export as JSON Lines or CSV, or a backup, instead of the store"),
    )
    slip = verb("head", "cli.record:head", _("Print the head of the duty log, to be kept elsewhere and checked later."))
    export = verb(
        "export-log", "cli.export_log:run", _("Print the duty log for people and programs that do not have this one.")
    )
    export.add_argument(
        "--format",
        choices=("text", "md", "html", "csv", "jsonl"),
        default="text",
        help=_("text if not given; jsonl and csv can be verified by themselves"),
    )
    export.add_argument(
        "--since",
        metavar=_("TIME"),
        help=_('entered from when on: "21:05", "2026-03-05 20:00", "yesterday", or "90m" for so long ago; else all'),
    )
    export.add_argument("--until", metavar=_("TIME"), help=_("up to when, as --since; now if not given"))
    for each in (verify, slip, export):
        each.add_argument(
            "--chain", metavar=_("CHAIN"), help=_("the chain: duty, or that of a drill; duty or all if not given")
        )
    save = verb(
        "backup", "cli.backup:backup", _("Save the records into a new file and verify it. The watch may run meanwhile.")
    )
    save.add_argument("file", metavar=_("FILE"), help=_("the file to make; one that is there is never replaced"))
    back = verb(
        "restore",
        "cli.backup:restore",
        _("Put a backup in the place of the records, which are kept aside. No watch of the site may run."),
    )
    back.add_argument("file", metavar=_("FILE"), help=_("the backup"))
    back.add_argument("--unverified", action="store_true", help=_("also one that does not verify"))
    leave = verb(
        "archive",
        "cli.backup:archived",
        _("Move the oldest lines of the duty log into a verified file. What stays verifies from where it begins."),
    )
    leave.add_argument("file", metavar=_("FILE"), help=_("the file to make, JSON Lines; one that is there stays"))
    leave.add_argument(
        "--before",
        required=True,
        metavar=_("TIME"),
        help=_('lines entered before it: "2026-03-05T20:00" in the site\'s time zone, or so long ago ("400d")'),
    )
    attach = verb("attach", "cli.attach_file:run", _("Attach files to a new line of the duty log."))
    attach.add_argument("files", nargs="+", metavar=_("FILE"), help=_("a file of at most 32 MiB"))
    attach.add_argument("--note", required=True, metavar=_("TEXT"), help=_("the words of the line"))


def _log_verbs(verb: Verb) -> None:
    log = verb("log", "cli.log:run", _("Print lines of the duty log, all or those that fit. The watch need not run."))
    log.add_argument(
        "query",
        nargs="*",
        metavar=_("QUERY"),
        help=_("words, host: actor: kind: incident: day: shift: post: since: until: with values; all of it must fit"),
    )
    most = _("the newest so many; 50 if not given")
    log.add_argument("--limit", type=lines, default=50, metavar=_("NUMBER"), help=most)
    log.add_argument("--json", action="store_true", help=_("print JSON, an object a line"))


def _site_verbs(verb: Verb) -> None:
    check = verb(
        "check", "cli.site_file:check", _("List every problem of a site file, with its line and what was wanted.")
    )
    check.add_argument(
        "file", nargs="?", metavar=_("FILE"), help=_("the site file; if not given, the one that would be used")
    )
    init = verb("init", "cli.site_file:init", _("Write a commented site file to begin with. Never overwrites one."))
    init.add_argument(
        "--no-import", action="store_false", dest="import_hosts", help=_("leave out the hosts of ~/.ssh/config")
    )
    init.add_argument("file", nargs="?", metavar=_("FILE"), help=_("where to; ./watchkeeper.toml if not given"))
    verb("schema", "cli.site_file:schema", _("Print the JSON Schema of the site file, for editors."))
    verb("hosts", "cli.site_file:hosts", _("Print the ids of the hosts of the site."))
    alarms = verb(
        "alarms",
        "cli.alarms:run",
        _("List the alarms in force: cause, consequence, what the operator does, priority and delays."),
    )
    alarms.add_argument("--json", action="store_true", help=_("print JSON"))
    alarms.add_argument(
        "--review",
        action="store_true",
        help=_("instead: how many came in a time, against the figures for an operator's load; the watch need not run"),
    )
    alarms.add_argument(
        "--since",
        metavar=_("TIME"),
        help=_('the review from when on: "2026-03-05", "yesterday", or "90m" for so long ago; "30d" if not given'),
    )
    alarms.add_argument("--until", metavar=_("TIME"), help=_("up to when, as --since; now if not given"))


def _host_verbs(verb: Verb) -> None:
    doctor = verb(
        "doctor",
        "cli.hosts:doctor",
        _("Show the SSH settings in force for a host and each step of the connection; for a failure, what to do."),
    )
    authorize = verb(
        "authorize",
        "cli.hosts:authorize",
        _("Print the authorized_keys line that lets a key run the probe and nothing else."),
    )
    accept = verb(
        "accept-key", "cli.hosts:accept_key", _("Show the fingerprint of a host's key, and accept it if you say so.")
    )
    for each in (doctor, authorize, accept):
        each.add_argument("host", metavar=_("HOST"), help=_("id of a host of the site, or an SSH alias or address"))
    authorize.add_argument("--key", metavar=_("FILE"), help=_("public key; if not given, the identity of the host"))


def _shell_verbs(verb: Verb) -> None:
    completion = verb("completion", "cli.shells:completion", _("Print the completion script for a shell."))
    completion.add_argument("shell", choices=SHELLS, help=_("the shell"))
    verb("man", "cli.man:run", _("Print the man page, for man -l or a man folder."))


def _epilog() -> str:
    codes = "\n".join(f"  {code.value:>3}  {words}" for code, words in meanings().items())
    return _("Without a command the screen opens: it attaches to the watch of the site, or starts one.") + (
        "\n\n" + _("exit codes:") + "\n" + codes
    )


def seconds(text: str) -> float:
    """A number of seconds above zero, plain or as in the site file (``1m``)."""
    try:
        value = float(text.removesuffix("s"))
    except ValueError:
        value = 60 * float(text.removesuffix("m"))
    if not 0 < value <= 86_400:
        raise ValueError
    return value


def head(text: str) -> Head:
    """A head as a slip has it: at least twelve digits of a hash, and the number of its line in front."""
    line, _colon, digits = text.strip().lower().rpartition(":")
    if not 12 <= len(digits) <= 64 or not set(digits) <= set("0123456789abcdef") or (line and not line.isdigit()):
        raise ValueError
    return Head(digits, int(line) if line else None)


def lines(text: str) -> int:
    """How many lines of the log."""
    value = int(text)
    if not 1 <= value <= 1_000_000:
        raise ValueError
    return value


def number(text: str) -> int:
    """A size of a fleet."""
    value = int(text)
    if not 1 <= value <= 2_000:
        raise ValueError
    return value
