"""docs/alarms.md and its Chinese sister, made from the built-in definitions. ``python -m tests.duty.alarm_pages``."""

from __future__ import annotations

from pathlib import Path

from cli.alarms import in_time, priorities, texts
from duty.alarm_catalog import CHAPTERS
from wire.words import _, language, say, speak

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"en": DOCS / "alarms.md", "zh_CN": DOCS / "alarms.zh_CN.md"}
INTRO = {
    "en": (
        "# Built-in alarms",
        "What each alarm means and what the operator does, as the product ships it. A site says in `[[alarm]]` tables"
        " of its site\nfile what is different there ([configuration](configuration.md#alarms)); `watchkeeper alarms`"
        " lists what is in force. The texts\nare a beginning: who is called, and which procedure is followed, is for"
        " the firm to say. 中文: [alarms.zh_CN.md](alarms.zh_CN.md).\nMade from the definitions by"
        " `python -m tests.duty.alarm_pages`.",
    ),
    "zh_CN": (
        "# 内置告警",
        "产品自带的每种告警的含义和值班人员的处置。站点在站点文件的 `[[alarm]]` 表中写明不同之处"
        "（[configuration](configuration.md#alarms)）；\n`watchkeeper alarms` 列出当前生效的定义。本文只是起点："
        "找谁、按哪个流程，由各单位自定。English: [alarms.md](alarms.md)。\n"
        "本页由定义生成（`python -m tests.duty.alarm_pages`）。",
    ),
}


def page(code: str) -> str:
    """The page in one language."""
    before = language()
    speak(code)
    try:
        lines = ["\n\n".join(INTRO[code])]
        for heading, chapter in CHAPTERS:
            lines.append(f"## {_(heading)}")
            for each in chapter:
                lines.append(f"### `{each.key}`")
                head = f"- **{_('priority')}**: {priorities(each)} · {' · '.join(in_time(each))}"
                lines.append("\n".join([head, *[f"- **{label}**: {say(said)}" for label, said in texts(each)]]))
        return "\n\n".join(lines) + "\n"
    finally:
        speak(before)


if __name__ == "__main__":
    for code, path in PAGES.items():
        path.write_text(page(code), "utf-8")
