"""A site file to a :class:`~duty.site.SiteSpec`, or every problem it has, at once."""

from __future__ import annotations

from pathlib import Path as FilePath

import msgspec
from pydantic import ValidationError

from config.complaint import Complaint, complaint
from config.crossing import crossings
from config.model import SiteFile
from config.positions import Path, positions
from config.problems import Problem, dotted, line_of
from config.read import read
from config.repair import Document, touches, unit_of, without
from config.settle import settle
from duty.clean import clean
from duty.site import SiteSpec


class Loaded(msgspec.Struct, frozen=True):
    """What came of a file: a site, or problems; never both."""

    site: SiteSpec | None
    problems: tuple[Problem, ...] = ()


def load_site(path: FilePath) -> Loaded:
    """Read and check the site file at ``path``. Never raises for what a file can hold."""
    found = read(path)
    return Loaded(None, (found,)) if isinstance(found, Problem) else _load(path, *found)


def _load(path: FilePath, text: str, document: Document) -> Loaded:
    complaints, file = _checked(document, path.absolute().parent)
    if not complaints:
        return Loaded(settle(file, path))
    lines = positions(text)
    name = clean(str(path))
    problems = [
        Problem(
            name, line_of(found.path, lines), dotted(_written(found, lines)), found.wanted, found.got, found.suggestion
        )
        for found in complaints
    ]
    return Loaded(None, tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.key))))


def _written(found: Complaint, lines: dict[Path, int]) -> Path:
    """The key as it stands in the file: ``cpu = 900`` is read as ``cpu.act``, but the person wrote ``cpu``."""
    path, around = found.path, found.path[:-1]
    return around if found.got and path not in lines and around in lines else path


def _checked(document: Document, folder: FilePath) -> tuple[list[Complaint], SiteFile]:
    """Every complaint, and the file with what is wrong by itself left out."""
    own: list[Complaint] = []
    bad: set[Path] = set()
    try:
        file = SiteFile.model_validate(document)
    except ValidationError as error:
        own = [complaint(each) for each in error.errors(include_url=False)]
        bad = {unit_of(each.path) for each in own}
        file = SiteFile.model_validate(without(document, bad))
    found = [each for each in crossings(file, folder) if not any(touches(place, bad) for place in each.related)]
    unique: dict[tuple[Path, str], Complaint] = {}
    for each in (*own, *found):
        unique.setdefault((each.path, str(each.wanted)), each)
    return list(unique.values()), file
