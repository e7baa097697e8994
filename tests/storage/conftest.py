"""Every store of a test twice: as a file, and on a real PostgreSQL of this run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.server import Server
from tests.support.postgres import Cluster, cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One cluster for all tests of a worker."""
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def new_place(request: pytest.FixtureRequest) -> Callable[[str, Path], Path | Server]:
    """A place for a store on an engine: a path in the folder at which nothing is, or an empty schema."""

    def made(engine: str, folder: Path) -> Path | Server:
        if engine == "sqlite":
            return folder / "state" / "records.sqlite"
        running: Cluster = request.getfixturevalue("postgres")
        return running.store()

    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, new_place: Callable[[str, Path], Path | Server]
) -> Path | Server:
    """Where a store may be, on either engine."""
    return new_place(request.param, tmp_path)
