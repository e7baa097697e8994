"""The line for authorized_keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors import probe
from collectors.authorize import NotAPublicKey, authorized_keys_line
from tests.support.sshd import new_key, public


def test_the_line(tmp_path: Path) -> None:
    new_key(tmp_path / "key", "duty@desk")
    line = authorized_keys_line(Path(f"{tmp_path}/key.pub").read_text())
    assert line == f'restrict,command="{probe.forced_command()}" {public(tmp_path / "key")} duty@desk'
    assert probe.HASH in line and "\n" not in line
    assert authorized_keys_line(public(tmp_path / "key"), jump_host=True).startswith(
        "restrict,port-forwarding,command="
    )


def test_what_is_no_public_key(tmp_path: Path) -> None:
    new_key(tmp_path / "key")
    good = public(tmp_path / "key")
    texts = ["", "nonsense", "ssh-ed25519 AAAA", f"{good}\n{good}", f'command="sh" {good}', "x" * 20_000]
    for text in [*texts, (tmp_path / "key").read_text()]:
        with pytest.raises(NotAPublicKey):
            authorized_keys_line(text)


def test_a_comment_cannot_bring_another_line(tmp_path: Path) -> None:
    new_key(tmp_path / "key")
    line = authorized_keys_line(public(tmp_path / "key") + " 值班 me\x1b[2J\u202e")
    assert "\x1b" not in line and "\u202e" not in line and "值班 me" in line
