"""Messages as people ask for them: a list, and one written out again from its pinned context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import NotFound, TemplateFault
from ats.outbox.render import Rendered, Renderer
from ats.records import models as m


def listed(
    session: Session,
    renderer: Renderer,
    *,
    zone: ZoneInfo,
    cohorts: Sequence[str] | None,
    to: str | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Return the newest messages, newest first: of these cohorts (None: all), to one recipient.

    The subject is null until the message is written, which is just before it is sent.
    """
    query = (
        select(m.Message, col(m.Cohort.code))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Message.cohort_id))
        .order_by(col(m.Message.id).desc())
        .limit(limit)
    )
    if cohorts is not None:
        query = query.where(col(m.Cohort.code).in_(cohorts))
    if to is not None:
        query = query.where(col(m.Message.recipient) == to)
    return [
        {
            "id": message.id,
            "message_id": message.rfc_id,
            "cohort": code,
            "to": message.recipient,
            "subject": _subject(renderer, message),
            "status": message.status,
            "sent_at": message.sent_at.astimezone(zone).isoformat() if message.sent_at else None,
        }
        for message, code in session.execute(query)
    ]


def shown(session: Session, renderer: Renderer, name: str, *, zone: ZoneInfo) -> dict[str, Any]:
    """Return one message, written out again, with every attempt to deliver it.

    *name* is its number or its Message-ID, with or without brackets. Subject, text and HTML are
    null until it is written. Raises NotFound, and TemplateFault when its templates have changed
    so that it can no longer be written.
    """
    message = _named(session, name)
    written = _written(renderer, message)
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
        "status": message.status,
        "sent_at": message.sent_at.astimezone(zone).isoformat() if message.sent_at else None,
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


def _named(session: Session, name: str) -> m.Message:
    bare = name.strip().removeprefix("<").removesuffix(">")
    by_number = bare.isascii() and bare.isdigit() and len(bare) < 19
    key = col(m.Message.id) == int(bare) if by_number else col(m.Message.rfc_id) == bare
    message: m.Message | None = session.execute(select(m.Message).where(key)).scalar()
    if message is None:
        raise NotFound(f"There is no message {bare[:200]}; `ats message list` tells what there is.")
    return message


def _written(renderer: Renderer, message: m.Message) -> Rendered | None:
    return renderer.render(message.context) if message.context else None


def _subject(renderer: Renderer, message: m.Message) -> str | None:
    if message.subject is not None:
        return message.subject
    try:
        written = _written(renderer, message)
    except TemplateFault:
        return None
    return written.subject if written else None
