"""The ``watchkeeper`` command. Every verb's own code is imported when it runs: ``--version`` loads no library."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cli.codes import Exit


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the result is the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a sign still gets the sentence
    try:
        code = _command(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Who read us has gone; the interpreter would complain once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.WELL
    return code


def _open_what_is_closed() -> None:
    """Standard streams that were closed lead nowhere: else the next file opened would be taken for one of them."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - until the end of the program
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115


def _command(words: Sequence[str]) -> int:
    from cli.parser import build
    from cli.speak import choose_language, own_words_for_libraries
    from config.find import find_site

    early = _early(words)
    site = None if early.practice else find_site(early.site, os.environ, Path.cwd())
    choose_language(early.lang, site, os.environ)
    with own_words_for_libraries():
        try:
            args = build().parse_args(words)
        except SystemExit as ended:
            return int(ended.code or 0)
    module, _colon, name = args.run.partition(":")
    run: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(module), name)
    return int(run(args))


def _early(words: Sequence[str]) -> argparse.Namespace:
    """What decides the language, before there are words to complain in."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--lang", nargs="?")
    parser.add_argument("--site", nargs="?")
    parser.add_argument("--practice", action="store_true")
    return parser.parse_known_args(words)[0]
