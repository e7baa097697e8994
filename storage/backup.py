"""A store saved while it is in use, proved before it counts as saved, and put back.

A backup is a store of its own: one SQLite file, whatever the records are kept in, which :class:`storage.proof.Proof`
reads like any other. Attached files are kept beside it, by their digests.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from duty.clean import clean
from duty.phrases import phrase
from storage.attachments import Kept, place, state
from storage.copying import copy
from storage.database import RECORD, Database
from storage.failures import StoreFailed, failure
from storage.new_file import in_the_making, settle
from storage.proof import Proof
from storage.server import Server, ServerDatabase
from storage.whole import Whole, examined

FILES = ".files"
"""What the folder of attached files beside a backup is called, behind the backup's own name."""


def save(store: Path | Server, files: Path, to: Path) -> Whole:
    """Save a store, and what is attached in ``files``, as the new file ``to``. What was proved of it is returned.

    The writer of the store does not wait for it. Nothing is at ``to`` unless all of it is, proved and safe on the disk.
    Raises :class:`StoreFailed`, and leaves nothing behind then.
    """
    if os.path.lexists(to):
        raise StoreFailed(phrase("{path} is there already: a backup never replaces a file", path=clean(str(to))))
    with in_the_making(to) as new:
        if isinstance(store, Server):
            _from_server(store, new)
        else:
            _from_file(store, new)
        whole = proved(new)
        if not whole.well:
            raise StoreFailed(phrase("the store does not verify, so no backup was made: watchkeeper verify says more"))
        _attached(new, files, to.with_name(to.name + FILES))
        settle(new, to)
    return whole


def proved(file: Path) -> Whole:
    """What a backup holds. Raises :class:`StoreFailed` where it is none that can be read."""
    with closing(Proof(file)) as proof:
        return examined(proof)


def put_back(file: Path, store: Path | Server, files: Path, aside: str) -> Path | None:
    """Put a backup in the place of a store that nobody has open. What was there is kept under its name and ``aside``.

    Returns where that is. A database is only filled where it is empty. Raises :class:`StoreFailed`.
    """
    kept = None
    if isinstance(store, Server):
        _to_server(file, store)
    else:
        with in_the_making(store) as new:
            _from_file(file, new)
            kept = _set_aside(store, aside)
            settle(new, store)
    _attached(file, file.with_name(file.name + FILES), files, store=store)
    return kept


def _from_file(source: Path, new: Path) -> None:
    if not source.exists():
        raise StoreFailed(phrase("no records are kept at {path}", path=clean(str(source))))
    try:
        reading = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
        with closing(reading), closing(sqlite3.connect(new)) as writing:
            # In one step: in steps it would begin anew at each line that is written meanwhile.
            reading.backup(writing)
            # A backup is one file: without this it needs two more beside it to be read.
            writing.execute("PRAGMA journal_mode=DELETE")
    except (sqlite3.Error, OSError) as error:
        raise StoreFailed(failure(error, new if new.exists() else source)) from error


def _from_server(source: Server, new: Path) -> None:
    with closing(Proof(source)) as proof, proof.reading() as reading:
        Database(new, RECORD._replace(migrate=lambda writing: copy(reading, writing))).close()
    with closing(sqlite3.connect(new)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")


def _to_server(file: Path, server: Server) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours = Path(folder) / file.name
        _from_file(file, ours)
        source = Database(ours)  # brought to this program's schema, which the backup itself must not be
        try:
            with source.reading() as reading:
                ServerDatabase(server, fill=lambda writing: copy(reading, writing)).close()
        finally:
            source.close()


def _attached(store_file: Path, source: Path, to: Path, *, store: Path | Server | None = None) -> None:
    """Copy what lines of the store refer to. A file that is gone or altered is not copied: ``verify`` says so."""
    with closing(Proof(store or store_file)) as proof:
        refs = {ref.sha256: ref for _, ref in proof.files()}
    try:
        for ref in refs.values():
            if state(ref, source) is Kept.WHOLE and state(ref, to) is not Kept.WHOLE:
                there = place(ref, to)
                there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with in_the_making(there) as new:
                    shutil.copyfile(place(ref, source), new)
                    os.chmod(new, 0o400)
                    settle(new, there)
    except OSError as error:
        raise StoreFailed(failure(error, to)) from error


def _set_aside(store: Path, aside: str) -> Path | None:
    """Move a store out of the way with all that SQLite keeps beside it, whatever its state."""
    if not os.path.lexists(store):
        return None
    kept = store.with_name(f"{store.name}.{aside}")
    for end in ("-wal", "-shm", ""):
        part = store.with_name(store.name + end)
        if os.path.lexists(part):
            os.rename(part, kept.with_name(kept.name + end))
    return kept
