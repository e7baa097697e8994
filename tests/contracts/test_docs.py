"""What the documents say is there: links, pictures, words of make, keys of the screen, examples of the site file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.load import load_site
from tui.actions import ACTIONS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SPOKEN = {"question_mark": "?", "escape": "Esc", "enter": "Enter", "tab": "Tab", "shift+tab": "Shift+Tab"}


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    lost = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert lost == []


def test_words_of_make_exist() -> None:
    have = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    said = {
        word for page in PAGES for word in re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", page.read_text("utf-8"), re.M)
    }
    assert {first or second for first, second in said} <= have


def test_operating_guide_names_the_keys_of_every_action() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text("utf-8")
    rows = "\n".join(line for line in guide.splitlines() if line.startswith("|"))
    keys = re.findall(r"`([^`]+)`", rows)
    for action in ACTIONS:
        shown = [SPOKEN.get(key, re.sub(r"^ctrl\+", "Ctrl+", key)) for key in action.keys]
        shown = [re.sub(r"(?<=Ctrl\+)[a-z]", lambda m: m[0].upper(), key) for key in shown]
        assert any(key in keys for key in shown), f"{action.id}: none of {shown}"


@pytest.mark.parametrize(
    ("page", "number", "text"),
    [(page, number, text) for page in PAGES for number, text in enumerate(blocks(page, "toml")) if "[site]" in text],
    ids=lambda value: value.name if isinstance(value, Path) else str(value) if isinstance(value, int) else "",
)
def test_site_files_in_the_documents_load(page: Path, number: int, text: str, tmp_path: Path) -> None:
    path = tmp_path / "watchkeeper.toml"
    path.write_text(text, "utf-8")
    loaded = load_site(path)
    assert loaded.site is not None, [str(problem) for problem in loaded.problems]
