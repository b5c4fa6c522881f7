"""What the tests of the mentors' pages look at: links in e-mails, mentorships, the audit trail."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from public_site import Answer, PublicSite
from small_cohort import read
from sqlalchemy import select

from ats.outbox.mailbox import InMemoryMailbox
from ats.records import models as m
from ats.records.store import Store


def link_in(mailbox: InMemoryMailbox, address: str, page: str) -> str:
    """Return the address of this page in the newest e-mail to somebody that holds one."""
    for one in reversed(mailbox.received):
        text = " ".join(read(one).get_body(("plain",)).get_content().split())
        found = re.search(rf"https://\S+/{page}/\S+", text)
        if one.recipient == address and found:
            return found.group()
    raise AssertionError(f"no e-mail to {address} leads to {page}")


def post(site: PublicSite, url: str, **fields: str) -> Answer:
    """Post these fields of a form."""
    return site.ask("POST", url, urlencode(fields).encode() or b"=")


def mentorship(store: Store, ref: str) -> m.Mentorship:
    """Return the newest mentorship of a participant."""
    of = select(m.Mentorship).join(m.Enrolment, m.Mentorship.enrolment_id == m.Enrolment.id)
    of = of.join(m.Role, m.Enrolment.role_id == m.Role.id).where(m.Role.ref == ref)
    with store.read() as session:
        found: m.Mentorship = session.execute(of.order_by(m.Mentorship.id)).scalars().all()[-1]
        session.expunge(found)
        return found


def answered_to(store: Store) -> list[int]:
    """Return the mentorships to which there is an answer."""
    with store.read() as session:
        found = session.execute(select(m.Mentorship)).scalars().all()
    return [one.id or 0 for one in found if one.accepted_at or one.declined_at]


def trail(store: Store) -> list[tuple[str, str, str, Any]]:
    """Return (by, action, subject, after) of what was answered, oldest first."""
    with store.read() as session:
        found = session.execute(select(m.Audit).order_by(m.Audit.id)).scalars().all()
    return [
        (one.by, one.action, one.subject or "", one.after)
        for one in found
        if one.action.startswith(("mentor-", "welcomed"))
    ]
