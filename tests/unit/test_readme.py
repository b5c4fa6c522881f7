"""What the README and the guide point at is there, and every picture is pointed at."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "docs" / "operations.md")
LINKS = {
    (page.parent / link).resolve()
    for page in PAGES
    for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
}


def test_every_link_leads_somewhere() -> None:
    assert [link for link in LINKS if not link.exists()] == []


def test_every_screenshot_is_linked() -> None:
    assert {path.resolve() for path in (ROOT / "docs" / "screenshots").iterdir()} <= LINKS
