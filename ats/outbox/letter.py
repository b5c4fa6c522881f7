"""A letter: what is pinned of a message at its claim, and the bytes that it becomes.

The same pin gives the same bytes as long as the templates are of the same version, so that
what was sent can be shown again, and proven by its digest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ats.outbox.mime import Invitation, Mail, build, digest
from ats.outbox.render import Renderer


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it goes to the mail server. `digest` is the sha256 of `data` in hex.

    `invitation` is the text of the calendar entry in it, if it holds one.
    """

    subject: str
    text: str
    html: str
    data: bytes
    digest: str
    invitation: str | None = None


def write(
    renderer: Renderer, *, rfc_id: str, date: dt.datetime, context: Mapping[str, Any]
) -> Letter:
    """Return the message of this pinned context. Raises TemplateFault and UnwritableMail."""
    rendered = renderer.render(context)
    head = context["head"]
    unsubscribe, invites = head["unsubscribe"], head.get("invitation")
    data = build(
        Mail(
            rfc_id=rfc_id,
            date=date,
            from_=head["from"],
            reply_to=head["reply_to"],
            to_name=head["to_name"],
            to_address=head["to_address"],
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            intended_for=head["intended_for"],
            headers=_one_click(unsubscribe) if unsubscribe else (),
            invitation=Invitation(invites["type"], invites["text"]) if invites else None,
        )
    )
    said = invites["text"] if invites else None
    return Letter(rendered.subject, rendered.text, rendered.html, data, digest(data), said)


def wording_of(context: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of the templates that a context is for."""
    return frozenset(part["template"] for part in context["parts"])


def _one_click(url: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of RFC 8058: a mail program may unsubscribe by one POST to *url*."""
    return (
        ("List-Unsubscribe", f"<{url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
