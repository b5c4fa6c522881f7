"""Messages as people ask for them: a list, and one written out again from its pinned context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import NotFound, TemplateFault
from ats.outbox.letter import Letter, write
from ats.outbox.render import Renderer
from ats.records import models as m


def listed(
    session: Session,
    renderer: Renderer,
    *,
    zone: ZoneInfo,
    cohorts: Sequence[str] | None,
    to: str | None = None,
    status: str | None = None,
    text: str | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Return the newest messages, newest first: of these cohorts (None: all), to one recipient,
    of one status.

    With *text* only those that said it, in subject or body, whatever the case and line breaks.
    The subject is null until the message is written, which is just before it is sent.
    """
    query = (
        select(m.Message, col(m.Cohort.code))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Message.cohort_id))
        .order_by(col(m.Message.id).desc())
        .execution_options(yield_per=500)
    )
    if cohorts is not None:
        query = query.where(col(m.Cohort.code).in_(cohorts))
    if to is not None:
        query = query.where(col(m.Message.recipient) == to)
    if status is not None:
        query = query.where(col(m.Message.status) == status)
    rewriter = _Rewriter(session, renderer)
    sought = _plain(text) if text else None
    found = (
        (message, code)
        for message, code in session.execute(query)
        if sought is None or sought in _said(rewriter, message)
    )
    return [
        {
            "id": message.id,
            "message_id": message.rfc_id,
            "cohort": code,
            "to": message.recipient,
            "subject": _subject(rewriter, message),
            "status": message.status,
            "sent_at": message.sent_at.astimezone(zone).isoformat() if message.sent_at else None,
        }
        for message, code in islice(found, limit)
    ]


def shown(session: Session, renderer: Renderer, name: str, *, zone: ZoneInfo) -> dict[str, Any]:
    """Return one message, written out again, with every attempt to deliver it.

    `invitation` is the calendar entry in it, null where it holds none.

    *name* is its number or its Message-ID, with or without brackets. Subject, text and HTML are
    null until it is written. `proven`: whether what is shown is what was sent, byte for byte;
    null if nothing was sent yet. Raises NotFound, and TemplateFault when it cannot be written.
    """
    message = message_named(session, name)
    written = _Rewriter(session, renderer).write(message)
    attempts = session.execute(
        select(m.Attempt).where(col(m.Attempt.message_id) == message.id).order_by(col(m.Attempt.id))
    ).scalars()
    return {
        "id": message.id,
        "message_id": message.rfc_id,
        "to": message.recipient,
        "subject": written.subject if written else None,
        "text": written.text if written else None,
        "html": written.html if written else None,
        "invitation": written.invitation if written else None,
        "status": message.status,
        "sent_at": message.sent_at.astimezone(zone).isoformat() if message.sent_at else None,
        "proven": written.digest == message.digest if written and message.digest else None,
        "bounces": [
            {
                "at": bounce.at.astimezone(zone).isoformat(),
                "kind": bounce.kind,
                "status": bounce.status,
                "answer": bounce.answer,
            }
            for bounce in _bounces(session, message)
        ],
        "attempts": [
            {
                "at": attempt.at.astimezone(zone).isoformat(),
                "code": attempt.code,
                "answer": attempt.answer,
                "result": attempt.result,
            }
            for attempt in attempts
        ],
    }


def message_named(session: Session, name: str) -> m.Message:
    """Return the message of this number or Message-ID, brackets or not. Raises NotFound."""
    bare = name.strip().removeprefix("<").removesuffix(">")
    by_number = bare.isascii() and bare.isdigit() and len(bare) < 19
    key = col(m.Message.id) == int(bare) if by_number else col(m.Message.rfc_id) == bare
    message: m.Message | None = session.execute(select(m.Message).where(key)).scalar()
    if message is None:
        raise NotFound(f"There is no message {bare[:200]}; `ats message list` tells what there is.")
    return message


def _said(rewriter: _Rewriter, message: m.Message) -> str:
    try:
        written = rewriter.write(message)
    except TemplateFault:
        return _plain(message.subject or "")
    return _plain(f"{written.subject} {written.text}") if written else ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _bounces(session: Session, message: m.Message) -> Sequence[m.Bounce]:
    about = select(m.Bounce).where(col(m.Bounce.message_id) == message.id)
    return session.execute(about.order_by(col(m.Bounce.id))).scalars().all()


@dataclass(slots=True)
class _Rewriter:
    """Writes messages again, each in the wording that it was sent in."""

    session: Session
    today: Renderer
    _kept: dict[str, Renderer] = field(default_factory=dict)

    def write(self, message: m.Message) -> Letter | None:
        """Return the letter; None if it is not composed yet. Raises TemplateFault."""
        if not message.context or "head" not in message.context:
            return None
        return write(
            self._renderer(message.template_version),
            rfc_id=message.rfc_id,
            date=message.date,
            context=message.context,
        )

    def _renderer(self, version: str | None) -> Renderer:
        if version is None:
            return self.today
        if version not in self._kept:
            kept = self.session.get(m.Wording, version)
            self._kept[version] = Renderer(kept.files) if kept else self.today
        return self._kept[version]


def _subject(rewriter: _Rewriter, message: m.Message) -> str | None:
    if message.subject is not None:
        return message.subject
    try:
        written = rewriter.write(message)
    except TemplateFault:
        return None
    return written.subject if written else None
