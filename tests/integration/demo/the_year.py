"""The demo's year as an outsider finds it: the ledger's JSON, the cases, the Maildir.

Nothing here imports ats.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from zoneinfo import ZoneInfo

from installed import DemoRun

ZONE = ZoneInfo("Europe/London")

#: EMAILS.md: what counts towards two a week. webinar-tomorrow does not, nor do essentials, of
#: which deadline-near (chase-submission) is one.
TIPS = {
    "make-room",
    "about-you-and-mentor",
    "pdp-tip",
    "diary-habit",
    "research-tip",
    "coaching-tip",
    "golden-thread-and-observation",
    "impact-tip",
    "mentor-first-discussion",
    "mentor-midpoint",
}
CHASERS = {
    "chase-milestone",
    "chase-mentor-named",
    "chase-mentor-request",
    "chase-sign-off",
    "mentor-none-named",
}
COUNTED = {*TIPS, *CHASERS, "webinar-week-ahead", "webinar-recording"}
STAFF = ("operations", "pxm")


@dataclass(frozen=True)
class Row:
    """One row of `ats ledger`."""

    person: str | None
    step: str
    occurrence: str
    to: str
    role: str
    due_at: dt.datetime
    outcome: str
    reason: str | None
    message_id: str | None
    sent_at: dt.datetime | None


@dataclass(frozen=True)
class Case:
    """One case of `ats case list`."""

    person: str
    kind: str
    opened_at: dt.datetime
    signals: tuple[str, ...]


@dataclass(frozen=True)
class Sent:
    """One e-mail, with the rows that it settled; the first is the one that counts as sent."""

    id: str
    rows: Sequence[Row]
    data: bytes

    @property
    def to(self) -> str:
        return self.rows[0].to

    @property
    def role(self) -> str:
        return self.rows[0].role

    @property
    def at(self) -> dt.datetime:
        assert self.rows[0].sent_at is not None
        return self.rows[0].sent_at

    @property
    def steps(self) -> set[str]:
        return {row.step for row in self.rows}

    @cached_property
    def read(self) -> EmailMessage:
        """The message as the standard library reads it."""
        message = email.message_from_bytes(self.data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @cached_property
    def subject(self) -> str:
        return str(self.read["Subject"])

    @cached_property
    def text(self) -> str:
        return _body(self.read, "plain")

    @cached_property
    def html(self) -> str:
        return _body(self.read, "html")


class TheYear:
    """Everything that the demo left, read once."""

    def __init__(self, run: DemoRun) -> None:
        self.run = run

    @cached_property
    def ledger(self) -> list[Row]:
        found = self._answer("ledger", "--cohort", "2026-10")
        return [
            Row(
                person=row["person"],
                step=row["step"],
                occurrence=row["occurrence"],
                to=row["to"],
                role=row["role"],
                due_at=dt.datetime.fromisoformat(row["due_at"]),
                outcome=row["outcome"],
                reason=row["reason"],
                message_id=row["message_id"],
                sent_at=dt.datetime.fromisoformat(row["sent_at"]) if row["sent_at"] else None,
            )
            for row in found
        ]

    @cached_property
    def cases(self) -> list[Case]:
        found = self._answer("case", "list", "--cohort", "2026-10")
        return [
            Case(
                person=case["person"],
                kind=case["kind"],
                opened_at=dt.datetime.fromisoformat(case["opened_at"]),
                signals=tuple(case["signals"]),
            )
            for case in found
        ]

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The Maildir: Message-ID without brackets → the file."""
        found = {}
        for path in (self.run.out / "mail" / "new").iterdir():
            data = path.read_bytes()
            head = email.message_from_bytes(data.partition(b"\r\n\r\n")[0])
            found[str(head["Message-ID"]).strip("<>")] = data
        return found

    @cached_property
    def mail(self) -> list[Sent]:
        """Every e-mail that went, in order of sending."""
        rows: Mapping[str, list[Row]] = defaultdict(list)
        for row in self.ledger:
            if row.outcome in ("sent", "merged"):
                assert row.message_id is not None
                rows[row.message_id].append(row)
        mail = [
            Sent(name, sorted(mine, key=lambda row: row.outcome != "sent"), self.files[name])
            for name, mine in rows.items()
        ]
        return sorted(mail, key=lambda one: (one.at, one.id))

    @cached_property
    def mail_to_people(self) -> list[Sent]:
        """What went to participants and mentors."""
        return [one for one in self.mail if one.role not in STAFF]

    def _answer(self, *arguments: str) -> list[dict[str, str]]:
        folder = self.run.place
        found: list[dict[str, str]] = self.run.installed.answer(
            *arguments, folder=folder, ATS_DATA_DIR=str(self.run.out)
        )
        return found


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content
