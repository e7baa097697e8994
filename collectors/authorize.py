"""The authorized_keys line of a key that may run the probe and do nothing else."""

from __future__ import annotations

import asyncssh

from collectors import probe
from duty.clean import clean
from duty.phrases import Phrase, phrase
from duty.site import AppRule, HostSpec

MAX_KEY = 16 * 1024


class NotAPublicKey(ValueError):
    """The text is not one public key. ``why`` says it to a person."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(str(why))
        self.why = why


def authorized_keys_line(public_key: str, jump_host: bool = False, spec: HostSpec | None = None) -> str:
    """``restrict,command="…" algorithm base64 comment`` for the text of one public key (the content of a .pub file).

    ``jump_host`` lets other hosts be reached through this login as well: forwarding of TCP, still no other command.
    ``spec``: the host it is for; its check commands are part of what may run, and the applications asked from it are
    what may be connected to.

    Raises:
        NotAPublicKey: Nothing that can be put into authorized_keys.
    """
    text = public_key.strip()
    if "PRIVATE KEY" in text:
        raise NotAPublicKey(phrase("this is a private key: it must not leave its place; give the .pub file"))
    if len(text) > MAX_KEY or len(text.splitlines()) != 1:
        raise NotAPublicKey(phrase("one line of a public key is needed, as in a .pub file"))
    algorithm, _, rest = text.partition(" ")
    base64, _, comment = rest.strip().partition(" ")
    try:
        key = asyncssh.import_public_key(f"{algorithm} {base64}")
    except (asyncssh.KeyImportError, ValueError) as error:
        raise NotAPublicKey(phrase("not a public key: {error}", error=clean(str(error), 120))) from None
    fields = key.export_public_key().decode("ascii").split()
    options = "restrict,port-forwarding" if jump_host else f"restrict{_forwarding(spec)}"
    command = probe.forced_command(spec).replace("\\", "\\\\").replace('"', '\\"')
    return f'{options},command="{command}" {fields[0]} {fields[1]} {clean(comment.strip(), 100)}'.rstrip()


def _forwarding(spec: HostSpec | None) -> str:
    """Forwarding to exactly what the host's applications are asked at, as the request will have it word for word."""
    rules = () if spec is None else spec.apps
    places = [_place(rule) for rule in rules if rule.kind != "command" and not rule.from_console]
    return "".join([",port-forwarding" if places else "", *dict.fromkeys(f',permitopen="{place}"' for place in places)])


def _place(rule: AppRule) -> str:
    return f"[{rule.address}]:{rule.port}" if ":" in rule.address else f"{rule.address}:{rule.port}"
