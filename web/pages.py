"""Pages: HTML from the templates of this package, on one layout, with its style inside.

The style is allowed by its hash, so that a page needs no second request, looks the same at any
address, and may run or load nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

_TEMPLATES: Final = Path(__file__).parent / "templates"

STYLE: Final = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


class Pages:
    """The pages of one sender. Every value is escaped; one that is missing is a fault of ours."""

    def __init__(self, *, sender: str, mailbox: str, privacy_notice: str) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(
            style=Markup(STYLE),  # noqa: S704 (ours, from this package)
            sender=sender,
            mailbox=mailbox,
            privacy_notice=privacy_notice,
        )

    def answer(
        self,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Return the page of a template, filled with these values."""
        page = self._environment.get_template(f"{template}.html").render(**values)
        return HTMLResponse(page, status_code=status, headers=headers)
