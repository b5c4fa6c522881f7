"""Suppression: addresses that do not work. Nothing goes to them until one is lifted or changed."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy import select
from sqlmodel import Session, col

from ats.intake.values import email_key
from ats.outbox.result import Result, is_bad_address
from ats.records import models as m

_REFUSED = re.compile(r"(?<![\d.])5\.1\.\d{1,3}(?![\d.])")


def suppress_refused(
    session: Session, message: m.Message, result: Result, *, now: dt.datetime
) -> None:
    """Suppress the address of a message that was refused for it; else do nothing."""
    found = _REFUSED.search(result.answer)
    if found is not None and is_bad_address(found[0]):
        suppress(session, message, reason="refused", status=found[0], now=now)


def suppress(
    session: Session, message: m.Message, *, reason: str, status: str, now: dt.datetime
) -> bool:
    """Suppress the address that this message went to; return False if it was so already.

    Offices keep theirs: it is of the settings, and whoever could mend it reads mail there.
    """
    if message.role in ("operations", "pxm"):
        return False
    key = email_key(message.to_address or "")
    standing = select(col(m.Suppression.id)).where(
        col(m.Suppression.email_key) == key, col(m.Suppression.lifted_at).is_(None)
    )
    if not key or session.execute(standing).first() is not None:
        return False
    session.add(
        m.Suppression(email_key=key, reason=reason, status=status, message_id=message.id, at=now)
    )
    session.flush()
    return True
