"""What the README points at is there, and what it should show is pointed at."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINKS = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))


def test_every_link_leads_somewhere() -> None:
    assert [link for link in LINKS if not (ROOT / link).exists()] == []


def test_every_screenshot_is_linked() -> None:
    pictures = (ROOT / "docs" / "screenshots").iterdir()
    assert {path.relative_to(ROOT).as_posix() for path in pictures} <= set(LINKS)
